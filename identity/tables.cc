#include "hitokoe/identity/tables.h"

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/text/fold.h"
#include "identity/places.h"
#include "identity/variants.h"

namespace hitokoe::identity {
namespace {

// A table that changes gets a new version; `ops/tables pin` refuses to pin it otherwise.
constexpr std::uint16_t kFieldsVersion = 2;
constexpr std::uint16_t kFoldVersion = 1;
constexpr std::uint16_t kKanjiVersion = 2;

TablesDigest of_parts(std::span<const ByteView> parts) {
  Bytes all;
  for (const ByteView part : parts) {
    put_u64(all, part.size());
    put_bytes(all, crypto::sha256(part));
  }
  return crypto::sha256(all);
}

TablesDigest of_text(std::u32string_view text) {
  Bytes all;
  for (const char32_t c : text) put_u32(all, c);
  const ByteView part(all);
  return of_parts({&part, 1});
}

TablesDigest of_fields() {
  Bytes all;
  for (const FieldInfo& field : field_table()) {
    put_u8(all, static_cast<std::uint8_t>(field.id));
    put_u16(all, field.version);
  }
  const ByteView part(all);
  return of_parts({&part, 1});
}

}  // namespace

std::span<const Table> tables() {
  static const std::array<Table, 6> all = {{
      {"fields", kFieldsVersion, of_fields()},
      {"fold", kFoldVersion, of_parts(text::fold_tables())},
      {"name-kanji", kKanjiVersion, of_text(name_variants())},
      {"loose-kanji", kKanjiVersion, of_text(loose_variants())},
      {"address-kanji", kKanjiVersion, of_text(address_variants())},
      {"places", places_version(), of_parts(place_tables())},
  }};
  return all;
}

TablesDigest digest_of(std::span<const Table> tables) {
  Bytes all;
  for (const Table& table : tables) {
    put_u8(all, static_cast<std::uint8_t>(table.name.size()));
    put_bytes(all, as_bytes(table.name));
    put_u16(all, table.version);
    put_bytes(all, table.sha256);
  }
  return crypto::sha256(all);
}

const TablesDigest& tables_digest() {
  static const TablesDigest digest = digest_of(tables());
  return digest;
}

}  // namespace hitokoe::identity
