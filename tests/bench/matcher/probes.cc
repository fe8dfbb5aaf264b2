#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/random.h"
#include "matcher/index/index.h"
#include "tests/bench/matcher/parts.h"
#include "tests/bench/stopwatch.h"

namespace hitokoe::bench {
namespace {

using identity::Fingerprint;
using matcher::key_item;

constexpr std::size_t kTokens = 1 << 21;
constexpr std::size_t kBatch = 4096;
constexpr std::size_t kAhead = 16;
constexpr int kRounds = 12;

// One carrier's table alone, with values that are ready: returns how many were found.
std::uint64_t look_up(const matcher::Segment& segment, std::span<const Fingerprint> z) {
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (i + 2 * kAhead < z.size()) segment.prefetch(key_item(z[i + 2 * kAhead], 0));
    if (i + kAhead < z.size()) segment.prefetch_entry(key_item(z[i + kAhead], 0));
    found += segment.find(key_item(z[i], 0)).empty() ? 0U : 1U;
  }
  return found;
}

void show(const char* what, std::size_t tokens, double s, std::uint64_t found) {
  std::printf("  %-38s %7.1f ns  %7.1f M/s  found %llu of %zu\n", what,
              s * 1e9 / static_cast<double>(tokens), static_cast<double>(tokens) / s / 1e6,
              static_cast<unsigned long long>(found), tokens);
}

}  // namespace

Result<void> probes(const std::filesystem::path& data) {
  const SystemClock clock;
  SystemRandom random;
  TRY(auto keys, identity::KeyStore::open(data, SecretText("bench"), clock, random));
  std::shared_ptr<const matcher::Index> opened;
  Error failed;
  const double open_s = cpu_seconds([&] {
    auto r = matcher::Index::open(data, keys);
    if (r) {
      opened = std::move(r.value());
    } else {
      failed = r.error();
    }
  });
  if (opened == nullptr) return failed;
  const auto index = std::static_pointer_cast<const matcher::IndexImpl>(opened);
  if (index->carriers().size() != 1)
    return fail(Errc::kUsage, "one carrier is expected", "one carrier is expected");
  const auto& carrier = index->carriers()[0];
  std::printf("  index open                             %7.1f ms  %llu values, %llu customers\n",
              1e3 * open_s, static_cast<unsigned long long>(carrier.segment->meta().keys),
              static_cast<unsigned long long>(carrier.segment->meta().subjects));

  SeededRandom dice(1);
  std::vector<Fingerprint> nobody(kTokens);
  dice.fill({nobody[0].data(), nobody.size() * sizeof nobody[0]});
  std::vector<Fingerprint> somebody(kTokens);
  const auto& lowest = *carrier.segment->layers().front();
  for (auto& y : somebody) {
    const auto* key = lowest.key(dice.below(lowest.keys()));
    if (key == nullptr) {
      TRYV(carrier.segment->sound());
    }
    y = *key;
  }
  std::uint64_t found = 0;
  // What is read for the first time is checked, and then moved into huge pages: look at the first
  // round, and at the best of those that follow.
  const auto rounds = [&](const char* what, std::span<const Fingerprint> tokens) {
    std::vector<double> s;
    for (int round = 0; round < kRounds; ++round) {
      s.push_back(cpu_seconds([&] { found = look_up(*carrier.segment, tokens); }));
    }
    show((std::string(what) + ", first").c_str(), kTokens, s[0], found);
    show((std::string(what) + ", best").c_str(), kTokens, *std::ranges::min_element(s), found);
  };
  rounds("a value that nobody has", nobody);
  rounds("a value that somebody has", somebody);
  return carrier.segment->sound();
}

}  // namespace hitokoe::bench
