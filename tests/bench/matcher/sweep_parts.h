// What sweep_bench is made of.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

#include "hitokoe/base/result.h"
#include "tests/bench/stopwatch.h"

namespace hitokoe::bench {

Result<void> sweep_limits(const std::filesystem::path& dump);
Result<void> sweep_extraction(const std::filesystem::path& dump);
Result<void> sweep_tokens(std::uint64_t entries);
Result<void> sweep_whole(const std::filesystem::path& dump, std::uint64_t entries);
Result<void> sweep_shift_jis(const std::filesystem::path& dump, std::uint64_t entries);
Result<void> sweep_straight(const std::filesystem::path& dump, std::uint64_t entries);

// Lowest … highest of three runs of `work`, in `units` a second.
template <class Work>
double show_rate(const char* what, double units, const char* name, const Work& work) {
  double best = 0, worst = 0;
  for (int run = 0; run < 3; ++run) {
    const double rate = units / process_seconds(work);
    best = run == 0 || rate > best ? rate : best;
    worst = run == 0 || rate < worst ? rate : worst;
  }
  std::printf("  %-46s %9.1f … %9.1f %s\n", what, worst, best, name);
  std::fflush(stdout);
  return best;
}

// Keeps the compiler from leaving out what is only timed.
inline void use(std::uint64_t value) { asm volatile("" : : "r"(value) : "memory"); }

Result<std::string> read_text(const std::filesystem::path& path);

}  // namespace hitokoe::bench
