// Decoy rows for a handover, and their sealed list.
#pragma once

#include "hitokoe/identity/agent.h"
#include "identity/agent/home.h"

namespace hitokoe::identity {

// As Agent::canaries.
Result<CanaryReport> run_canaries(const CanaryJob& job, const Home& home, const Clock& clock,
                                  Random& random);

}  // namespace hitokoe::identity
