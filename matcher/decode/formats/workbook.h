// What the sheets of an XLSX workbook share (ECMA-376 part 1, 18).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "matcher/decode/formats/number_format.h"
#include "matcher/decode/formats/shared_strings.h"
#include "matcher/decode/formats/sheet_rows.h"

namespace hitokoe::matcher {

struct Workbook {
  SharedStrings strings;
  std::vector<NumberFormat> formats;  // by the style number of a cell
  bool since_1904 = false;
  std::map<std::string, std::vector<MergedCells>> merged;  // by the name of the sheet's part
  std::uint64_t lost_texts = 0;                            // cells whose text is not there
  bool too_wide = false;
};

// styles.xml
class StylesPart final : public PartHandler {
 public:
  explicit StylesPart(Workbook& book) : book_(book) {}
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view) override {}
  void close(std::string_view name) override;

 private:
  Workbook& book_;
  std::map<unsigned, NumberFormat> codes_;
  bool in_cells_ = false;
};

// workbook.xml: only which year the days are counted from. Sheets are read whether or not they are
// listed or hidden.
class WorkbookPart final : public PartHandler {
 public:
  explicit WorkbookPart(Workbook& book) : book_(book) {}
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view) override {}
  void close(std::string_view) override {}

 private:
  Workbook& book_;
};

// A sheet's merged cells stand behind its rows: found first, by a look at the bytes alone.
class MergedCellsSink final : public PartSink {
 public:
  explicit MergedCellsSink(std::vector<MergedCells>& merged) : merged_(merged) {}
  Result<void> piece(ByteView bytes) override;
  Result<void> end() override;

 private:
  void look(bool last);
  std::vector<MergedCells>& merged_;
  std::string window_;
};

// The rows of a sheet.
class WorksheetPart final : public PartHandler {
 public:
  WorksheetPart(Reading& reading, Workbook& book, std::vector<MergedCells> merged)
      : book_(book), rows_(reading, std::move(merged)) {}
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view piece) override;
  void close(std::string_view name) override;
  Result<void> finish() override;

 private:
  void end_cell();
  void end_row();

  Workbook& book_;
  SheetRows rows_;
  std::vector<SheetCell> cells_;
  std::uint32_t row_ = 0, column_ = 0;
  std::string type_, value_;
  std::size_t style_ = 0;
  RichText rich_;
  bool in_cell_ = false, in_value_ = false, in_rich_ = false;
};

}  // namespace hitokoe::matcher
