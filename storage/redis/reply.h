// What Redis answered, out of the library's hands.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe::storage::redis {

struct Reply {
  enum class Kind { kNil, kNumber, kText, kList };
  Kind kind = Kind::kNil;
  std::int64_t number = 0;
  std::string text;
  std::vector<Reply> items;

  bool is_nil() const { return kind == Kind::kNil; }
};

// kCorrupt: the answer is of another kind.
Result<std::int64_t> number_of(const Reply& reply);  // a text of digits, too
Result<std::uint64_t> count_of(const Reply& reply);  // not below zero
Result<const std::string*> text_of(const Reply& reply);
// With at least `least` items.
Result<const std::vector<Reply>*> items_of(const Reply& reply, std::size_t least = 0);

// What an error reply means to a person. Its first word is Redis' stable name ("OOM", "NOAUTH").
Error refused(const std::string& text);

}  // namespace hitokoe::storage::redis
