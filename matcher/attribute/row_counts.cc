#include "matcher/attribute/row_counts.h"

#include <string_view>
#include <vector>

#include "hitokoe/identity/canary_list.h"

namespace hitokoe::matcher {

namespace {

// Which parties hold the rows of a kind. Parties are numbers here: every kind of row is looked at.
class RowCounter {
 public:
  explicit RowCounter(std::span<const CarrierView> carriers) : carriers_(carriers) {
    std::map<std::string_view, std::uint32_t> numbers;
    for (const auto& view : carriers) {
      auto& mine = party_of_.emplace_back();
      for (const auto& s : view.snapshots) {
        if (identity::canary_handover(s.snapshot)) {
          mine.push_back(kNobody);
          continue;
        }
        const auto number = static_cast<std::uint32_t>(parties_.size());
        const auto [at, fresh] = numbers.try_emplace(s.party, number);
        if (fresh) parties_.push_back({s.party, {}, 0, 0});
        mine.push_back(at->second);
      }
    }
  }

  void add(const RowType& type) {
    ++stamp_;
    holders_.clear();
    own_.clear();
    for (const auto& part : type.parts) {
      const auto& view = carriers_[part.carrier];
      for (const Ordinal o : view.classes->members(part.subject)) {
        const std::uint32_t party = party_of_[part.carrier][o];
        if (party == kNobody) continue;
        const bool own = view.snapshots[o].own;
        auto& seen = own ? parties_[party].seen_own : parties_[party].seen;
        if (seen == stamp_) continue;
        seen = stamp_;
        (own ? own_ : holders_).push_back(party);
      }
    }
    for (const auto party : own_) {
      if (parties_[party].seen != stamp_) parties_[party].rows.matched += type.rows;
    }
    for (const auto party : holders_) parties_[party].rows.matched += type.rows;
    if (holders_.size() == 1) parties_[holders_.front()].rows.exclusive += type.rows;
    if (holders_.empty() && own_.size() == 1) parties_[own_.front()].rows.exclusive += type.rows;
  }

  std::map<std::string, RowCounts> counts() const {
    std::map<std::string, RowCounts> out;
    for (const auto& p : parties_) {
      if (p.rows.matched > 0) out.emplace(p.name, p.rows);
    }
    return out;
  }

 private:
  static constexpr std::uint32_t kNobody = ~std::uint32_t{0};  // a list of canaries
  struct Party {
    std::string_view name;
    RowCounts rows;
    std::uint64_t seen, seen_own;  // stamp of the last kind of row that it holds
  };
  std::span<const CarrierView> carriers_;
  std::vector<Party> parties_;
  std::vector<std::vector<std::uint32_t>> party_of_;  // by carrier and ordinal
  std::vector<std::uint32_t> holders_, own_;          // of the kind at hand
  std::uint64_t stamp_ = 0;
};

}  // namespace

std::map<std::string, RowCounts> count_rows(const Leak& leak,
                                            std::span<const CarrierView> carriers) {
  RowCounter counter(carriers);
  for (const auto& type : leak.types()) counter.add(type);
  return counter.counts();
}

}  // namespace hitokoe::matcher
