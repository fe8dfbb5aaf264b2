#include "matcher/decode/formats/odf_part.h"

#include <algorithm>
#include <charconv>

#include "matcher/decode/formats/number_format.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostTables = 64;
constexpr std::uint32_t kMostRepeats = 64;  // of a cell with a value

std::uint32_t count(std::span<const XmlAttribute> attributes, std::string_view name) {
  const auto text = attribute(attributes, name);
  std::uint32_t value = 1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::max(value, 1U);
}

}  // namespace

void OdfPart::open_cell(std::string_view name, std::span<const XmlAttribute> attributes) {
  if (tables_.empty()) return;
  Table& table = tables_.back();
  const std::uint32_t repeated = count(attributes, "number-columns-repeated");
  flow_.open_cell();
  table.value.clear();
  table.number = false;
  table.repeated = repeated - 1;
  const std::size_t column = table.column;
  table.column += std::min<std::uint32_t>(repeated, kMostCells);
  if (column >= kMostCells) return;
  if (table.down.size() <= column) table.down.resize(column + 1);
  if (name == "covered-table-cell") {
    if (table.down[column] > 0) {
      --table.down[column];
      flow_.as_above();
    }
    return;
  }
  table.down[column] = count(attributes, "number-rows-spanned") - 1;
  const auto type = attribute(attributes, "value-type");
  if (type == "date") {
    const auto date = attribute(attributes, "date-value");
    table.value = date.substr(0, date.find('T'));
  } else if (type == "float") {
    table.value = NumberFormat().shown(attribute(attributes, "value"), false);
    table.number = true;
  } else if (type == "string") {
    table.value = attribute(attributes, "string-value");
  }
}

// The text of a number is what is seen, "9.01E+09" or "###" too: then its value is read.
void OdfPart::close_cell() {
  if (tables_.empty()) return;
  Table& table = tables_.back();
  if (flow_.in_cell()) {
    const auto seen = trimmed(flow_.so_far());
    const auto digits = [](std::string_view text) {
      return std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
    };
    const bool keep_seen =
        !seen.empty() && (table.value.empty() ||
                          (table.number && seen.find('E') == std::string_view::npos &&
                           digits(seen) >= digits(table.value.substr(0, table.value.find('.')))));
    if (!table.value.empty() && !keep_seen) flow_.replace_cell(table.value);
    const std::string again(trimmed(flow_.so_far()));
    flow_.close_cell();
    // Columns after the last value are not counted out.
    const std::uint32_t times =
        std::min<std::uint32_t>(table.repeated, again.empty() ? kMostCells : kMostRepeats);
    for (std::uint32_t i = 0; i < times; ++i) {
      flow_.open_cell();
      keep(flow_.text(again));
      flow_.close_cell();
    }
  }
  table.value.clear();
  table.repeated = 0;
}

void OdfPart::open(std::string_view, std::string_view name,
                   std::span<const XmlAttribute> attributes) {
  if (skipped_ > 0 || name == "tracked-changes") {
    ++skipped_;
    return;
  }
  if (name == "p" || name == "h") {
    ++in_text_;
  } else if (name == "tab") {
    keep(flow_.text("\t"));
  } else if (name == "s") {
    keep(flow_.text(" "));
  } else if (name == "line-break") {
    flow_.end_line();
  } else if (name == "ruby-text") {
    ++in_reading_;
  } else if (name == "table" && tables_.size() < kMostTables) {
    tables_.emplace_back();
    keep(flow_.open_table());
  } else if (name == "table-row" && !tables_.empty()) {
    tables_.back().column = 0;
    flow_.open_row();
  } else if (name == "table-cell" || name == "covered-table-cell") {
    open_cell(name, attributes);
  }
}

void OdfPart::text(std::string_view piece) {
  if (skipped_ > 0 || in_text_ == 0) return;
  if (in_reading_ > 0) {
    flow_.reading(piece);
  } else {
    keep(flow_.text(piece));
  }
}

void OdfPart::close(std::string_view name) {
  if (skipped_ > 0) {
    --skipped_;
    return;
  }
  if (name == "p" || name == "h") {
    in_text_ -= in_text_ > 0 ? 1 : 0;
    flow_.end_line();
  } else if (name == "ruby-text") {
    in_reading_ -= in_reading_ > 0 ? 1 : 0;
  } else if (name == "table-cell" || name == "covered-table-cell") {
    close_cell();
  } else if (name == "table-row") {
    keep(flow_.close_row());
  } else if (name == "table" && !tables_.empty()) {
    tables_.pop_back();
    keep(flow_.close_table());
  }
}

}  // namespace hitokoe::matcher
