// Sources that a person paused (巡回の停止), and what is wrong with sources and was told. Ports;
// implementations: storage/sql, storage/memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

struct SourcePause {
  std::string source;
  std::string reason;  // a person's words; shown, never logged
  std::string by;
  UtcTime at{};

  friend bool operator==(const SourcePause&, const SourcePause&) = default;
};

constexpr std::size_t kLongestPauseReason = 500;  // bytes

// What can be written down: kBadInput for an empty or over-long reason, or one that is no UTF-8.
Result<void> check_pause_reason(const std::string& reason);

// Each change is one transaction with its event ("source.paused", "source.resumed").
class SourceControl {
 public:
  virtual ~SourceControl() = default;
  // Both: false, and no event, where nothing changes. kBadInput: check_pause_reason.
  virtual Result<bool> pause(const SourcePause& pause) = 0;
  virtual Result<bool> resume(const std::string& source, const std::string& reason,
                              const std::string& by, UtcTime at) = 0;
  virtual Result<std::vector<SourcePause>> paused() = 0;  // sorted by source
};

// Something that is wrong with a source for a while. `source` empty: with the intake as a whole.
struct SourceNotice {
  std::int64_t number = 0;
  std::string source;
  std::string what;  // a stable name: a reason (reasons.h), "behind", "disk_budget"
  UtcTime began{};
  std::optional<UtcTime> ended;

  friend bool operator==(const SourceNotice&, const SourceNotice&) = default;
};

struct SourceProblem {
  std::string source;
  std::string what;

  friend auto operator<=>(const SourceProblem&, const SourceProblem&) = default;
};

class SourceNotices {
 public:
  virtual ~SourceNotices() = default;
  // All that is wrong now: a new one begins, one that is not among them any more ends.
  virtual Result<void> settle(const std::vector<SourceProblem>& problems, UtcTime now) = 0;
  // The oldest first, at most `most`: begun at or before `begun_by` and still going on, and not
  // told; and ended ones whose beginning was told, but not their end.
  virtual Result<std::vector<SourceNotice>> untold(UtcTime begun_by, std::size_t most) = 0;
  // That these were told as they are: the end, where they had one.
  virtual Result<void> told(const std::vector<SourceNotice>& notices, UtcTime at) = 0;
};

}  // namespace hitokoe::crawler
