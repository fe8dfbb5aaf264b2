// Any bytes, cut anywhere: the same rows and the same answer as in one piece; rows within bounds; a
// refusal names the file.
#include <cstdlib>
#include <string>
#include <vector>

#include "hitokoe/registry/access_logs.h"

namespace {

using hitokoe::ByteView;
using hitokoe::registry::AccessLogReader;
using hitokoe::registry::AccessRow;

struct Read {
  std::vector<AccessRow> rows;
  std::string refusal;
};

Read read(ByteView data, std::size_t piece) {
  Read out;
  AccessLogReader reader("log.csv", {}, [&](const AccessRow& row) -> hitokoe::Result<void> {
    for (const auto* text : {&row.worker, &row.data_set, &row.operation}) {
      if (text->empty() || text->size() > 200) std::abort();
    }
    out.rows.push_back(row);
    return hitokoe::ok();
  });
  for (std::size_t at = 0; at < data.size(); at += piece) {
    const auto fed = reader.feed(data.subspan(at, std::min(piece, data.size() - at)));
    if (fed) continue;
    out.refusal = fed.error().detail;
    return out;
  }
  const auto rows = reader.finish();
  if (!rows) {
    out.refusal = rows.error().detail;
  } else if (rows.value() != out.rows.size()) {
    std::abort();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > (1U << 16)) return 0;
  const ByteView rest(data + 1, size - 1);
  const auto whole = read(rest, size);
  const auto cut = read(rest, 1 + data[0] % 64U);
  if (whole.rows != cut.rows || whole.refusal != cut.refusal) std::abort();
  return 0;
}
