// Parts of the script tests/bench/matcher/run:
//
//   matcher_bench files DIR CUSTOMERS HOLDERS EACH   key store, registry and fingerprint files
//   matcher_bench probes DATA                        time to open, cost of a token
//   matcher_bench limits DUMP INDEX                  what this machine does without us
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/bench/matcher/parts.h"

int main(int argc, char** argv) {
  using namespace hitokoe;
  const std::string_view what = argc > 1 ? argv[1] : "";
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  Result<void> done = ok();
  if (what == "files" && argc == 6) {
    done = bench::make_index_files({argv[2], number(3), number(4), number(5)});
  } else if (what == "probes" && argc == 3) {
    done = bench::probes(argv[2]);
  } else if (what == "limits" && argc == 4) {
    done = bench::limits(argv[2], argv[3]);
  } else {
    std::fprintf(stderr, "usage: matcher_bench files|probes|limits …\n");
    return 2;
  }
  if (done) return 0;
  std::fprintf(stderr, "matcher_bench: %s\n", done.error().detail.c_str());
  return exit_code(done.error().code);
}
