// The tables behind canonical forms, each with a version and a digest (identity/tables.pin).
//
// They are part of the program. tables_digest() of field.h is made of these; a fingerprint file
// names it, and programs whose digests differ refuse each other's files.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "hitokoe/identity/field.h"

namespace hitokoe::identity {

struct Table {
  std::string_view
      name;  // "fields", "fold", "name-kanji", "loose-kanji", "address-kanji", "places"
  std::uint16_t version;
  TablesDigest sha256;
};

// In the order in which tables_digest() reads them.
std::span<const Table> tables();

// SHA-256 over names, versions and digests.
TablesDigest digest_of(std::span<const Table> tables);

}  // namespace hitokoe::identity
