// A folder that is watched: files that are put there are taken in, then moved to done/ or failed/.
// User's view: docs/intake.md.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/crawler/intake.h"
#include "hitokoe/crawler/retention.h"
#include "hitokoe/service/config.h"

namespace hitokoe::service {

// A file is complete when two looks in a row saw it with the same size and time, and it was not
// written for `settle`. Names that begin with "." or end with ".part" or ".tmp", folders, links and
// what is no plain file are left alone. A file is moved after its capture is durable and queued: a
// kill in between takes it in again, as the same capture.
class IntakeFolder {
 public:
  struct Parts {
    crawler::Intake& intake;
    const crawler::IntakeGate& gate;
    const Clock& clock;
    Sleeper& sleeper;
    CpuPool& pool;
    MetricsRegistry& metrics;
    Logger log;
  };
  IntakeFolder(Parts parts, IntakeOptions options);

  // Until the surrounding TaskGroup stops. What fails is logged and tried again.
  Task<Result<void>> run();
  Result<void> look();  // once

 private:
  struct Seen {
    std::uint64_t size = 0;
    std::int64_t written = 0;
    bool operator==(const Seen&) const = default;
  };
  Result<void> take(const std::filesystem::path& file);
  Result<void> move(const std::filesystem::path& file, const char* to);
  void tidy_done();

  Parts p_;
  IntakeOptions options_;
  std::filesystem::path folder_;
  std::map<std::string, Seen> seen_;  // of the last look
  Counter& failed_;
};

}  // namespace hitokoe::service
