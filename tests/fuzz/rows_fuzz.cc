// Leaked text of any kind, in any pieces: the same records, each with values and within limits.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "matcher/rows/cell_table.h"
#include "matcher/rows/row_reader.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::matcher;

std::string spelled(std::span<const identity::FieldValue> values) {
  if (values.empty()) std::abort();
  std::string row;
  for (const auto& v : values) {
    if (v.raw.size() > (256U << 10)) std::abort();
    row += std::to_string(static_cast<int>(v.field)) + "=";
    row.append(v.raw).append("\n");
  }
  return row;
}

std::vector<std::string> rows_of(std::string_view text, std::size_t piece) {
  std::vector<std::string> rows;
  RowReader reader([&](std::span<const identity::FieldValue> values) -> Result<void> {
    rows.push_back(spelled(values));
    return ok();
  });
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!reader.feed(text.substr(at, piece))) std::abort();
  }
  if (!reader.finish()) std::abort();
  return rows;
}

// The same bytes as cells: lines and tabs.
void as_cells(std::string_view text, bool named) {
  CellTable table([](std::span<const identity::FieldValue> values) -> Result<void> {
    (void)spelled(values);
    return ok();
  });
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    std::vector<std::string_view> cells;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t tab = std::min(line.find('\t', at), line.size());
      cells.push_back(line.substr(at, tab - at));
      at = tab + 1;
    }
    const bool names = named && line.starts_with('#');
    if (!(names ? table.names(cells) : table.row(cells))) std::abort();
    if (line.empty() && !table.finish()) std::abort();
  }
  if (!table.finish()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[1] % 97;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (text.empty()) return 0;
  if (data[0] % 4 == 3) {
    as_cells(text, data[1] % 2 == 0);
    return 0;
  }
  // Repeated, it is longer than what is looked ahead.
  std::string whole(text);
  if (data[0] % 4 == 2) {
    while (whole.size() < (76U << 10)) whole += text;
  }
  const std::size_t by = whole.size() > (64U << 10) ? 1000 + 131 * piece : piece;
  if (rows_of(whole, whole.size()) != rows_of(whole, by)) std::abort();
  return 0;
}
