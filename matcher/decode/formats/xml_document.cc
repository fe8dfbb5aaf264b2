#include "matcher/decode/formats/xml_document.h"

#include <algorithm>

#include "matcher/decode/formats/flow_part.h"
#include "matcher/decode/formats/odf_part.h"
#include "matcher/decode/formats/xml_records.h"
#include "matcher/decode/kind.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

std::optional<text::Charset> said(std::string_view content_type) {
  const auto named = text::charset_by_name(charset_parameter(content_type));
  if (!named || named.value() == text::Charset::kBinary) return std::nullopt;
  return named.value();
}

}  // namespace

XmlDocument::XmlDocument(Reading& reading, DocumentInfo info, ByteView head)
    : reading_(reading), info_(std::move(info)) {
  auto charset = said(info_.content_type);
  // What is declared may be wrong; without a declaration XML is UTF-8, but not what people write.
  if (!charset && xml_charset(head).empty()) charset = text::detect(head);
  if (charset == text::Charset::kBinary) charset.reset();
  part_ = std::make_unique<XmlPart>(
      [this](std::string_view root) -> std::unique_ptr<PartHandler> {
        if (root == "Workbook") return std::make_unique<SpreadsheetMlPart>(reading_);
        if (root == "wordDocument" || root == "package") {
          return std::make_unique<FlowPart>(reading_, info_);
        }
        if (root == "document" && info_.name.find(".fod") != std::string::npos) {
          return std::make_unique<OdfPart>(reading_, info_);
        }
        return std::make_unique<XmlRecords>(reading_, info_);
      },
      broken_, charset);
}

Result<void> XmlDocument::block(ByteView bytes) {
  if (rest_) return read_as_text(bytes, false);
  TRYV(part_->piece(bytes));
  return part_->parser().gave_up() ? read_as_text({}, false) : Result<void>(ok());
}

Result<void> XmlDocument::read_as_text(ByteView more, bool last) {
  if (!std::exchange(ended_, true)) {
    TRYV(part_->end());
  }
  std::string text;
  part_->parser().rest(more, last, text);
  if (!rest_) {
    reading_.warn(info_.name, {"stops being XML that can be read: the rest was read as text",
                               "途中から XML として読めないため、残りは文字として読みました"});
    DocumentInfo info = info_;
    info.content_type = "text/plain; charset=UTF-8";
    rest_ = std::make_unique<TextDocument>(reading_, std::move(info), as_bytes(text));
  }
  return rest_->feed(as_bytes(text));
}

// In blocks that do not depend on the pieces: neither must what is read of broken XML.
Result<void> XmlDocument::feed(ByteView piece) {
  while (!piece.empty()) {
    const std::size_t n = std::min(piece.size(), kBlock - block_.size());
    block_.insert(block_.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
    piece = piece.subspan(n);
    if (block_.size() < kBlock) break;
    TRYV(block(block_));
    block_.clear();
  }
  return ok();
}

Result<void> XmlDocument::finish() {
  TRYV(block(block_));
  if (!rest_) {
    ended_ = true;
    TRYV(part_->end());
    // Behind the end of the root element, say.
    if (part_->parser().gave_up()) {
      TRYV(read_as_text({}, true));
    }
  } else {
    TRYV(read_as_text({}, true));
  }
  const XmlParser& parser = part_->parser();
  if (rest_) {
    warn_undecodable(reading_, info_.name, parser.charset(), parser.undecodable());
    return rest_->finish();
  }
  if (broken_) {
    reading_.warn(info_.name, {"no well-formed XML: what could be read was",
                               "XML として正しくありません。読めるところまで読みました"});
  }
  if (parser.has_entities()) {
    reading_.warn(info_.name, {"entities beside those of XML itself were not expanded",
                               "XML 標準以外の実体（entity）は展開していません"});
  }
  warn_undecodable(reading_, info_.name, parser.charset(), parser.undecodable());
  return ok();
}

bool is_xml(ByteView head, std::string_view content_type) {
  using namespace std::literals;
  std::string begin;
  for (const char c : as_text(head).substr(0, 4096)) {
    if (c != '\0') begin += c;  // also in UTF-16
  }
  begin = lower(begin);
  for (const auto mark : {"\xEF\xBB\xBF"sv, "\xFF\xFE"sv, "\xFE\xFF"sv}) {
    if (begin.starts_with(mark)) begin.erase(0, mark.size());
  }
  const std::size_t first = begin.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || begin[first] != '<') return false;
  if (begin.find("<!doctype html") != std::string::npos ||
      begin.find("<html") != std::string::npos) {
    return false;
  }
  const std::string type = lower(content_type.substr(0, content_type.find(';')));
  return begin.compare(first, 5, "<?xml") == 0 || type == "application/xml" || type == "text/xml" ||
         type.ends_with("+xml");
}

}  // namespace hitokoe::matcher
