// Keys that must exist already: the typed views of the key store make what is missing, and a key
// made in place of a lost one opens nothing.
#pragma once

#include <algorithm>
#include <string_view>

#include "hitokoe/identity/key_store.h"

namespace hitokoe::matcher {

// kNotFound, kForbidden (destroyed), kCorrupt (another size).
template <std::size_t N>
Result<Secret<std::array<std::uint8_t, N>>> known_key(const identity::KeyStore& keys,
                                                      identity::KeyKind kind,
                                                      std::string_view name) {
  TRY(const auto bytes, keys.get(kind, name));
  if (bytes.expose().size() != N) {
    return fail(Errc::kCorrupt, "key store: a key has the wrong size",
                "鍵庫: 鍵の大きさが違います");
  }
  Secret<std::array<std::uint8_t, N>> key;
  std::copy(bytes.expose().begin(), bytes.expose().end(), key.expose().begin());
  return key;
}

}  // namespace hitokoe::matcher
