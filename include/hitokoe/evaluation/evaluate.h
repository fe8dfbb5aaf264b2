// `hitokoe evaluate`: makes worlds and leaks, asks the product's attribution and others beside it,
// and measures them against the truth (docs/evaluation.md).
#pragma once

#include <string>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/base/progress.h"
#include "hitokoe/base/result.h"
#include "hitokoe/evaluation/figures.h"
#include "hitokoe/evaluation/options.h"

namespace hitokoe::evaluation {

struct Evaluation {
  std::uint64_t leaks = 0;
  std::uint32_t worlds = 0;
  std::uint64_t one = 0, two = 0, known_old = 0, unregistered = 0, twins = 0;  // leaks
  std::vector<MethodFigures> methods;                                          // the model first
};

// The same options give the same figures, on any number of threads. `progress` counts leaks, and is
// called by one thread at a time. kUsage, kIo.
Result<Evaluation> evaluate(const RunOptions& options, const Progress& progress = {});

// The table for a person.
std::string render(const Evaluation& evaluation, Language language);
// SVG: what was said against what was so, of the model and the bound.
std::string calibration_svg(const Evaluation& evaluation, Language language);
// What a method is called.
std::string method_name(std::string_view id, Language language);
// One JSON document; keys in docs/evaluation.md.
std::string to_json(const Evaluation& evaluation, const RunOptions& options,
                    std::string_view preset);

}  // namespace hitokoe::evaluation
