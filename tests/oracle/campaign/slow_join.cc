#include "tests/oracle/campaign/slow_join.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace hitokoe::incident::campaign::slow {

namespace {

// The root of a set is its smallest index: the answer does not depend on the order of unions.
class UnionFind {
 public:
  explicit UnionFind(std::size_t n) : parent_(n) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];
      i = parent_[i];
    }
    return i;
  }
  void unite(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

bool same_contact(const JoinSubject& a, const JoinSubject& b) {
  return (!a.email.empty() && a.email == b.email) || (!a.phone.empty() && a.phone == b.phone);
}

}  // namespace

std::vector<std::size_t> join_persons(std::span<const JoinSubject> subjects) {
  std::vector<std::pair<std::uint64_t, std::size_t>> hits;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (subjects[i].name_key.empty()) continue;
    for (auto row : subjects[i].rows) hits.emplace_back(row, i);
  }
  std::sort(hits.begin(), hits.end());

  UnionFind sets(subjects.size());
  for (std::size_t begin = 0; begin < hits.size();) {
    auto end = begin;
    while (end < hits.size() && hits[end].first == hits[begin].first) ++end;
    for (auto i = begin; i < end; ++i) {
      for (auto j = i + 1; j < end; ++j) {
        const auto& a = subjects[hits[i].second];
        const auto& b = subjects[hits[j].second];
        if (a.controller != b.controller && a.name_key == b.name_key && same_contact(a, b))
          sets.unite(hits[i].second, hits[j].second);
      }
    }
    begin = end;
  }
  std::vector<std::size_t> person(subjects.size());
  for (std::size_t i = 0; i < subjects.size(); ++i) person[i] = sets.find(i);
  return person;
}

}  // namespace hitokoe::incident::campaign::slow
