// Names as others wrote them, and hosts, for shares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hitokoe::crawler {

// As UTF-8: in `charset` where that is known ("Shift_JIS"), else as detection has it. Control
// characters become spaces; at most 1,000 bytes, cut at a character.
std::string share_text(std::string_view bytes, std::string_view charset = {});

// "%E3%81%82" and '+' as they are meant; what is no escape stays.
std::string percent_decoded(std::string_view text);

// The host of "udp://tracker.example:80/announce" in lower case; "" where there is none.
std::string host_of(std::string_view url);

// Adds a value that is not there yet, within `most`.
void add_once(std::vector<std::string>& to, std::string value, std::size_t most);

}  // namespace hitokoe::crawler
