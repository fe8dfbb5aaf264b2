// Kinds of rows by what they say of snapshots and older leaks: the same number on every index and
// in every program, so that a choice by it is the same however exposures are cut.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "matcher/contribution/contribution.h"

namespace hitokoe::matcher {

// Of strings; a set's name is the sum of its items'.
std::uint64_t name_of(std::string_view item);
inline std::uint64_t carrier_name(std::string_view controller, std::uint32_t epoch) {
  return name_of(controller) + epoch;
}

// A kind's name is the sum over its parts: carriers stand in another order in another index.
class PartName {
 public:
  PartName(std::uint64_t carrier, std::uint64_t set, std::uint64_t known)
      : words_{carrier, set, known} {}
  void value(std::uint8_t field, std::uint64_t set) {
    words_.push_back(field);
    words_.push_back(set);
  }
  std::uint64_t get() const;

 private:
  std::vector<std::uint64_t> words_;
};

class KindNames {
 public:
  explicit KindNames(const MadeContribution& made);
  std::uint64_t of(const MadeKind& kind) const;

 private:
  std::vector<std::uint64_t> carriers_, sets_, known_;  // names of them
};

}  // namespace hitokoe::matcher
