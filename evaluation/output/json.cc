#include <boost/json.hpp>
#include <limits>

#include "hitokoe/evaluation/evaluate.h"

namespace hitokoe::evaluation {

namespace {

namespace json = boost::json;

json::value of(const Figure& f) {
  if (f.of == 0) return nullptr;
  return json::object{{"value", f.value}, {"low", f.low}, {"high", f.high}, {"of", f.of}};
}

json::object of(const MethodFigures& m) {
  const auto& f = m.all;
  json::object out{{"top1", of(f.top1)},
                   {"strict_primary", of(f.primary)},
                   {"precision_at_90", of(f.precision)},
                   {"precision_at_90_with_old", of(f.precision_with_old)},
                   {"coverage_at_90", of(f.coverage)},
                   {"brier", of(f.brier)},
                   {"ece", of(f.ece)},
                   {"copy_precision_at_90", of(f.copy_precision)},
                   {"copy_coverage_at_90", of(f.copy_coverage)},
                   {"copy_brier", of(f.copy_brier)},
                   {"copy_ece", of(f.copy_ece)},
                   {"twins_wrong", of(f.twins_wrong)},
                   {"unregistered_top1", of(f.unregistered_top1)},
                   {"unregistered_primary", of(f.unregistered_primary)},
                   {"unregistered_named", of(f.unregistered_named)},
                   {"old_wrong", of(f.old_wrong)}};
  json::array rows;
  for (const auto& cell : m.by_rows) {
    json::object one{{"from", cell.from},     {"leaks", cell.leaks},
                     {"top1", of(cell.top1)}, {"strict_primary", of(cell.primary)},
                     {"ece", of(cell.ece)},   {"copy_ece", of(cell.copy_ece)}};
    if (cell.to != std::numeric_limits<std::uint64_t>::max()) one["to"] = cell.to;
    rows.push_back(std::move(one));
  }
  out["by_rows"] = std::move(rows);
  json::array bins;
  for (const auto& bin : m.calibration) {
    bins.push_back(json::object{{"said", bin.said}, {"was", of(bin.was)}});
  }
  out["calibration"] = std::move(bins);
  return out;
}

}  // namespace

std::string to_json(const Evaluation& e, const RunOptions& options, std::string_view preset) {
  json::object methods;
  for (const auto& m : e.methods) methods[m.id] = of(m);
  const json::object out{{"world", preset},
                         {"seed", options.seed},
                         {"leaks", e.leaks},
                         {"worlds", e.worlds},
                         {"kinds", json::object{{"one", e.one},
                                                {"two", e.two},
                                                {"known_old", e.known_old},
                                                {"unregistered", e.unregistered},
                                                {"twins", e.twins}}},
                         {"methods", std::move(methods)}};
  return json::serialize(out) + "\n";
}

}  // namespace hitokoe::evaluation
