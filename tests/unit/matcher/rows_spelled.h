// Records as text, for tests that write the expected ones out.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/record_keys.h"
#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher::test {

using Rows = std::vector<std::string>;

inline std::string spelled(std::span<const identity::FieldValue> values) {
  std::string out;
  for (const auto& v : values) {
    out += std::string(identity::field_info(v.field).name) + "=" + std::string(v.raw) + ";";
  }
  return out;
}

// The records of a text that comes in pieces of this many bytes.
inline Rows rows_of(std::string_view text, std::size_t piece = 1 << 20) {
  Rows out;
  RowReader reader([&](std::span<const identity::FieldValue> values) -> Result<void> {
    out.push_back(spelled(values));
    return ok();
  });
  while (!text.empty()) {
    const auto part = text.substr(0, piece);
    text.remove_prefix(part.size());
    EXPECT_TRUE(reader.feed(part));
  }
  EXPECT_TRUE(reader.finish());
  return out;
}

}  // namespace hitokoe::matcher::test
