// A leaked document of any bytes: how it is cut into pieces never changes its rows.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "matcher/decode/document.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::matcher;

std::vector<std::string> rows_of(ByteView document, std::size_t piece, const char* type) {
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
  Reading reading(on_row, warnings);
  DocumentReader reader(reading, "fuzz", type);
  for (std::size_t at = 0; at < document.size(); at += piece) {
    if (!reader.feed(document.subspan(at, std::min(piece, document.size() - at)))) return rows;
  }
  (void)reader.finish();
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static constexpr const char* kTypes[] = {"", "text/html", "text/csv", "text/plain"};
  const char* type = kTypes[data[0] % 4];
  const std::size_t piece = 1 + data[1] % 97;
  const ByteView document(data + 2, size - 2);
  if (document.empty()) return 0;
  if (rows_of(document, document.size(), type) != rows_of(document, piece, type)) std::abort();
  return 0;
}
