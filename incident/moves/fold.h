// How an event of a move changes the folded state.
#pragma once

#include "hitokoe/incident/moves.h"

namespace hitokoe::incident::moves {

Result<void> apply(Incident& in, const Event& e);

// What `in` is made of. `first_seen` is left to the caller: only events know it.
Contents contents_of(const Incident& in);

}  // namespace hitokoe::incident::moves
