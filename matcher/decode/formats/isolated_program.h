// A program that reads bytes and writes text, held at arm's length: its input may be hostile, and
// what it does to the program must not matter to us.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"

namespace hitokoe::matcher {

struct ProgramLimits {
  std::uint64_t memory = 1ULL << 30;          // address space, bytes
  std::chrono::seconds cpu{120};              // processor time
  std::chrono::milliseconds silence{60'000};  // without any output
};

enum class ProgramEnd {
  kExited,   // with `code`
  kMissing,  // there is no such program
  kCrashed,  // by a signal, its limits' too
  kSilent,   // no output for too long; killed
  kStopped,  // on_output wanted no more; killed
  kFailed,   // could not be started
};

struct ProgramResult {
  ProgramEnd end = ProgramEnd::kFailed;
  int code = 0;
  std::string errors;  // the first 4 KiB of what it wrote there: may hold text of the document
};

// Runs `program` (an absolute path) without a shell, an environment or other open files, in the
// folder "/", with `input` as its standard input: memory without a name, never on disk. Everything
// that it writes goes to `on_output`, which says whether to go on. It never outlives the call.
// `secret`, at most 4 KiB, is what it reads from descriptor 3, if it is not empty: arguments can be
// seen by every user of the machine.
ProgramResult run_isolated(const std::string& program, const std::vector<std::string>& arguments,
                           ByteView input, const ProgramLimits& limits,
                           const std::function<bool(ByteView)>& on_output,
                           std::string_view secret = {});

}  // namespace hitokoe::matcher
