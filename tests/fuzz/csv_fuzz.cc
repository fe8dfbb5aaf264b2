// Any bytes in any pieces: the same rows as in one piece, within the bounds, every row UTF-8.
#include <cstdlib>
#include <string>

#include "hitokoe/text/csv.h"

namespace {

using namespace hitokoe::text;

struct Told {
  std::string rows;
  bool refused = false;
};

Told read(std::string_view text, std::string_view cuts, CsvOptions options) {
  Told told;
  CsvReader reader(
      options,
      [&](const CsvRow& row) -> hitokoe::Result<void> {
        told.rows += std::to_string(row.line);
        for (const auto f : row.fields) {
          if (!is_utf8(f) || f.size() > options.max_field) std::abort();
          told.rows.append("|").append(f);
        }
        told.rows += '\n';
        return hitokoe::ok();
      },
      [&](std::uint64_t line, CsvFault fault) {
        told.rows.append(std::to_string(line)).append("!").append(to_string(fault)) += '\n';
      });
  for (std::size_t i = 0; !text.empty(); ++i) {
    const std::size_t n =
        cuts.empty() ? text.size() : 1 + static_cast<unsigned char>(cuts[i % cuts.size()]) % 9;
    const auto piece = text.substr(0, n);
    text.remove_prefix(piece.size());
    if (!reader.feed(piece)) {
      told.refused = true;
      return told;
    }
  }
  told.refused = !reader.finish();
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 4, size - 4);
  const CsvOptions options{.delimiter = data[0] % 4 == 0 ? '\t' : ',',
                           .max_field = 1 + data[1] % 64U,
                           .max_row = 1 + data[2] % 200U,
                           .max_fields = 1 + data[3] % 8U};
  const Told whole = read(text, {}, options);
  const Told pieces = read(text, text, options);
  if (whole.rows != pieces.rows || whole.refused != pieces.refused) std::abort();
  return 0;
}
