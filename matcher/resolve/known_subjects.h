// Customers that older leaks had, by their numbers in the index.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "hitokoe/matcher/known_leaks.h"
#include "hitokoe/matcher/report.h"
#include "matcher/attribute/leak.h"
#include "matcher/index/index.h"
#include "matcher/resolve/findings.h"

namespace hitokoe::matcher {

// Immutable; thread-safe. Memory: some 40 bytes a customer of an older leak; customers whom the
// index does not know are left out.
class KnownSubjects final : public PreparedLeaks {
 public:
  KnownSubjects(const IndexImpl& index, const KnownLeaks& leaks);
  bool empty() const { return view_.leaks.empty(); }
  // Whose numbers they are; only for comparing.
  const IndexImpl* index() const { return index_; }
  const KnownLeaksView& view() const { return view_; }
  // Position in view().sets; 0: no older leak had the customer.
  std::uint32_t set_of(std::uint32_t carrier, std::uint32_t subject) const;
  // Digest of what a scan's result depends on.
  std::uint64_t digest() const { return digest_; }

  // What the exposure's customers are against the older leaks; those that share any are added to
  // `leaks`, without their rows.
  Recirculation compare(std::span<const FoundSubject> found, std::span<const bool> canary,
                        std::vector<KnownLeakResult>& leaks) const;
  // Incidents that had this one.
  std::vector<std::string> seen_in(std::uint32_t carrier, std::uint32_t subject) const;

 private:
  struct Known {
    std::uint32_t set = 0;
    std::uint64_t fields = 0;  // of all older leaks together
  };
  static std::uint64_t key(std::uint32_t carrier, std::uint32_t subject) {
    return std::uint64_t{carrier} << 32U | subject;
  }
  const IndexImpl* index_;
  std::unordered_map<std::uint64_t, Known> known_;
  KnownLeaksView view_;
  std::uint64_t digest_ = 0;
};

}  // namespace hitokoe::matcher
