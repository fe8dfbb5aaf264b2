// Which snapshots of a carrier's index are lists of canaries (identity/canary_list.h).
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "hitokoe/identity/canary_list.h"
#include "matcher/index/layer.h"

namespace hitokoe::matcher {

// Immutable; thread-safe. O(snapshots).
class CanaryLists {
 public:
  explicit CanaryLists(std::span<const SegmentSnapshot> snapshots) {
    for (const auto& s : snapshots) {
      const bool list = identity::canary_handover(s.snapshot).has_value();
      kind_.push_back(list ? kList : s.own ? kOwn : kOther);
      any_ = any_ || list;
    }
  }
  bool any() const { return any_; }
  bool is_list(Ordinal o) const { return o < kind_.size() && kind_[o] == kList; }
  // Does this set of snapshots make its subject a canary? Never one whom the carrier's own base
  // has: a list that names real customers, by mistake or not, makes no decoys of them.
  bool is_canary(std::span<const Ordinal> members) const {
    if (!any_) return false;
    bool listed = false;
    for (const Ordinal o : members) {
      if (o >= kind_.size()) continue;
      if (kind_[o] == kOwn) return false;
      listed = listed || kind_[o] == kList;
    }
    return listed;
  }

 private:
  enum Kind : unsigned char { kOther, kOwn, kList };
  std::vector<Kind> kind_;
  bool any_ = false;
};

}  // namespace hitokoe::matcher
