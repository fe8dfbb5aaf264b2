// What the model assumes of the world: rates, and how far it trusts itself.
//
// The rates of leaks are judgements; those under "caution" were fitted on made-up worlds that are
// not those of the tests (docs/attribution.md). `hitokoe evaluate` runs the same with worlds whose
// rates are three times larger and smaller.
#pragma once

namespace hitokoe::matcher {

struct Rates {
  // A row.
  double other_version = 0.015;  // a value stands otherwise in the snapshot that the row is from

  double foreign_value = 0.1;  // it is of a column that the source never had

  // A leak.
  double shown = 0.7;     // a column that the source had
  double foreign = 0.01;  // one that it never had
  double had = 0.6;       // an unknown source had the column
  double two = 0.08;      // sources at once
  double three = 0.01;
  double kept_order = 0.5;  // rows stand as they stood in the source's file
  double stretch = 0.2;     // all are from one stretch of that file: a page, its first rows

  // Who, before any evidence.
  double unknown = 0.10;     // nobody in the registry
  double own = 0.5;          // the carrier itself, against a contractor's 1
  double returned = 0.05;    // a copy whose return is confirmed
  double future = 0.01;      // handed over after the leak was seen
  double downstream = 0.08;  // somebody without a register entry who had it from this holder
  double segment = 0.3;      // the leak is a part of the copy: a region, a service
  double passed_part = 0.7;  // who had it from a holder had such a part
  double passed_file = 0.3;  // … had the holder's own file, in its order

  // Customers, in a year: for copies that were never fingerprinted.
  double leave = 0.12;
  double move = 0.08;  // into or out of a holder's part

  // Caution.
  double trust = 1.0;      // what one row is worth
  double saturation = 60;  // rows after which more of the same say little
  double floor = 0.002;    // of every probability: the model is not the world
};

}  // namespace hitokoe::matcher
