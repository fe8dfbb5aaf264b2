// How good a method's answers were: every figure with its interval.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace hitokoe::evaluation {

// With its 95 % interval.
struct Figure {
  double value = 0, low = 0, high = 1;
  std::uint64_t of = 0;  // leaks that it is about; 0: says nothing
};

struct Figures {
  // Over leaks with a registered new source. top-1: a source of the new part ranks first, before
  // the unknown source, too. Strict primary: the main one, which gave most rows, has P >= 0.5.
  Figure top1, primary;
  // Of all leaks whose first holder has P >= 0.9: that holder is a source of the new part; with
  // those where it is behind the older dump among the junk.
  Figure precision, precision_with_old;
  // Of the leaks with a registered new source: the first holder has P >= 0.9.
  Figure coverage;
  // Over all leaks: the first holder's probability against "it is a source of the new part".
  Figure brier, ece;
  // The same of the copy: P that the likeliest copy leaked, by its holder or by somebody
  // unregistered who had it from there, against "it did". Precision and ECE over all leaks,
  // coverage over those with a new source, registered or not.
  Figure copy_precision, copy_coverage, copy_brier, copy_ece;
  // Leaks whose main source has a twin: a holder that is no source of the new part has P >= 0.9.
  Figure twins_wrong;
  // Unregistered source: the unknown ranks first; it has P >= 0.5.
  Figure unregistered_top1, unregistered_primary;
  Figure unregistered_named;  // a holder has P >= 0.9
  // Leaks that are an older dump again: a holder that has nothing to do with it has P >= 0.9.
  Figure old_wrong;
};

// The same by the number of rows that could be resolved.
struct RowCell {
  std::uint64_t from = 0, to = 0;  // rows: [from, to)
  std::uint64_t leaks = 0;
  Figure top1, primary, ece, copy_ece;
};

// One point of a calibration plot.
struct CalibrationBin {
  double said = 0;  // mean probability
  Figure was;       // share that was right
};

struct MethodFigures {
  std::string id;  // "model", "oracle", …
  Figures all;
  std::vector<RowCell> by_rows;
  std::vector<CalibrationBin> calibration;
};

}  // namespace hitokoe::evaluation
