#include "matcher/decode/formats/workbook.h"

#include <charconv>

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostStyles = 65'536;
constexpr std::size_t kMostCellText = 256U << 10;
constexpr std::size_t kMostCellsOfRow = 16'384;  // what a sheet has columns
constexpr std::uint32_t kLastRow = 1U << 30;

template <class T>
T number(std::string_view text, T otherwise) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

}  // namespace

void StylesPart::open(std::string_view, std::string_view name,
                      std::span<const XmlAttribute> attributes) {
  if (name == "cellXfs") {
    in_cells_ = true;
  } else if (name == "numFmt" && codes_.size() < kMostStyles) {
    const auto id = number<unsigned>(attribute(attributes, "numFmtId"), 0);
    codes_[id] = NumberFormat(attribute(attributes, "formatCode"));
  } else if (name == "xf" && in_cells_ && book_.formats.size() < kMostStyles) {
    const auto id = number<unsigned>(attribute(attributes, "numFmtId"), 0);
    const auto at = codes_.find(id);
    book_.formats.push_back(at != codes_.end() ? at->second : NumberFormat::built_in(id));
  }
}

void StylesPart::close(std::string_view name) {
  if (name == "cellXfs") in_cells_ = false;
}

void WorkbookPart::open(std::string_view, std::string_view name,
                        std::span<const XmlAttribute> attributes) {
  if (name != "workbookPr") return;
  const auto value = attribute(attributes, "date1904");
  book_.since_1904 = value == "1" || value == "true" || value == "on";
}

Result<void> MergedCellsSink::piece(ByteView bytes) {
  window_.append(as_text(bytes));
  look(false);
  return ok();
}

Result<void> MergedCellsSink::end() {
  look(true);
  return ok();
}

void MergedCellsSink::look(bool last) {
  constexpr std::string_view kElement = "mergeCell ";
  constexpr std::size_t kLongest = 256;  // of such an element
  std::size_t at = 0;
  for (;;) {
    const std::size_t found = window_.find(kElement, at);
    if (found == std::string::npos) {
      at = window_.size() - std::min(window_.size(), kElement.size());
      break;
    }
    const std::size_t end = window_.find('>', found);
    if (end == std::string::npos && !last && window_.size() - found < kLongest) {
      at = found;
      break;
    }
    at = found + kElement.size();
    if (end == std::string::npos || end - found > kLongest) continue;
    std::string_view element = std::string_view(window_).substr(found, end - found);
    const std::size_t ref = element.find("ref=");
    if (ref == std::string_view::npos || ref + 5 > element.size()) continue;
    const char quote = element[ref + 4];
    element.remove_prefix(ref + 5);
    element = element.substr(0, element.find(quote));
    const std::size_t colon = element.find(':');
    if (colon == std::string_view::npos || merged_.size() >= kMostMerged) continue;
    MergedCells range{};
    std::uint32_t last_column = 0;
    if (cell_reference(element.substr(0, colon), range.column, range.first_row) &&
        cell_reference(element.substr(colon + 1), last_column, range.last_row) &&
        range.last_row > range.first_row) {
      merged_.push_back(range);
    }
  }
  window_.erase(0, at);
}

void WorksheetPart::open(std::string_view, std::string_view name,
                         std::span<const XmlAttribute> attributes) {
  if (name == "row") {
    end_row();
    row_ = std::min(number<std::uint32_t>(attribute(attributes, "r"), row_ + 1), kLastRow);
    column_ = 0;
  } else if (name == "c") {
    std::uint32_t row = 0, column = 0;
    if (cell_reference(attribute(attributes, "r"), column, row)) column_ = column;
    type_ = attribute(attributes, "t");
    style_ = number<std::size_t>(attribute(attributes, "s"), 0);
    value_.clear();
    rich_.begin();
    in_cell_ = true;
  } else if (in_cell_ && name == "v") {
    in_value_ = true;
  } else if (in_cell_ && name == "is") {
    in_rich_ = true;
  } else if (in_rich_) {
    rich_.open(name);
  }
}

void WorksheetPart::text(std::string_view piece) {
  if (in_rich_) rich_.text(piece);
  if (in_value_ && value_.size() + piece.size() <= kMostCellText) value_ += piece;
}

void WorksheetPart::close(std::string_view name) {
  if (in_rich_) rich_.close(name);
  if (name == "v") in_value_ = false;
  if (name == "is") in_rich_ = false;
  if (name == "c") end_cell();
  if (name == "row") end_row();
}

void WorksheetPart::end_cell() {
  if (!std::exchange(in_cell_, false)) return;
  in_value_ = in_rich_ = false;
  SheetCell cell;
  cell.column = column_++;
  if (type_ == "s") {
    const auto index = number<std::size_t>(value_, SIZE_MAX);
    if (book_.strings.has(index)) {
      cell.text = book_.strings.text(index);
      cell.reading = book_.strings.reading(index);
    } else if (!value_.empty()) {
      ++book_.lost_texts;
    }
  } else if (type_ == "inlineStr") {
    cell.text = rich_.take_text();
    cell.reading = rich_.take_reading();
    if (cell.text.empty()) cell.text = without_escapes(value_);
  } else if (type_ == "str") {
    cell.text = without_escapes(value_);
  } else if (type_ == "d") {
    cell.text = value_.substr(0, value_.find('T'));
  } else if (type_.empty() || type_ == "n") {
    const NumberFormat plain;
    const auto& format = style_ < book_.formats.size() ? book_.formats[style_] : plain;
    cell.text = format.shown(value_, book_.since_1904);
  }
  if (!cell.text.empty() && cells_.size() < kMostCellsOfRow) cells_.push_back(std::move(cell));
}

void WorksheetPart::end_row() {
  end_cell();
  if (cells_.empty() || !status()) return;
  keep(rows_.row(row_, cells_));
  cells_.clear();
}

Result<void> WorksheetPart::finish() {
  end_row();
  TRYV(status());
  book_.too_wide = book_.too_wide || rows_.too_wide();
  return rows_.finish();
}

}  // namespace hitokoe::matcher
