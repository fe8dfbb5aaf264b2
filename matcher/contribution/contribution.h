// A contribution as values, and its bytes: LEB128 numbers, lists of names first.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/fingerprint.h"

namespace hitokoe::matcher {

struct MadeKind {  // of rows that say the same
  struct Value {
    std::uint8_t field = 0;
    std::uint32_t set = 0;  // snapshots that had it
  };
  struct Part {
    std::uint32_t carrier = 0;
    std::uint32_t set = 0;    // snapshots that have the customer
    std::uint32_t known = 0;  // older leaks that had the customer
    std::vector<Value> values;
  };
  std::vector<Part> parts;
  std::uint64_t rows = 0;
  std::uint64_t first_row = 0;
};

struct MadeCustomer {
  std::uint32_t carrier = 0;
  identity::Fingerprint y_ref{};
  std::uint64_t row = 0;  // the first
  std::uint64_t fields = 0;
};

struct MadeContribution {
  std::uint64_t index = 0;  // content of the index that it was matched with
  std::uint64_t documents = 0, bytes = 0, rows = 0, tokens = 0, matched = 0, ambiguous = 0;
  JstDay seen{};        // 1970-01-01: not known
  bool sorted = false;  // by a column that can be seen: the order of rows says nothing
  std::uint64_t customers_in_all = 0, kinds_in_all = 0, rows_left_out = 0;
  std::vector<std::pair<std::string, std::uint32_t>> carriers;  // controller, epoch
  std::vector<std::string> snapshots, incidents;
  std::vector<std::vector<std::uint32_t>> sets;   // of snapshots, ascending
  std::vector<std::vector<std::uint32_t>> known;  // of incidents; [0] is empty
  std::vector<MadeKind> kinds;
  std::vector<MadeCustomer> customers;  // each once, by row
};

Bytes encode(const MadeContribution& made);
// kCorrupt, kUnsupported: of a newer program. Every number that names a list's item is in range.
Result<MadeContribution> decode_contribution(ByteView bytes);

}  // namespace hitokoe::matcher
