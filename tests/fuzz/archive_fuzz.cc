// An archive of any bytes: how it is cut into pieces changes neither its rows nor its warnings, and
// what it may cost is kept.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/document.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::matcher;

struct Out {
  std::vector<std::string> rows, warnings;
  bool operator==(const Out&) const = default;
};

struct How {
  bool wait = false;     // for a password that comes later
  bool to_disk = false;  // what must be there as a whole
};

Out read(ByteView document, std::size_t piece, How how) {
  Out out;
  std::vector<Warning> warnings;
  const auto on_row = [&](std::span<const identity::FieldValue> values) -> Result<void> {
    std::string row;
    for (const auto& v : values) {
      row += std::to_string(static_cast<int>(v.field)) + "=";
      row.append(v.raw).append("\n");
    }
    out.rows.push_back(std::move(row));
    return ok();
  };
  NestingLimits limits;
  limits.depth = 3;
  limits.parts = 50;
  limits.members = 500;
  limits.unpacked_bytes = 1U << 20;
  limits.decoder_memory = 4U << 20;
  limits.spool_memory = how.to_disk ? 100 : 1U << 20;
  limits.key_rounds = 1U << 14;
  limits.warnings = 20;
  ArchiveKeys keys;
  Reading reading(on_row, warnings, limits, how.wait ? &keys : nullptr);
  DocumentReader reader(reading, "fuzz [pw=pw].zip", {});
  for (std::size_t at = 0; at < document.size() && !reader.refused(); at += piece) {
    if (!reader.feed(document.subspan(at, std::min(piece, document.size() - at)))) std::abort();
  }
  if (!reader.finish() || !keys.retry(on_row, warnings)) std::abort();
  keys.give_up(on_row, warnings);
  for (const auto& w : warnings) out.warnings.push_back(w.file + ": " + w.what.en);
  if (out.warnings.size() > limits.warnings + 1) std::abort();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ByteView document(data + 1, size - 1);
  const How how{(data[0] & 0x80U) != 0, (data[0] & 0x40U) != 0};
  const std::size_t piece = 1 + (data[0] & 0x3FU);
  const Out whole = read(document, document.size(), how);
  // The pieces are handed over to a thread: many small ones are slow and say no more.
  if (document.size() / piece > 2'000) return 0;
  if (whole != read(document, piece, how)) std::abort();
  return 0;
}
