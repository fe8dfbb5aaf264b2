// What an exercise has done so far, on disk: after a crash it goes on after the last step that is
// written here, and tells the same story.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::drill {

// A finished step. `ja`, `en` and `facts` are the story: the same for the same seed.
struct StepRecord {
  std::string step;
  std::string ja;
  std::string en;
  std::map<std::string, std::string> facts;
  Duration took{};
};

// One process at a time (a lock file). Every change is synced before it returns.
class Journal {
 public:
  // Makes `folder` and begins, or goes on with what is there. kConflict: begun with another seed,
  // or in use; kCorrupt: not a journal. A last line that was cut by a crash is forgotten.
  static Result<Journal> open(const std::filesystem::path& folder, std::uint64_t seed);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  bool resumed() const { return resumed_; }
  const std::vector<StepRecord>& steps() const { return steps_; }
  const StepRecord* find(const std::string& step) const;
  Result<void> add(const StepRecord& record);

  // What later steps must know and no story tells: ports, ids.
  std::optional<std::string> note(const std::string& name) const;
  Result<void> set_note(const std::string& name, const std::string& value);

 private:
  Journal(int lock, std::filesystem::path file) : lock_(lock), file_(std::move(file)) {}
  Result<void> append(const std::string& line);

  int lock_ = -1;
  std::filesystem::path file_;
  bool resumed_ = false;
  std::vector<StepRecord> steps_;
  std::map<std::string, std::string> notes_;
};

}  // namespace hitokoe::drill
