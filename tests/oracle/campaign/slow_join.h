// Persons across carriers (docs/campaign.md, "Who is one person").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hitokoe::incident::campaign::slow {

struct JoinSubject {
  std::string controller;
  std::vector<std::uint64_t> rows;  // leaked rows that hit this subject
  std::string name_key;             // canonical; empty where the carrier gave no contact
  std::string email;                // as compared: lower case
  std::string phone;                // E.164
};

// Two subjects are one person when they belong to two carriers, one leaked row hit both, their
// canonical names are the same, and so is one contact (mail address or phone). Nothing else joins:
// a family that shares a phone stays apart. Transitive.
//
// @return for each subject the index of the first subject of its person. O(n log n) in the number
// of (row, subject) pairs, as long as rows hit few subjects each.
std::vector<std::size_t> join_persons(std::span<const JoinSubject> subjects);

}  // namespace hitokoe::incident::campaign::slow
