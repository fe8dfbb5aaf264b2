#include "matcher/decode/formats/office_document.h"

#include <algorithm>

#include "matcher/decode/formats/flow_part.h"
#include "matcher/decode/formats/odf_part.h"
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

// "xl/pivotCache/pivotCacheRecords12.xml" → "12": what records and definition have in common.
std::string number_of(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  std::string digits;
  for (const char c : name) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

// META-INF/manifest.xml of an OpenDocument file.
class ManifestPart final : public PartHandler {
 public:
  explicit ManifestPart(bool& encrypted) : encrypted_(encrypted) {}
  void open(std::string_view, std::string_view name, std::span<const XmlAttribute>) override {
    if (name == "encryption-data") encrypted_ = true;
  }
  void text(std::string_view) override {}
  void close(std::string_view) override {}

 private:
  bool& encrypted_;
};

class InnerSink final : public PartSink {
 public:
  explicit InnerSink(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
  Result<void> piece(ByteView bytes) override {
    return reader_->refused() ? Result<void>(ok()) : reader_->feed(bytes);
  }
  Result<void> end() override { return reader_->finish(); }

 private:
  std::unique_ptr<Reader> reader_;
};

bool is_picture(const std::string& small) {
  for (const std::string_view ending :
       {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".emf", ".wmf", ".svg"}) {
    if (small.ends_with(ending)) return true;
  }
  return false;
}

}  // namespace

bool is_office_document(ByteView head) {
  const std::string_view text = as_text(head);
  if (!text.starts_with("PK\x03\x04") || text.size() < 30) return false;
  const auto u16 = [&](std::size_t at) {
    return static_cast<std::size_t>(head[at] | (head[at + 1] << 8));
  };
  const std::string name = lower(text.substr(30, u16(26)));
  for (const std::string_view begin :
       {"[content_types].xml", "_rels/.rels", "docprops/", "xl/", "word/", "ppt/", "customxml/"}) {
    if (name.starts_with(begin)) return true;
  }
  return name == "mimetype" && text.substr(std::min(text.size(), 38 + u16(28)))
                                   .starts_with("application/vnd.oasis.opendocument");
}

OfficeDocument::OfficeDocument(Reading& reading, DocumentInfo info)
    : SpooledDocument(reading, std::move(info)) {}

std::unique_ptr<PartSink> OfficeDocument::prepare(const std::string& name) {
  const std::string small = lower(name);
  if (small.ends_with("workbook.bin")) binary_ = true;
  if (!small.ends_with(".xml")) return nullptr;
  if (small.find("worksheets/") != std::string::npos) {
    return std::make_unique<MergedCellsSink>(book_.merged[name]);
  }
  return std::make_unique<XmlPart>(
      [this, name](std::string_view root) -> std::unique_ptr<PartHandler> {
        if (root == "sst") return std::make_unique<SharedStringsPart>(book_.strings);
        if (root == "styleSheet") return std::make_unique<StylesPart>(book_);
        if (root == "workbook") return std::make_unique<WorkbookPart>(book_);
        if (root == "manifest") return std::make_unique<ManifestPart>(encrypted_);
        if (root == "pivotCacheDefinition") {
          return std::make_unique<PivotDefinitionPart>(pivots_[number_of(name)]);
        }
        return nullptr;
      },
      broken_);
}

std::unique_ptr<PartHandler> OfficeDocument::handler(const std::string& name,
                                                     std::string_view root) {
  if (root == "worksheet" || root == "externalLink") {
    ++parts_;
    return std::make_unique<WorksheetPart>(reading(), book_, std::move(book_.merged[name]));
  }
  if (root == "pivotCacheRecords") {
    ++parts_;
    return std::make_unique<PivotRecordsPart>(reading(), pivots_[number_of(name)]);
  }
  if (root == "document-content") {
    ++parts_;
    return std::make_unique<OdfPart>(reading(), info());
  }
  for (const std::string_view flow :
       {"document", "hdr", "ftr", "footnotes", "endnotes", "comments", "ThreadedComments", "sld",
        "notes", "wsDr", "glossaryDocument", "sldLayout", "cmLst"}) {
    if (root == flow) {
      ++parts_;
      return std::make_unique<FlowPart>(reading(), info());
    }
  }
  return nullptr;
}

std::unique_ptr<PartSink> OfficeDocument::inner(const std::string& name) {
  auto reader = reading().open_part(info().name, info().depth, name, {});
  return reader ? std::make_unique<InnerSink>(std::move(reader)) : nullptr;
}

std::unique_ptr<PartSink> OfficeDocument::part(const std::string& name) {
  const std::string small = lower(name);
  if (is_picture(small)) ++pictures_;
  if (small.find("/embeddings/") != std::string::npos ||
      (small.starts_with("customxml/item") && small.find("props") == std::string::npos)) {
    return inner(name);
  }
  if (!small.ends_with(".xml")) return nullptr;
  return std::make_unique<XmlPart>(
      [this, name](std::string_view root) { return handler(name, root); }, broken_);
}

void OfficeDocument::tell_what_is_missing() {
  if (binary_) {
    warn({"binary workbook (xlsb): its sheets cannot be read; save it as xlsx",
          "バイナリブック（xlsb）: シートは読めません。xlsx で保存し直してください"});
  }
  if (encrypted_) {
    warn({"protected by a password: nothing was read",
          "パスワードで保護されているため、読めません"});
  }
  if (broken_ && !encrypted_) {
    warn({"parts of it are no well-formed XML: what could be read was",
          "XML として正しくない部分があります。読めるところまで読みました"});
  }
  if (book_.lost_texts > 0) {
    const auto count = std::to_string(book_.lost_texts);
    warn({count + " cells refer to texts that are not in the file" +
              (book_.strings.full() ? " or beyond the limit of 192 MiB" : ""),
          count + " 個のセルの文字列がファイルにないか、上限（192 MiB）を超えています"});
  }
  if (book_.too_wide) {
    const auto most = std::to_string(kMostCells);
    warn({"columns beyond the first " + most + " were left out",
          "はじめの " + most + " 列より後の列は読んでいません"});
  }
  if (pictures_ > 0) {
    const auto count = std::to_string(pictures_);
    warn({count + " pictures inside were not read", "中の画像 " + count + " 個は読んでいません"});
  }
}

Result<void> OfficeDocument::read(const Spool& whole) {
  ZipParts zip(reading(), info().name, whole);
  TRYV(zip.visit([this](const std::string& name) { return prepare(name); }));
  broken_ = false;  // told of the second visit, which meets every part again
  if (!encrypted_) {
    TRYV(zip.visit([this](const std::string& name) { return part(name); }));
  }
  // A ZIP that only begins like an office document.
  if (parts_ == 0 && !binary_ && !encrypted_ && !zip.over_limit()) {
    pictures_ = 0;
    broken_ = false;
    TRYV(zip.visit([this](const std::string& name) {
      return name.empty() || name.ends_with('/') ? nullptr : inner(name);
    }));
  }
  tell_what_is_missing();
  return ok();
}

}  // namespace hitokoe::matcher
