// CSV file → sorted, sealed and signed fingerprint file.
#pragma once

#include "identity/agent/agent_state.h"

namespace hitokoe::identity {

Result<FingerprintReport> run_fingerprint(const FingerprintJob& job, const Home& home,
                                          const Clock& clock, Random& random);

}  // namespace hitokoe::identity
