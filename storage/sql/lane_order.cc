#include "storage/sql/lane_order.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_set>

namespace hitokoe::storage::sql {
namespace {

// Whether a text is among others. Most often the first lane fits: a set is made only when many
// questions are asked.
class Among {
 public:
  explicit Among(const std::vector<std::string>& all) : all_(all) {}
  bool has(std::string_view one) {
    if (++asked_ <= kBeforeASet) return std::ranges::find(all_, one) != all_.end();
    if (set_.empty()) set_.insert(all_.begin(), all_.end());
    return set_.contains(one);
  }

 private:
  static constexpr std::size_t kBeforeASet = 8;
  const std::vector<std::string>& all_;
  std::size_t asked_ = 0;
  std::unordered_set<std::string_view> set_;
};

}  // namespace

bool LaneOrder::Earlier::operator()(const Lane* a, const Lane* b) const {
  return std::tie(a->due, a->source->name, a->item, a->host->name) <
         std::tie(b->due, b->source->name, b->item, b->host->name);
}

std::size_t LaneOrder::KeyHash::operator()(const Key& key) const {
  const std::hash<const void*> hash;
  return hash(key.source) * 31 + hash(key.host);
}

LaneOrder::Side& LaneOrder::side(Sides& sides, const std::string& name, bool fits) {
  auto& found = sides[name];
  if (found == nullptr) {
    found = std::make_unique<Side>();
    found->name = name;
    found->fits = fits;
  }
  return *found;
}

// A side without lanes is kept only where it differs from one that is not known.
void LaneOrder::forget_idle(Sides& sides, const Side& side, bool fits) {
  if (!side.lanes.empty() || side.fits != fits) return;
  const std::string name = side.name;
  sides.erase(name);
}

LaneOrder::First LaneOrder::told(const Lane& lane) {
  return {lane.due, lane.source->name, lane.host->name, lane.item};
}

void LaneOrder::enter(Lane& lane) {
  all_.insert(&lane);
  if (lane.source->fits && lane.host->fits) open_.insert(&lane);
}

void LaneOrder::leave(Lane& lane) {
  all_.erase(&lane);
  open_.erase(&lane);
}

void LaneOrder::set(const First& first) {
  Side& source = side(sources_, first.source, false);
  Side& host = side(hosts_, first.host, true);
  auto& lane = lanes_[{&source, &host}];
  if (lane == nullptr) {
    lane = std::make_unique<Lane>();
    lane->source = &source;
    lane->host = &host;
    lane->in_source = source.lanes.size();
    lane->in_host = host.lanes.size();
    source.lanes.push_back(lane.get());
    host.lanes.push_back(lane.get());
  } else {
    if (lane->due == first.due && lane->item == first.item) return;
    leave(*lane);
  }
  lane->due = first.due;
  lane->item = first.item;
  enter(*lane);
}

void LaneOrder::erase(const std::string& source, const std::string& host) {
  const auto from = sources_.find(source);
  const auto at = hosts_.find(host);
  if (from == sources_.end() || at == hosts_.end()) return;
  Side& s = *from->second;
  Side& h = *at->second;
  const auto found = lanes_.find({&s, &h});
  if (found == lanes_.end()) return;
  Lane& lane = *found->second;
  leave(lane);
  s.lanes.back()->in_source = lane.in_source;
  std::swap(s.lanes[lane.in_source], s.lanes.back());
  s.lanes.pop_back();
  h.lanes.back()->in_host = lane.in_host;
  std::swap(h.lanes[lane.in_host], h.lanes.back());
  h.lanes.pop_back();
  lanes_.erase(found);
  forget_idle(sources_, s, false);
  forget_idle(hosts_, h, true);
}

void LaneOrder::clear() {
  open_.clear();
  all_.clear();
  lanes_.clear();
  const auto idle = [](bool unknown) {
    return [unknown](auto& entry) {
      entry.second->lanes.clear();
      return entry.second->fits == unknown;
    };
  };
  std::erase_if(sources_, idle(false));
  std::erase_if(hosts_, idle(true));
}

void LaneOrder::set_fits(Side& side, bool fits) {
  if (side.fits == fits) return;
  side.fits = fits;
  for (auto* lane : side.lanes) {
    if (!fits) {
      open_.erase(lane);
    } else if (lane->source->fits && lane->host->fits) {
      open_.insert(lane);
    }
  }
}

void LaneOrder::offer(const std::vector<std::string>& sources) {
  const std::unordered_set<std::string_view> wanted(sources.begin(), sources.end());
  std::vector<Side*> gone;
  for (const auto& [name, source] : sources_) {
    if (source->fits && !wanted.contains(name)) gone.push_back(source.get());
  }
  for (auto* source : gone) {
    set_fits(*source, false);
    forget_idle(sources_, *source, false);
  }
  for (const auto& name : sources) set_fits(side(sources_, name, false), true);
}

void LaneOrder::shut(const std::string& host) { set_fits(side(hosts_, host, true), false); }

void LaneOrder::open(const std::string& host) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  set_fits(*found->second, true);
  forget_idle(hosts_, *found->second, true);
}

void LaneOrder::open_all() {
  std::vector<std::string> closed;
  for (const auto& [name, host] : hosts_) {
    if (!host->fits) closed.push_back(name);
  }
  for (const auto& name : closed) open(name);
}

std::optional<LaneOrder::First> LaneOrder::first_open() const {
  if (open_.empty()) return std::nullopt;
  return told(**open_.begin());
}

std::optional<LaneOrder::First> LaneOrder::first_of(const std::vector<std::string>& sources,
                                                    const std::vector<std::string>& busy) const {
  Among chosen(sources);
  Among taken(busy);
  for (const auto* lane : all_) {
    if (chosen.has(lane->source->name) && !taken.has(lane->host->name)) return told(*lane);
  }
  return std::nullopt;
}

}  // namespace hitokoe::storage::sql
