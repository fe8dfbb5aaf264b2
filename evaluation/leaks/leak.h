// Leaks of a made-up world, with the truth: whose copies the rows came from, by which choices.
//
// Every choice is a draw from few possibilities or an independent draw for each row, so that the
// exact posterior can be computed (oracle/).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "evaluation/worlds/world.h"

namespace hitokoe::evaluation {

// A row of a real person, as far as it can be read.
struct LeakedRow {
  std::uint32_t contract;
  ColumnMask legible = 0;
  ColumnMask had = 0;       // what stands there, legible or not
  bool recombined = false;  // put together from two people; the contract is one of them
  std::array<std::uint8_t, kColumnCount> versions{};
};

enum class LeakKind : std::uint8_t { kOneSource, kTwoSources, kKnownOld, kUnregistered };

// How the leaker chose among the rows of a copy.
enum class Sampling : std::uint8_t { kRandom, kContiguous, kRegional };

// A part of a copy, each of whose rows is in the leak with the same probability.
struct Part {
  std::uint32_t copy = 0;
  Sampling sampling = Sampling::kRandom;
  std::uint64_t regions = ~std::uint64_t{0}, segments = ~std::uint64_t{0};
  std::uint32_t from = 0, to = 0xffffffff;  // places in the holder's file
  double rate = 0;
};

// An older dump that everybody knows.
struct Dump {
  std::uint32_t copy = 0;
  ColumnMask columns = 0;
  std::vector<LeakedRow> rows;  // by contract, each once
};

struct MadeLeak {
  LeakKind kind = LeakKind::kOneSource;
  ColumnMask columns = 0;  // of the file
  std::vector<LeakedRow> rows;
  std::vector<std::uint32_t> sources;  // copies of the new part, the larger first; none: known old
  int dump = -1;                       // whose rows are among the junk, or are the leak
  std::uint64_t wanted = 0;            // rows, before a source ran short
  double junk = 0;
  std::uint64_t made_up = 0;  // further rows that belong to nobody
  std::vector<Part> parts;    // of the new part
};

inline constexpr std::array<std::uint32_t, 10> kRowLevels = {20,   50,   100,  200,   500,
                                                             1000, 2000, 5000, 10000, 20000};
inline constexpr std::size_t kJunkLevels = 9;  // 0, 1/8, … of LeakOptions::most_junk
inline constexpr double kMostRate = 0.98;      // nobody copies without any loss
inline constexpr std::array<double, 3> kFirstShares = {0.5, 0.6, 0.75};         // of two sources
inline constexpr std::array<double, 3> kUnregisteredShares = {0.05, 0.2, 0.5};  // of its parent
inline constexpr double kKept = 0.5;  // a value of a row that was put together from two people
// A share of rows that are put together: the rest of that half belongs to nobody.
inline constexpr double kRecombined = 0.5;
inline constexpr std::uint32_t kLeastCopy = 20;  // customers of a copy that may leak

class LeakMaker {
 public:
  // The world outlives it. Makes the older dumps.
  LeakMaker(const World& world, const LeakOptions& options, std::uint64_t seed);
  MadeLeak make();

  const LeakOptions& options() const { return options_; }
  const std::vector<Dump>& dumps() const { return dumps_; }
  // By copy: how likely it is the one that leaks; 0: never.
  const std::vector<double>& weights() const { return weights_; }

 private:
  std::uint32_t choose_copy();
  Part choose_part(std::uint32_t copy, double rows);
  ColumnMask choose_columns(ColumnMask all, ColumnMask first, ColumnMask second);
  void take(const Part& part, ColumnMask columns, std::vector<LeakedRow>& out);
  void add_old(const Dump& dump, double rows, ColumnMask columns, std::vector<LeakedRow>& out);
  void add_recombined(std::uint32_t carrier, double rows, ColumnMask columns,
                      std::vector<LeakedRow>& out);
  std::uint32_t size_of(const Part& part) const;
  void show(LeakedRow& row, int as_of, ColumnMask columns, double kept);

  const World& world_;
  LeakOptions options_;
  SeededRandom random_;
  std::vector<double> weights_;
  std::vector<Dump> dumps_;
};

// Whether a member of the copy belongs to the part, but for its place in the file.
bool in_part(const World& world, const Part& part, std::uint32_t contract);
// A carrier's customers at any time: whom the junk is about.
std::pair<std::uint32_t, std::uint32_t> junk_frame(const World& world, std::uint32_t carrier);
std::string_view to_string(LeakKind kind);

}  // namespace hitokoe::evaluation
