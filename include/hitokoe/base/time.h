// Time: instants are UTC, days are Japanese days (JST, UTC+9, no daylight saving).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "hitokoe/base/result.h"

namespace hitokoe {

using UtcTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using Duration = std::chrono::microseconds;

// A calendar day as people in Japan read it. Counts days since 1970-01-01.
using JstDay = std::chrono::local_days;

JstDay jst_day(UtcTime t);
UtcTime jst_midnight(JstDay day);  // the instant at which `day` begins in Japan

// "2026-04-01"; parse refuses anything else (kBadInput).
std::string format_day(JstDay day);
Result<JstDay> parse_day(std::string_view text);

// "2026-04-01T02:03:04.000005Z" (always UTC, always microseconds: sortable as text).
std::string format_utc(UtcTime t);
Result<UtcTime> parse_utc(std::string_view text);  // fraction may have 0 to 6 digits

// "2026-04-01 11:03:04 JST", for people.
std::string format_jst(UtcTime t);

// The only source of time. Thread-safe. Implementations: SystemClock, SimulatedClock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime now() const = 0;
  virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  UtcTime now() const override;
  SteadyTime steady() const override;
};

}  // namespace hitokoe
