// What was found, each identifier once.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "hitokoe/matcher/sweep.h"
#include "matcher/index/index.h"
#include "matcher/sweep/prober.h"

namespace hitokoe::matcher::sweep {

// A set of 64-bit values that are uniformly distributed, for many threads.
class SeenSet {
 public:
  SeenSet();
  // False: it was there already.
  bool add(std::uint64_t value);

 private:
  struct Shard {
    std::mutex mutex;
    std::vector<std::uint64_t> slots = std::vector<std::uint64_t>(256);  // 0: empty
    std::size_t used = 0;
  };
  static constexpr unsigned kShardBits = 6;
  std::unique_ptr<std::array<Shard, 1U << kShardBits>> shards_;
};

// A carrier's index as the prober asks it.
class SegmentLookup final : public Lookup {
 public:
  explicit SegmentLookup(const Segment& segment) : segment_(segment) {}
  void prefetch(std::span<const Block> z) const override;
  void find(std::span<const Block> z, std::vector<std::uint32_t>& found) const override;

 private:
  const Segment& segment_;
};

class FilterLookup final : public Lookup {
 public:
  explicit FilterLookup(const Filter& filter) : filter_(filter) {}
  void prefetch(std::span<const Block> z) const override;
  void find(std::span<const Block> z, std::vector<std::uint32_t>& found) const override;

 private:
  const Filter& filter_;
};

// An index with all that a prober needs of it.
class SweptIndex {
 public:
  explicit SweptIndex(std::shared_ptr<const IndexImpl> index);
  const IndexImpl& index() const { return *index_; }
  const ProbePlan& plan() const { return plan_; }
  // Carriers of two epochs are one: the controllers, ascending, and which is whose.
  const std::vector<std::string>& controllers() const { return controllers_; }
  std::size_t controller_of(std::size_t carrier) const { return controller_of_[carrier]; }
  const std::vector<std::string>& parties() const { return parties_; }
  // By carrier and ordinal of a snapshot.
  static constexpr std::size_t kNobody = ~std::size_t{0};  // a list of canaries
  std::size_t party_of(std::size_t carrier, Ordinal ordinal) const {
    return party_of_[carrier][ordinal];
  }

 private:
  std::shared_ptr<const IndexImpl> index_;
  std::vector<std::unique_ptr<Lookup>> tables_;
  ProbePlan plan_;
  std::vector<std::string> controllers_, parties_;
  std::vector<std::size_t> controller_of_;
  std::vector<std::vector<std::size_t>> party_of_;
};

// One thread's counts; of many threads they add up to what one alone would have counted.
class FoundCounts final : public HitSink {
 public:
  FoundCounts(const SweptIndex& index, SeenSet& seen);
  void hits(std::span<const ProbeHit> hits) override;
  void add(const FoundCounts& other);
  std::vector<SweepCarrier> carriers() const;

 private:
  using ByField = std::array<std::uint64_t, 256>;
  struct Counts {
    ByField all{};
    std::map<std::size_t, ByField> holders;  // by party
  };
  void count(std::span<const ProbeHit> hits);

  const SweptIndex& index_;
  SeenSet& seen_;
  std::vector<Counts> counts_;  // by controller
  std::vector<std::size_t> parties_;
};

}  // namespace hitokoe::matcher::sweep
