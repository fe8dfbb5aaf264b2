// Where customers stood in a holder's own file: the only use of the rank that fingerprint files
// carry. Nothing of it is in the index; it is read from the entries at rest when somebody asks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hitokoe/identity/key_store.h"
#include "matcher/index/index.h"

namespace hitokoe::matcher {

// The ranks of these customers (y_ref) in the file of a snapshot, in the order given; those that it
// does not have by number are left out. Reads the whole of it: some 10 million records a second.
// kNotFound: the index has no such snapshot, or none of its files; kForbidden: its key was
// destroyed; kCorrupt.
Result<std::vector<std::uint32_t>> file_order(const IndexImpl& index, identity::KeyStore& keys,
                                              const std::string& snapshot,
                                              std::span<const identity::Fingerprint> customers);

}  // namespace hitokoe::matcher
