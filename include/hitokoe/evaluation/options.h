// What is made up and how much of it: worlds, leaks, runs. Everything follows from these and a
// seed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe::evaluation {

// One world: carriers, their customers over some years, and whom they handed copies to.
struct WorldOptions {
  std::uint32_t carriers = 5;           // [1, 32]
  std::uint32_t contractors = 60;       // [1, 1000]
  std::uint32_t sub_contractors = 120;  // [0, 2000]
  std::uint32_t customers = 200'000;    // people; [1000, 5,000,000]
  std::uint32_t regions = 12, segments = 20;
  int days = 1'095;    // that the world lasts
  int own_every = 91;  // days between a carrier's snapshots of its own base

  // Share of people in a year.
  double phone = 0.04, address = 0.09, email = 0.07, name = 0.01, plan = 0.25;
  double leaves = 0.10;    // a customer in a year
  double switches = 0.40;  // of those who leave: to another carrier, with the same number
  double two_carriers = 0.05;

  double two_clients = 0.20;    // contractors that work for two carriers
  double full_copy = 0.10;      // of the sets; the others by region, segment, random choice
  std::uint32_t handovers = 6;  // at most, of one delegation
  double stale = 0.30;     // handovers to a sub-contractor of a copy before the parent's latest
  double deeper = 0.20;    // sub-contractors under another sub-contractor
  double returned = 0.15;  // delegations that ended with a confirmed return

  bool plan_field = true;  // false: nobody's file has the plan, which changes most often
  double missing = 0;      // share of later snapshots that were never fingerprinted
};

// What leaks from a world. All shares are probabilities of a leak unless said otherwise.
struct LeakOptions {
  double two_sources = 0.08, known_old = 0.06, unregistered = 0.06;  // the rest: one source
  double own_weight = 0.5;                    // a carrier itself against a contractor
  double returned_weight = 0.05;              // a copy whose return was confirmed
  double contiguous = 0.25, regional = 0.25;  // samples; the rest: at random
  double shown = 0.7;                         // a column that the source had is in the leak
  double illegible = 0.02;                    // a value cannot be normalised
  double other_version = 0.01;                // a value is the same person's from another time
  double most_junk = 0.8;                     // of the rows: half older dumps, half made up
  std::uint32_t dumps = 6;                    // older dumps that circulate in a world
};

// Every rate above that a model may assume, times `factor` (shares stay below 0.9). The worlds
// change, the model does not: its rates are wrong by that factor.
void scale_rates(WorldOptions& world, LeakOptions& leaks, double factor);

struct Preset {
  std::string_view name;
  std::string_view ja, en;  // what it is, for a person
  WorldOptions world;
  LeakOptions leaks;
};
// base, hard, and worlds of other shapes.
const std::vector<Preset>& presets();
// kUsage: no such preset; the text lists those that exist.
Result<Preset> preset_by_name(std::string_view name);

struct RunOptions {
  WorldOptions world;
  LeakOptions leaks;
  double assumed = 1;  // what the model assumes of rates, times this; [0.1, 10]
  std::uint64_t seed = 1;
  std::uint32_t count = 5'000;         // leaks
  std::uint32_t leaks_per_world = 50;  // [1, 1000]
  unsigned threads = 0;                // 0: one for each processor
  bool oracle = true;
  bool baselines = true;
  bool files = false;  // also through real files: agents, index, scan
};
// kUsage names the option and its bounds.
Result<void> check(const RunOptions& options);

}  // namespace hitokoe::evaluation
