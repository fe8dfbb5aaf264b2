#include "identity/hkf_format.h"

#include <algorithm>
#include <utility>

namespace hitokoe::identity {
namespace {

template <std::size_t N>
Result<void> get_array(ByteReader& reader, std::array<std::uint8_t, N>& out) {
  TRY(const auto bytes, reader.get_bytes(N));
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return ok();
}

Result<std::string> get_name(ByteReader& reader) {
  TRY(auto name, reader.get_string());
  if (name.empty() || name.size() > kMostHkfName) {
    return fail(Errc::kCorrupt, "a name in the header is empty or too long",
                "ヘッダの名前が空か、長すぎます");
  }
  return name;
}

const FieldInfo* find_field(std::uint8_t id) {
  for (const FieldInfo& f : field_table()) {
    if (static_cast<std::uint8_t>(f.id) == id) return &f;
  }
  return nullptr;
}

}  // namespace

Bytes encode_hkf_header(const HkfHeader& h, ByteView sealed_file_key) {
  Bytes fields;
  for (const auto* name : {&h.party, &h.controller, &h.delegation, &h.snapshot}) {
    put_string(fields, *name);
  }
  put_u64(fields, h.sequence);
  put_u32(fields, static_cast<std::uint32_t>(h.as_of.time_since_epoch().count()));
  put_u32(fields, h.epoch);
  put_bytes(fields, h.tables);
  put_bytes(fields, h.key);
  put_u8(fields, static_cast<std::uint8_t>(h.columns.size()));
  for (const FieldId column : h.columns) {
    put_u8(fields, static_cast<std::uint8_t>(column));
    put_u16(fields, field_info(column).version);
  }
  for (const auto count : {h.records, h.rejected, h.keys, h.checks, h.body_bytes}) {
    put_u64(fields, count);
  }
  put_bytes(fields, h.body);
  put_u16(fields, static_cast<std::uint16_t>(sealed_file_key.size()));
  put_bytes(fields, sealed_file_key);

  Bytes out;
  put_bytes(out, as_bytes(kHkfMagic));
  put_u16(out, kHkfVersion);
  put_u16(out, 0);
  put_u32(out, static_cast<std::uint32_t>(fields.size()));
  put_bytes(out, h.signer);
  put_bytes(out, fields);
  return out;
}

Result<ParsedHkfHeader> parse_hkf_header(ByteView fields) {
  ByteReader reader(fields);
  ParsedHkfHeader out;
  HkfHeader& h = out.header;
  for (auto* name : {&h.party, &h.controller, &h.delegation, &h.snapshot}) {
    TRY(*name, get_name(reader));
  }
  TRY(h.sequence, reader.get_u64());
  TRY(const auto day, reader.get_u32());
  h.as_of = JstDay(std::chrono::days(static_cast<std::int32_t>(day)));
  TRY(h.epoch, reader.get_u32());
  TRYV(get_array(reader, h.tables));
  TRYV(get_array(reader, h.key));
  TRY(const auto columns, reader.get_u8());
  for (unsigned i = 0; i < columns; ++i) {
    TRY(const auto id, reader.get_u8());
    TRYV(reader.get_u16());  // its version is part of the tables' digest
    const FieldInfo* field = find_field(id);
    if (field == nullptr || !field->column) {
      return fail(Errc::kUnsupported, "the header names a field that this program does not know",
                  "ヘッダにこのプログラムの知らない項目があります");
    }
    h.columns.push_back(field->id);
  }
  for (auto* count : {&h.records, &h.rejected, &h.keys, &h.checks, &h.body_bytes}) {
    TRY(*count, reader.get_u64());
  }
  TRYV(get_array(reader, h.body));
  TRY(const auto size, reader.get_u16());
  TRY(const auto key, reader.get_bytes(size));
  out.sealed_file_key.assign(key.begin(), key.end());
  if (reader.remaining() != 0)
    return fail(Errc::kCorrupt, "the header has bytes too many", "ヘッダに余分なバイトがあります");
  return out;
}

Bytes hkf_signed_part(ByteView header) {
  constexpr std::string_view kDomain{"hitokoe hkf header\0", 19};
  Bytes out;
  out.reserve(kDomain.size() + header.size());
  put_bytes(out, as_bytes(kDomain));
  put_bytes(out, header);
  return out;
}

Bytes hkf_block_context(std::uint64_t index, bool last) {
  Bytes out;
  put_bytes(out, as_bytes("hitokoe hkf block"));
  put_u64(out, index);
  put_u8(out, last ? 1 : 0);
  return out;
}

}  // namespace hitokoe::identity
