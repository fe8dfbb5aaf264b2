#include "matcher/decode/text_document.h"

#include "matcher/decode/kind.h"

namespace hitokoe::matcher {

namespace {

std::optional<text::Charset> by_bom(ByteView head) {
  const std::string_view text = as_text(head);
  if (text.starts_with("\xEF\xBB\xBF")) return text::Charset::kUtf8;
  if (text.starts_with("\xFF\xFE")) return text::Charset::kUtf16Le;
  if (text.starts_with("\xFE\xFF")) return text::Charset::kUtf16Be;
  return std::nullopt;
}

std::optional<text::Charset> by_name(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto charset = text::charset_by_name(name);
  if (!charset || charset.value() == text::Charset::kBinary) return std::nullopt;
  return charset.value();
}

}  // namespace

text::Detection detection_of(ByteView head, std::string_view content_type,
                             std::string_view declared) {
  auto chosen = by_bom(head);
  if (!chosen) chosen = by_name(charset_parameter(content_type));
  if (!chosen) chosen = by_name(declared);
  if (!chosen) return text::detect_two(head);
  text::Detection named;
  named.best = named.second = *chosen;
  return named;
}

text::Charset charset_of(ByteView head, std::string_view content_type, std::string_view declared) {
  return detection_of(head, content_type, declared).best;
}

void warn_undecodable(Reading& reading, const std::string& name, text::Charset charset,
                      std::uint64_t bytes) {
  if (bytes == 0) return;
  const auto count = std::to_string(bytes);
  const std::string called(text::iana_name(charset));
  reading.warn(name, {count + " bytes could not be decoded as " + called,
                      called + " として読めないバイトが " + count + " あります"});
}

void warn_cut(Reading& reading, const std::string& name, std::uint64_t values) {
  if (values == 0) return;
  const auto count = std::to_string(values);
  reading.warn(name,
               {count + " values of SQL or JSON were too long or too many in their row: the rest "
                        "was not read; export these columns as text files and scan them too",
                "SQL か JSON の値 " + count +
                    " 個が長すぎるか、1 行に多すぎるため、残りを読んでいません。その列を"
                    "テキストファイルに書き出し、それも調べてください"});
}

namespace {

// SQL and JSON have their own backslashes, which the reader of their rows undoes.
bool has_own_backslashes(ByteView head) {
  const std::string_view text = as_text(head).substr(0, 4096);
  const std::size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string_view::npos) return false;
  if (text[first] == '{' || text[first] == '[') return true;
  std::string small(text.substr(first));
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return small.find("insert into ") != std::string::npos ||
         small.find("create table ") != std::string::npos ||
         small.find("copy ") != std::string::npos || small.starts_with("-- ");
}

}  // namespace

TextDocument::TextDocument(Reading& reading, DocumentInfo info, ByteView head)
    : reading_(reading), info_(std::move(info)), passwords_(reading) {
  auto found = detection_of(head, info_.content_type, {});
  if (found.best == text::Charset::kBinary) {
    reading_.warn(info_.name, {"binary data: only the text in it was looked at",
                               "バイナリデータ: 中の文字だけを調べました"});
    found.best = text::Charset::kUtf8;
  }
  rows_.emplace(
      found,
      TextRows::Hooks{
          reading_.sink(), [this](ByteView piece, bool last) { return take_embedded(piece, last); },
          [this](std::string_view utf8) { passwords_.feed(utf8); },
          [this](std::string_view utf8) { reading_.see(utf8); }, !has_own_backslashes(head)});
}

Result<void> TextDocument::take_embedded(ByteView piece, bool last) {
  if (!embedded_ && !skip_embedded_) {
    embedded_ = reading_.open_part(info_.name, info_.depth, "base64", "");
    skip_embedded_ = embedded_ == nullptr;
  }
  if (skip_embedded_) {
    skip_embedded_ = !last;
    return ok();
  }
  TRYV(embedded_->feed(piece));
  return last ? std::exchange(embedded_, nullptr)->finish() : Result<void>(ok());
}

Result<void> TextDocument::feed(ByteView piece) { return rows_->feed(piece); }

Result<void> TextDocument::finish() {
  TRYV(rows_->finish());
  passwords_.finish();
  warn_undecodable(reading_, info_.name, rows_->charset(), rows_->undecodable());
  warn_cut(reading_, info_.name, rows_->cut());
  return ok();
}

}  // namespace hitokoe::matcher
