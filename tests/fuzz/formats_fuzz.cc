// A leaked document of any format, which its first byte chooses: how it is cut into pieces never
// changes its rows, and nothing that it holds hurts. Office documents come as the text of one part,
// so that the fuzzer need not learn to write ZIP files; the last kind takes any bytes.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "matcher/decode/document.h"
#include "matcher/decode/formats/biff_workbook.h"
#include "matcher/decode/formats/flow_part.h"
#include "matcher/decode/formats/html_document.h"
#include "matcher/decode/formats/ldif_document.h"
#include "matcher/decode/formats/mail_document.h"
#include "matcher/decode/formats/odf_part.h"
#include "matcher/decode/formats/office_document.h"
#include "matcher/decode/formats/old_office_document.h"
#include "matcher/decode/formats/sqlite_document.h"
#include "matcher/decode/formats/vcard_document.h"
#include "matcher/decode/formats/xml_document.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::matcher;

// One XML part of an office document, and its sinks, as a reader.
class PartReader final : public Reader {
 public:
  PartReader(Reading& reading, unsigned which)
      : part_(
            [&reading, which, this](std::string_view) -> std::unique_ptr<PartHandler> {
              switch (which) {
                case 0:
                  return std::make_unique<WorksheetPart>(reading, book_,
                                                         std::vector<MergedCells>{});
                case 1:
                  return std::make_unique<SharedStringsPart>(book_.strings);
                case 2:
                  return std::make_unique<StylesPart>(book_);
                case 3:
                  return std::make_unique<FlowPart>(reading, info_);
                case 4:
                  return std::make_unique<OdfPart>(reading, info_);
                case 5:
                  return std::make_unique<PivotDefinitionPart>(pivot_);
                default:
                  return std::make_unique<PivotRecordsPart>(reading, pivot_);
              }
            },
            broken_) {}
  Result<void> feed(ByteView piece) override {
    all_.insert(all_.end(), piece.begin(), piece.end());
    return ok();
  }
  Result<void> finish() override {
    TRYV(part_.piece(all_));
    TRYV(part_.end());
    MergedCellsSink merged(merged_);
    TRYV(merged.piece(all_));
    return merged.end();
  }

 private:
  DocumentInfo info_;
  Workbook book_;
  PivotCache pivot_;
  std::vector<MergedCells> merged_;
  Bytes all_;
  bool broken_ = false;
  XmlPart part_;
};

class BiffReader final : public Reader {
 public:
  explicit BiffReader(Reading& reading) : book_(reading) {}
  Result<void> feed(ByteView piece) override {
    all_.insert(all_.end(), piece.begin(), piece.end());
    return ok();
  }
  Result<void> finish() override { return book_.read(all_); }

 private:
  BiffWorkbook book_;
  Bytes all_;
};

std::unique_ptr<Reader> reader_of(unsigned kind, Reading& reading, ByteView head) {
  const DocumentInfo info{"fuzz", "", 4};
  switch (kind) {
    case 0:
      return std::make_unique<HtmlDocument>(reading, info, head);
    case 1:
      return std::make_unique<XmlDocument>(reading, info, head);
    case 2:
      return std::make_unique<VcardDocument>(reading, info, head);
    case 3:
      return std::make_unique<LdifDocument>(reading, info, head);
    case 4:
      return std::make_unique<MailDocument>(reading, info, false);
    case 5:
      return std::make_unique<MailDocument>(reading, info, true);
    case 6:
      return std::make_unique<OldOfficeDocument>(reading, info);
    case 7:
      return std::make_unique<BiffReader>(reading);
    case 8:
      return std::make_unique<OfficeDocument>(reading, info);
    case 9:
      return std::make_unique<SqliteDocument>(reading, info);
    default:
      return std::make_unique<PartReader>(reading, kind - 10);
  }
}

std::vector<std::string> rows_of(unsigned kind, ByteView document, std::size_t piece) {
  std::vector<std::string> rows;
  std::vector<Warning> warnings;
  const auto on_row = [&](std::span<const identity::FieldValue> values) -> Result<void> {
    std::string row;
    for (const auto& v : values) {
      row += std::to_string(static_cast<int>(v.field)) + "=";
      row.append(v.raw).append("\n");
    }
    rows.push_back(std::move(row));
    return ok();
  };
  NestingLimits limits;
  limits.ratio_free_bytes = 4 << 20;
  Reading reading(on_row, warnings, limits);
  reading.note_input(document.size());
  const auto reader =
      reader_of(kind, reading, document.first(std::min<std::size_t>(document.size(), 65536)));
  for (std::size_t at = 0; at < document.size(); at += piece) {
    if (!reader->feed(document.subspan(at, std::min(piece, document.size() - at)))) std::abort();
  }
  if (!reader->finish()) std::abort();
  for (const auto& w : warnings) rows.push_back(w.file + w.what.en);
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const unsigned kind = data[0] % 17;
  const std::size_t piece = 1 + data[1] % 97;
  const ByteView document(data + 2, size - 2);
  if (document.empty()) return 0;
  if (rows_of(kind, document, document.size()) != rows_of(kind, document, piece)) std::abort();
  return 0;
}
