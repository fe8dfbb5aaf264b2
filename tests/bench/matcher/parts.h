// What the script tests/bench/matcher/run is made of, besides the real programs.
#pragma once

#include <cstdint>
#include <filesystem>

#include "hitokoe/base/result.h"

namespace hitokoe::bench {

struct MadeIndex {
  std::filesystem::path folder;  // gets data/ (key store, registry) and hkf/
  std::uint64_t customers = 1'000'000;
  std::uint64_t holders = 1'000;  // the carrier among them, with every customer
  std::uint64_t each = 5'000;     // customers of every other holder
};
// A carrier and its contractors, each with its own delegation and key: the files hkf/00001.hkf (the
// carrier's) … that `hitokoe index add` takes. Nothing is in the index yet.
Result<void> make_index_files(const MadeIndex& wanted);

// Time to open the index of a data folder, and what one token costs in it, by three kinds of token.
Result<void> probes(const std::filesystem::path& data);

// What this machine does without us, with the bytes of `dump` and with those of the folder `index`.
Result<void> limits(const std::filesystem::path& dump, const std::filesystem::path& index);

}  // namespace hitokoe::bench
