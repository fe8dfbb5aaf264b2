// The made-up dump that the sweep is measured with: CSV, SQL, combo lists and Japanese forum prose,
// mixed in blocks; of its identifiers one in a hundred is planted, which is to say, in the index.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hitokoe::bench {

// About `bytes` of it, the same for the same seed.
std::string mixed_dump(std::size_t bytes, std::uint64_t seed);
// Every identifier that may be planted, one a line, as it would be written.
std::string planted_identifiers();
// `n` mail addresses of the kind that is in the dump, one a line; among them those that are
// planted.
void append_addresses(std::string& out, std::uint64_t n);

}  // namespace hitokoe::bench
