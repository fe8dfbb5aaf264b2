#include "tests/bench/customers.h"

#include <cstdio>

#include "drill/tables.h"

namespace hitokoe::bench {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a stream from any seed, no set-up.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (z ^ (z >> 31)) % bound;
  }
  template <class T>
  const T& of(std::span<const T> all) {
    return all[below(all.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace

void append_customer(std::string& out, std::uint64_t number) {
  using ULL = unsigned long long;
  Dice dice(number * 0xD1342543DE82EF95 + 20260401);
  const auto& family = dice.of(drill::surnames());
  const auto& given = dice.of(drill::given_names());
  const auto& town = dice.of(drill::towns());
  char text[128];
  const auto format = [&](const char* pattern, auto... values) {
    out.append(text,
               static_cast<std::size_t>(std::snprintf(text, sizeof text, pattern, values...)));
  };
  format("C%09llu,K%010llu,", ULL{number}, ULL{number * 7 + 3});
  out.append(family.kanji).append("　").append(given.kanji).append(",");
  out.append(family.kana).append(" ").append(given.kana).append(",");
  const ULL phone = number / 3 * 7919 % 10'000'000;
  format("0%llu0-0%03llu-%04llu,", ULL{7 + number % 3}, phone / 10'000, phone % 10'000);
  format("user%llu@example%llu.test,", ULL{number}, ULL{dice.below(50)});
  // Of the town's region: there are far more towns than the table has.
  out.append(town.postal.substr(0, 3)).append("-").append(town.postal.substr(3, 1));
  format("%03llu,", ULL{dice.below(1000)});
  out.append(town.prefecture).append(town.city).append(town.town);
  format("%llu丁目%llu番%llu号", ULL{1 + dice.below(9)}, ULL{1 + dice.below(120)},
         ULL{1 + dice.below(99)});
  if (dice.below(100) < 45) {
    format(" %llu号室", ULL{100 * (1 + dice.below(12)) + 1 + dice.below(9)});
  }
  format(",%04llu/%02llu/%02llu\r\n", ULL{1935 + dice.below(73)}, ULL{1 + dice.below(12)},
         ULL{1 + dice.below(28)});
}

}  // namespace hitokoe::bench
