// Contact request + CSV file → contact bundle, sealed to the campaign.
#pragma once

#include "identity/agent/agent_state.h"

namespace hitokoe::identity {

Result<ResolveReport> run_resolve(
    const ResolveJob& job, const Home& home, const Clock& clock, Random& random,
    const std::function<Result<void>(const ContactRequest&)>& confirm);

}  // namespace hitokoe::identity
