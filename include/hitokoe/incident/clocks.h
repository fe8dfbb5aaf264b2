// Clocks: which legal deadlines run for an incident, from when, until when (docs/clocks.md).
// Rules and public holidays are data (config/rules/), built in and replaceable.
//
// Day 1 is the JST day on which a party came to know; "day N" ends at the last moment of that
// Japanese day. Nothing here is legal advice; every deadline names its rule.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/base/time.h"

namespace hitokoe::incident {

// Days on which the state's offices are closed: Saturdays, Sundays, public holidays and
// 29 December to 3 January (Act on Holidays of Administrative Organs, article 1). Immutable.
class Holidays {
 public:
  // kBadInput with every problem and its line: days outside the range, twice, or not in order.
  static Result<Holidays> parse(std::string_view yaml, std::string_view file);
  static const std::string_view kBuiltIn;  // config/rules/holidays.yaml as it was built

  const std::string& source() const { return source_; }
  JstDay first() const { return first_; }  // public holidays are known from here …
  JstDay last() const { return last_; }    // … to here
  bool covers(JstDay day) const { return first_ <= day && day <= last_; }
  const std::map<JstDay, std::string>& days() const { return days_; }  // with their names
  bool is_business_day(JstDay day) const;
  JstDay next_business_day(JstDay day) const;  // `day` itself where it is one
  // A text for people when the data end within `kWarnBefore` of `today`, so that a deadline that
  // starts today may already roll wrongly.
  static constexpr std::chrono::days kWarnBefore{120};
  std::optional<std::string> warning(JstDay today, Language language) const;

 private:
  std::string source_;
  JstDay first_{}, last_{};
  std::map<JstDay, std::string> days_;
};

// Facts of an incident that decide which rules apply. A person records them; `kWrongful` is assumed
// true for what was found circulating.
enum class Fact : std::uint8_t {
  kSensitive,       // ① 要配慮個人情報
  kProperty,        // ② 財産的被害のおそれ
  kWrongful,        // ③ 不正の目的
  kSecrecy,         // 通信の秘密
  kDesignated,      // 特定利用者情報 of a designated carrier
  kEu,              // a subject is in the EU
  kPossiblePeople,  // a number: the possible maximum, where it is more than what was counted
};
std::string_view to_string(Fact fact);
Result<Fact> fact_by_name(std::string_view name);  // kUsage lists them

struct ClockRule {
  std::string id;
  std::string name_ja, name_en;
  std::string law;     // article, as shown
  std::string source;  // the guideline that gives the number of days
  JstDay effective{};  // applies to knowledge from this day on; the newest row of an id wins
  enum class Who { kController, kDelegate } who = Who::kController;
  std::string to_ja, to_en;  // empty for kDelegate: its delegator
  std::set<Fact> any;        // one of these facts, or people > any_over
  std::optional<std::uint64_t> any_over;
  std::set<Fact> all;  // all of these, and people > all_over
  std::optional<std::uint64_t> all_over;
  std::set<Fact> unless;  // none of these
  std::optional<int> day, late_day;
  std::optional<int> hours;  // none of the three: promptly
  bool rolls = false;        // to the next business day
};

class ClockRules {
 public:
  static Result<ClockRules> parse(std::string_view yaml, std::string_view file);
  static const std::string_view kBuiltIn;  // config/rules/clocks.yaml as it was built

  const std::string& version() const { return version_; }
  const std::vector<ClockRule>& rules() const { return rules_; }
  // The row of every id that is in force for knowledge on `day`.
  std::vector<const ClockRule*> in_force(JstDay day) const;
  bool known(std::string_view id) const;

 private:
  std::string version_;
  std::vector<ClockRule> rules_;
};

struct Deadline {
  std::optional<UtcTime> due;         // the last moment that is in time
  std::optional<UtcTime> late;        // the same for late_day
  std::optional<JstDay> before_roll;  // the day before it rolled, where it did
  bool uncertain = false;             // the due day lies outside the holiday data
};
Deadline deadline(const ClockRule& rule, UtcTime started, const Holidays& holidays);

struct LegalRules {
  ClockRules clocks;
  Holidays holidays;
};
// `folder`/clocks.yaml and holidays.yaml; what is not there is taken as built in. kBadInput, kIo.
Result<LegalRules> load_rules(const std::filesystem::path& folder);
Result<LegalRules> built_in_rules();

}  // namespace hitokoe::incident
