// Lists of ids as BLOBs, for campaign_store.cc and campaign_reads.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/identity/field.h"

namespace hitokoe::storage::sql {

inline Bytes pack_items(const std::vector<identity::FieldId>& items) {
  Bytes out;
  for (auto item : items) put_u8(out, static_cast<std::uint8_t>(item));
  return out;
}

inline std::vector<identity::FieldId> unpack_items(const Bytes& packed) {
  std::vector<identity::FieldId> out;
  for (auto b : packed) out.push_back(static_cast<identity::FieldId>(b));
  return out;
}

inline Bytes pack_rows(const std::vector<std::uint64_t>& rows) {
  Bytes out;
  for (auto row : rows) put_u64(out, row);
  return out;
}

inline Result<std::vector<std::uint64_t>> unpack_rows(const Bytes& packed) {
  ByteReader in(packed);
  std::vector<std::uint64_t> out;
  while (in.remaining() > 0) {
    TRY(auto row, in.get_u64());
    out.push_back(row);
  }
  return out;
}

}  // namespace hitokoe::storage::sql
