// Parts of the script tests/bench/matcher/sweep:
//
//   sweep_bench dump FILE MB · planted FILE · addresses FILE N    made-up inputs
//   sweep_bench limits DUMP          what this machine does without us
//   sweep_bench extract DUMP         extraction alone, ours and the peers'
//   sweep_bench tokens ENTRIES       ready tokens: HMAC, AES, find
//   sweep_bench whole DUMP ENTRIES   the whole path: one core, two, pastes
//   sweep_bench sjis DUMP ENTRIES    the same of a dump in Shift_JIS
//   sweep_bench straight DUMP N      what a straightforward program does: RE2, HMAC(), a set
//
// Times are CPU time but where it says wall: others may be at work on the machine.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "hitokoe/base/file.h"
#include "tests/bench/matcher/sweep_dump.h"
#include "tests/bench/matcher/sweep_parts.h"

int main(int argc, char** argv) {
  using namespace hitokoe;
  const std::string_view what = argc > 1 ? argv[1] : "";
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  Result<void> done = ok();
  if (what == "dump" && argc == 4) {
    done = write_file_durably(argv[2], as_bytes(bench::mixed_dump(number(3) * 1'000'000, 1)));
  } else if (what == "planted" && argc == 3) {
    done = write_file_durably(argv[2], as_bytes(bench::planted_identifiers()));
  } else if (what == "addresses" && argc == 4) {
    std::string text;
    bench::append_addresses(text, number(3));
    done = write_file_durably(argv[2], as_bytes(text));
  } else if (what == "limits" && argc == 3) {
    done = bench::sweep_limits(argv[2]);
  } else if (what == "extract" && argc == 3) {
    done = bench::sweep_extraction(argv[2]);
  } else if (what == "tokens" && argc == 3) {
    done = bench::sweep_tokens(number(2));
  } else if (what == "whole" && argc == 4) {
    done = bench::sweep_whole(argv[2], number(3));
  } else if (what == "sjis" && argc == 4) {
    done = bench::sweep_shift_jis(argv[2], number(3));
  } else if (what == "straight" && argc == 4) {
    done = bench::sweep_straight(argv[2], number(3));
  } else {
    std::fprintf(stderr, "usage: sweep_bench dump|planted|addresses|limits|extract|… \n");
    return 2;
  }
  if (done) return 0;
  std::fprintf(stderr, "sweep_bench: %s\n", done.error().detail.c_str());
  return exit_code(done.error().code);
}
