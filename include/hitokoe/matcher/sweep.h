// A quick look at dumps of any size: how many different identifiers of each carrier, and of each
// holder of its customer data, are in them. Mail addresses, telephone numbers, customer and
// contract numbers as they stand in the text; no rows, no names, no containers.
//
// This is no attribution: one identifier proves nothing of a row, and a holder of many customers
// has many of any dump. Exposure (matcher.h) attributes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/progress.h"
#include "hitokoe/identity/field.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::matcher {

struct SweepOptions {
  std::size_t threads = 0;  // 0: as many as there are processors; at most 64
  Progress progress = {};   // bytes read; called by one thread at a time
  std::uint64_t expected_bytes = 0;
};

struct SweepCount {
  identity::FieldId field;  // kEmail, kPhone, kContract, kRef
  std::uint64_t identifiers = 0;
};
struct SweepHolder {
  std::string party;
  std::uint64_t identifiers = 0;
  std::vector<SweepCount> fields;  // by field id; none of 0
};
struct SweepCarrier {
  std::string controller;
  std::uint64_t identifiers = 0;  // different ones that anybody of this carrier's holders has
  std::vector<SweepCount> fields;
  std::vector<SweepHolder> holders;  // by identifiers, most first
};
struct SweepReport {
  std::uint64_t documents = 0, bytes = 0;
  std::vector<SweepCount> tokens;      // that were looked up, repeats counted
  std::vector<SweepCarrier> carriers;  // all of the index, by name
  std::vector<Warning> warnings;       // what was not read
  std::vector<Words> notes;
};
// The contract's JSON (docs/cli.md).
std::string to_json(const SweepReport& report);

// Not thread-safe; works on several threads inside. What comes out does not depend on their number,
// nor on how the bytes are split. Memory: a few MB a thread, and 16 bytes for each different
// identifier that was found.
class Sweep {
 public:
  static std::unique_ptr<Sweep> begin(std::shared_ptr<const Index> index, SweepOptions options);
  virtual ~Sweep() = default;
  // Files and folders, file by file, links not followed. kNotFound: nothing is there; all else that
  // cannot be read is a warning.
  virtual Result<void> add_file(const std::filesystem::path& path) = 0;
  // One whole document, on this thread.
  virtual void add(std::string_view name, ByteView document) = 0;
  virtual Result<SweepReport> finish() = 0;  // kCorrupt: the index is damaged, nothing counts
};

}  // namespace hitokoe::matcher
