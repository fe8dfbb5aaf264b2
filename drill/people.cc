// Who lives in the exercise's world, and whose customer they are.
#include <algorithm>
#include <cstdio>

#include "drill/world.h"

namespace hitokoe::drill {
namespace {

template <class T>
const T& pick(std::span<const T> from, Random& random) {
  return from[random.below(from.size())];
}

bool chance(Random& random, std::uint64_t percent) { return random.below(100) < percent; }

Residence make_home(Random& random) {
  Residence home;
  home.town = &pick(towns(), random);
  home.block = static_cast<int>(1 + random.below(9));
  home.number = static_cast<int>(1 + random.below(40));
  home.house = static_cast<int>(1 + random.below(60));
  home.room =
      chance(random, 45) ? static_cast<int>(100 * (1 + random.below(12)) + 1 + random.below(9)) : 0;
  return home;
}

std::string digits(std::string_view format, std::uint64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, std::string(format).c_str(), static_cast<unsigned long long>(n));
  return text;
}

// 0X0-0ddd-dddd: the digit after 0X0 is never 0 in the numbering plan, so nobody has one.
// Distinct for distinct indexes below 20,000,000.
std::string make_phone(std::size_t index) {
  const std::string_view prefix = index % 2 == 0 ? "0700" : "0900";
  return std::string(prefix) + digits("%07llu", (index / 2 * 7'919 + 1'234'567) % 10'000'000);
}

std::string make_email(std::size_t index, const Person& person, Random& random) {
  static constexpr std::string_view kWords[] = {"sakura", "fuji",  "momiji", "umi",  "sora",
                                                "hoshi",  "tsuki", "kaze",   "yama", "kawa"};
  if (chance(random, 4)) return {};
  std::string local(kWords[random.below(std::size(kWords))]);
  local += chance(random, 50) ? "." : "_";
  local += std::to_string(person.year % 100) + "x" + std::to_string(index);
  const std::string_view domain = person.refuses_mail  ? "gone.test"
                                  : chance(random, 60) ? "mail.test"
                                                       : "home.test";
  return local + "@" + std::string(domain);
}

}  // namespace

void World::make_people(Random& random) {
  people_.reserve(kPeople);
  for (std::size_t i = 0; i < kPeople; ++i) {
    Person person;
    person.given = &pick(given_names(), random);
    person.year = static_cast<int>(1935 + random.below(73));
    person.month = static_cast<int>(1 + random.below(12));
    person.day = static_cast<int>(1 + random.below(28));
    person.refuses_mail = chance(random, 2);
    // A family: the same home, and one phone and mailbox for two people.
    const bool family = i > 0 && i % 25 == 0;
    if (family) {
      const Person& other = people_.back();
      person.surname = other.surname;
      person.home = other.home;
      person.former_home = other.former_home;
      person.phone = other.phone;
      person.former_phone = other.former_phone;
      person.email = other.email;
      person.refuses_mail = other.refuses_mail;
      if (person.given == other.given) {
        person.given =
            &given_names()[(static_cast<std::size_t>(person.given - given_names().data()) + 1) %
                           given_names().size()];
      }
    } else {
      person.surname = &pick(surnames(), random);
      person.home = make_home(random);
      person.former_home = chance(random, 3) ? make_home(random) : person.home;
      person.phone = make_phone(2 * i);
      person.former_phone = chance(random, 2) ? make_phone(2 * i + 1) : person.phone;
      person.email = make_email(i, person, random);
    }
    people_.push_back(std::move(person));
  }
}

void World::make_carriers(Random& random) {
  Carrier kou{"kou", "甲通信株式会社", {}};
  Carrier otsu{"otsu", "乙モバイル株式会社", {}};
  for (std::size_t i = 0; i < people_.size(); ++i) {
    // 15 % are customers of both; the others are one carrier's, 55 to 45.
    const std::uint64_t dice = random.below(1000);
    const bool both = dice < 150;
    const bool is_kou = both || dice < 150 + 467;
    const bool is_otsu = both || !is_kou;
    if (is_kou) {
      const auto n = kou.customers.size();
      kou.customers.push_back({i, digits("K%08llu", 10'000'000 + n * 37),
                               static_cast<std::uint32_t>(random.below(100)), chance(random, 4)});
    }
    if (is_otsu) {
      const auto n = otsu.customers.size();
      otsu.customers.push_back({i, digits("%010llu", 7'000'000'000ULL + n * 41),
                                static_cast<std::uint32_t>(random.below(100)), chance(random, 4)});
    }
  }
  carriers_ = {std::move(kou), std::move(otsu)};
}

std::size_t World::shared_people() const {
  std::vector<bool> first(people_.size());
  for (const auto& customer : carriers_[0].customers) first[customer.person] = true;
  return static_cast<std::size_t>(
      std::count_if(carriers_[1].customers.begin(), carriers_[1].customers.end(),
                    [&](const Customer& customer) { return first[customer.person]; }));
}

}  // namespace hitokoe::drill
