// Raw value → canonical form. A fingerprint made at a contractor from its customer file must equal
// the one made from a leaked rendering of the same customer, so both sides use this code.
//
// The holder's side gives one key plus the variants of docs/fields.md. The leak's side
// over-generates: everything the raw text could mean; the index removes false positives.
// Pure functions; thread-safe; no heap beyond `out`. Budget: about 0.5 us a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/identity/field.h"

namespace hitokoe::identity {

enum class Side { kHolder, kLeak };

// Appends the canonical form of `raw` (UTF-8) to `out`, then its variants; appends nothing where it
// is not such a value. `out` entries are UTF-8, at most 512 bytes each.
void normalize(FieldId field, std::string_view raw, Side side, std::vector<std::string>& out);

// A canonical form as a person may see it on a screen: "09*-****-5678", "山* *郎", "t***@e***.jp".
std::string mask(FieldId field, std::string_view value);

}  // namespace hitokoe::identity
