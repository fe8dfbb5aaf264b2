// The steps of an exercise. Each may be run again after it was cut anywhere: what it makes it makes
// under names that it finds again. The facts and texts of a record are the story: no ids, no times.
#pragma once

#include <span>
#include <string_view>

#include "drill/context.h"

namespace hitokoe::drill {

struct Step {
  std::string_view id;
  std::string_view ja, en;  // its name
  Result<StepRecord> (*run)(Context&);
};

// In order.
std::span<const Step> steps();

// prepare_steps.cc
Result<StepRecord> make_files(Context& c);
Result<StepRecord> apply_registry(Context& c);
Result<StepRecord> hold_ceremony(Context& c);
Result<StepRecord> make_fingerprints(Context& c);
Result<StepRecord> fill_index(Context& c);
// find_steps.cc
Result<StepRecord> plant_leak(Context& c);
Result<StepRecord> crawl(Context& c);
Result<StepRecord> match(Context& c);
Result<StepRecord> confirm_incident(Context& c);
// notice_steps.cc
Result<StepRecord> begin_campaign(Context& c);
Result<StepRecord> resolve_contacts(Context& c);
Result<StepRecord> freeze(Context& c);
Result<StepRecord> approve(Context& c);
Result<StepRecord> send(Context& c);
Result<StepRecord> check_proof(Context& c);
Result<StepRecord> verify_audit(Context& c);

}  // namespace hitokoe::drill
