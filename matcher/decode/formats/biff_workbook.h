// Sheets of .xls files: BIFF8 (Excel 97-2003), BIFF5 (Excel 5, 95), as [MS-XLS] describes them.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/text/charset.h"
#include "matcher/decode/formats/sheet_rows.h"
#include "matcher/decode/formats/workbook.h"
#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher {

// Reads one "Workbook" stream: cells with their formats, readings of Japanese text, last values of
// formulas, merged cells; text of comments and boxes as prose.
class BiffWorkbook {
 public:
  explicit BiffWorkbook(Reading& reading) : reading_(reading), notes_(reading.sink()) {}

  Result<void> read(ByteView stream);
  bool encrypted() const { return encrypted_; }
  bool cut() const { return cut_; }  // ends within a record, or is no such stream
  std::uint64_t cut_values() const { return notes_.cut(); }  // RowReader::cut()
  const Workbook& book() const { return book_; }

 private:
  struct Record {
    std::uint16_t id = 0;
    ByteView data;
    std::size_t next = 0;  // where the next record begins
  };
  bool record_at(std::size_t at, Record& record) const;
  void merged_cells(std::size_t from, std::vector<MergedCells>& merged);
  std::size_t shared_strings(const Record& first);
  Result<void> begin_sheet(std::size_t from);
  Result<void> end_sheet();
  Result<void> cell(const Record& record);
  Result<void> put(std::uint16_t row, std::uint16_t column, std::string text,
                   std::string reading = {});
  Result<void> flush_row();
  Result<std::size_t> text_box(const Record& record);
  std::string short_text(ByteView data, bool two_byte_length) const;
  std::string shown(double value, std::uint16_t style) const;
  void globals(const Record& record);

  Reading& reading_;
  ByteView stream_;
  Workbook book_;
  std::vector<std::pair<std::uint16_t, NumberFormat>> codes_;
  text::Charset codepage_ = text::Charset::kShiftJis;
  bool biff5_ = false, encrypted_ = false, cut_ = false;
  std::optional<SheetRows> sheet_;
  std::vector<SheetCell> cells_;
  std::uint32_t row_ = 0;
  std::uint16_t formula_row_ = 0, formula_column_ = 0;  // whose text comes in the next record
  bool formula_text_ = false;
  std::size_t looked_ahead_ = 0;  // bytes, for merged cells
  RowReader notes_;
};

}  // namespace hitokoe::matcher
