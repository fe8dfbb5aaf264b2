// Captures that are not wanted any more (保存期間): found, and destroyed for good. Ports;
// implementations: storage/blob (files), storage/sql (what still needs them, and the record).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

struct StoredCapture {
  std::string id;
  UtcTime fetched{};
};

// Thread-safe. Beside a CaptureStore on the same folder, in this or another process.
class CapturePurge {
 public:
  virtual ~CapturePurge() = default;
  // Finishes what a killed process had begun, then every capture fetched before `before`, the
  // oldest first; those that an incident keeps are left out. Reads names only. kIo.
  virtual Result<std::vector<StoredCapture>> before(UtcTime before) = 0;

  enum class Outcome { kPurged, kKept, kNotThere };
  // Overwrites the capture's key on disk, then removes its file; durable when it returns. kKept: an
  // incident keeps it, also one that came to it meanwhile. A kill in the middle leaves it either
  // whole or for the next before() to finish. kIo.
  virtual Result<Outcome> purge(const std::string& id) = 0;
  // Destroys the keys of the days before `day` of which no capture is left that only its day's key
  // opens, so that copies elsewhere (backups) cannot be opened either. @return those days.
  virtual Result<std::vector<std::string>> destroy_days_before(JstDay day) = 0;
};

// What the database knows of captures. Thread-safe.
class CaptureUse {
 public:
  virtual ~CaptureUse() = default;
  // Those of `ids` that wait to be matched, are being matched, or have an alert that is not closed.
  virtual Result<std::vector<std::string>> in_use(const std::vector<std::string>& ids) = 0;
  // The event "captures.purged" (stream "captures") of what is to be destroyed: before it is.
  virtual Result<void> record(const std::map<std::string, std::uint64_t>& by_source,
                              const std::vector<std::string>& ids, UtcTime at) = 0;
  // Captures that are gone: what they named of file sharing goes with the last of them. Again
  // changes nothing.
  virtual Result<void> forget(const std::vector<std::string>& ids) = 0;
};

// Whether more may be taken in: false while the disk is as full as it may get.
class IntakeGate {
 public:
  virtual ~IntakeGate() = default;
  virtual bool open() const = 0;  // cheap; any thread
};

}  // namespace hitokoe::crawler
