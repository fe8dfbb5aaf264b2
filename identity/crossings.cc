#include "identity/places.h"

namespace hitokoe::identity {

std::size_t after_crossing(const AddressTokens& tokens, std::size_t from) {
  const auto is_ru = [&](std::size_t i) { return tokens.is(i, U'る') || tokens.is(i, U'ル'); };
  for (std::size_t i = tokens.size; i-- > from;) {
    std::size_t end = 0;
    if (tokens.is(i, U'上') || tokens.is(i, U'下')) {
      if (is_ru(i + 1)) end = i + 2;
      const bool ga = tokens.is(i + 1, U'が') || tokens.is(i + 1, U'ガ');
      if (ga && is_ru(i + 2)) end = i + 3;
    } else if (tokens.is(i, U'東') || tokens.is(i, U'西')) {
      if (tokens.is(i + 1, U'入')) end = i + 2 + (is_ru(i + 2) ? 1 : 0);
    }
    if (end > 0 && end < tokens.size) return end;
  }
  return from;
}

PlaceHash crossing_hash(const AddressTokens& tokens, std::size_t from, std::size_t to,
                        std::uint16_t city_id) {
  PlaceHash hash = town_seed(city_id);
  for (std::size_t i = from; i < to; ++i) {
    const AddressToken c = tokens.token[i];
    if (c != U' ' && c != U'通' && c != U'る' && c != U'ル' && c != U'が') hash.add(c);
  }
  return hash;
}

std::size_t after_blocks(const AddressTokens& tokens, std::size_t at, std::size_t from) {
  // Not 四町目, which is a town: its numbers follow.
  const bool blocks = at > from && is_number(tokens.at(at)) && tokens.is(at + 1, U'丁') &&
                      tokens.is(at + 2, U'目') && at + 3 < tokens.size &&
                      !is_number(tokens.token[at + 3]) && !tokens.is(at + 3, U'-') &&
                      !tokens.is(at + 3, U' ');
  return blocks ? at + 3 : at;
}

}  // namespace hitokoe::identity
