// What one method said of one leak, against the truth.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/leaks/leak.h"

namespace hitokoe::evaluation {

// Who leaked, as it was made.
struct Truth {
  LeakKind kind = LeakKind::kOneSource;
  std::uint32_t world = 0;
  std::uint64_t rows = 0;                   // that could be resolved
  std::vector<std::uint32_t> sources = {};  // parties of the new part, the larger first
  // Parties whose copies the new part is from: the sources, or whose copy an unregistered one had.
  std::vector<std::uint32_t> copies = {};
  int old_holder = -1;  // party behind the older dump whose rows are in it
  // A party other than the carrier holds at least 90 % of the main source's rows, too.
  bool twin = false;
};

// A method's answer.
struct Answer {
  std::vector<double> holders = {};  // probability of being a source, by party
  double unknown = 0;
  // By party: P that its copy leaked, by itself or by somebody unregistered who had it from there;
  // empty: the method knows no such thing, `holders` stands for it.
  std::vector<double> copies = {};
  // Ranks holders where probabilities round to the same; empty: the probabilities do.
  std::vector<double> ranks = {};
};

struct Judged {
  LeakKind kind = LeakKind::kOneSource;
  std::uint32_t world = 0;
  std::uint64_t rows = 0;
  bool twin = false;
  double top = 0;              // the highest probability of a holder
  bool top_is_source = false;  // of the new part
  bool top_is_old = false;     // no source, but behind the older dump
  double main = 0;             // probability of the main source; unregistered: of the unknown
  bool first = false;          // a source ranks first; unregistered: the unknown does
  // The same of the copy: whose copy is the likeliest to have leaked?
  double copy_top = 0;
  bool copy_is_right = false;
};

// Where several rank first with the same probability, all of them have to be sources.
Judged judge(const Truth& truth, const Answer& answer);

}  // namespace hitokoe::evaluation
