// How far a long command is, on one line of the terminal.
#pragma once

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>

#include "hitokoe/base/language.h"
#include "hitokoe/base/progress.h"
#include "hitokoe/base/time.h"

namespace hitokoe::command_line {

enum class Amount { kBytes, kCount };

// " 45 %  1.2/2.6 GB  120.0 MB/s  1:05 left", "残り 1:05": share, amount, rate since the beginning,
// and the time that the rest takes at this rate. Without a total (0) only amount and rate; in the
// first second, and as long as nothing is done, neither rate nor time. Units are powers of 1,000.
std::string progress_text(Language language, Amount amount, std::uint64_t done, std::uint64_t total,
                          std::chrono::nanoseconds took);

// Where progress is shown: stderr is a terminal, and nobody asked for JSON.
bool wants_progress(bool json);

// Written over itself at most ten times a second and erased at the end. Not thread-safe.
class ProgressLine {
 public:
  // The time begins to run. `shown` false: it never writes. `clock` and `out` outlive it.
  ProgressLine(Language language, Amount amount, const Clock& clock, std::ostream& out, bool shown);
  ~ProgressLine() { erase(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void tell(std::uint64_t done, std::uint64_t total);
  // Before anything else is written there. A later tell() writes it again.
  void erase();
  // For those who do the work; empty where nothing is shown. The line outlives it.
  Progress progress();

 private:
  Language language_;
  Amount amount_;
  const Clock& clock_;
  std::ostream& out_;
  bool shown_;
  SteadyTime begun_;
  std::optional<SteadyTime> told_;
  std::size_t width_ = 0;  // columns that stand on the terminal
};

}  // namespace hitokoe::command_line
