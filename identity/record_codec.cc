#include "identity/record_codec.h"

#include <array>
#include <cstring>

namespace hitokoe::identity {
namespace {

constexpr std::size_t kKeySize = 17;
constexpr std::size_t kCheckSize = 5;

// Outside input names fields by number: one that is not in the table must not go further.
const std::array<bool, 256>& known_fields() {
  static const std::array<bool, 256> table = [] {
    std::array<bool, 256> t{};
    for (const FieldInfo& f : field_table()) t[static_cast<std::uint8_t>(f.id)] = true;
    return t;
  }();
  return table;
}

unsigned u16_at(ByteView data, std::size_t at) {
  return static_cast<unsigned>(data[at]) | static_cast<unsigned>(data[at + 1]) << 8;
}

std::uint32_t u32_at(ByteView data, std::size_t at) {
  return static_cast<std::uint32_t>(u16_at(data, at)) |
         static_cast<std::uint32_t>(u16_at(data, at + 2)) << 16;
}

}  // namespace

Result<void> encode_record(const HkfRecord& record, Bytes& out) {
  if (record.keys.size() > kMostKeys || record.checks.size() > kMostChecks) {
    return fail(Errc::kLimit, "a row with too many keys: map fewer columns",
                "鍵の多すぎる行があります: 使う列を減らしてください");
  }
  const std::size_t begin = out.size();
  out.resize(begin + kRecordHead + kKeySize * record.keys.size() +
             kCheckSize * record.checks.size());
  std::uint8_t* p = out.data() + begin;
  const auto put = [&p](std::uint32_t v, int bytes) {
    for (int i = 0; i < bytes; ++i) *p++ = static_cast<std::uint8_t>(v >> (8 * i));
  };
  std::memcpy(p, record.u_ref.data(), record.u_ref.size());
  p += record.u_ref.size();
  put(record.has_ref ? 1 : 0, 1);
  put(record.order, 4);
  put(static_cast<std::uint32_t>(record.keys.size()), 2);
  put(static_cast<std::uint32_t>(record.checks.size()), 2);
  for (const HkfKey& key : record.keys) {
    put(static_cast<std::uint8_t>(key.field), 1);
    std::memcpy(p, key.u.data(), key.u.size());
    p += key.u.size();
  }
  for (const HkfCheck& check : record.checks) {
    put(static_cast<std::uint8_t>(check.field), 1);
    put(check.tag, 4);
  }
  return ok();
}

Result<std::size_t> encoded_size(ByteView data) {
  if (data.size() < kRecordHead) return fail(Errc::kCorrupt, "a record that is cut", "切れた記録");
  const std::size_t keys = u16_at(data, 21);
  const std::size_t checks = u16_at(data, 23);
  if (data[16] > 1 || keys > kMostKeys || checks > kMostChecks) {
    return fail(Errc::kCorrupt, "a record with an impossible head", "先頭があり得ない値の記録");
  }
  return kRecordHead + kKeySize * keys + kCheckSize * checks;
}

Result<void> decode_record(ByteView data, std::size_t& at, HkfRecord& record) {
  data = data.subspan(at);
  TRY(const std::size_t size, encoded_size(data));
  if (data.size() < size) return fail(Errc::kCorrupt, "a record that is cut", "切れた記録");
  std::memcpy(record.u_ref.data(), data.data(), record.u_ref.size());
  record.has_ref = data[16] == 1;
  record.order = u32_at(data, 17);
  record.keys.resize(u16_at(data, 21));
  record.checks.resize(u16_at(data, 23));
  std::size_t p = kRecordHead;
  bool known = true;
  for (HkfKey& key : record.keys) {
    known = known && known_fields()[data[p]];
    key.field = static_cast<FieldId>(data[p]);
    std::memcpy(key.u.data(), data.data() + p + 1, key.u.size());
    p += kKeySize;
  }
  for (HkfCheck& check : record.checks) {
    known = known && known_fields()[data[p]];
    check.field = static_cast<FieldId>(data[p]);
    check.tag = u32_at(data, p + 1);
    p += kCheckSize;
  }
  if (!known)
    return fail(Errc::kCorrupt, "a record with a field that does not exist",
                "存在しない項目の記録");
  at += size;
  return ok();
}

}  // namespace hitokoe::identity
