#include "hitokoe/identity/fingerprint.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace hitokoe::identity {
namespace {

constexpr std::size_t kHead = 5;  // field, version, length
constexpr std::size_t kLongest = 0xFFFF;
constexpr std::size_t kBatch = 64;
constexpr std::size_t kScratch = 16U << 10;
constexpr char kUnit = 0x1f;

// By field id: the search of field_info() would cost as much as the rest of a message.
const std::array<std::uint16_t, 256>& versions() {
  static const std::array<std::uint16_t, 256> table = [] {
    std::array<std::uint16_t, 256> t{};
    for (const FieldInfo& f : field_table()) t[static_cast<std::uint8_t>(f.id)] = f.version;
    return t;
  }();
  return table;
}

std::size_t message_size(std::string_view canonical) {
  return kHead + std::min(canonical.size(), kLongest);
}

void write_message(std::uint8_t* out, FieldId field, std::string_view canonical) {
  const std::uint16_t version = versions()[static_cast<std::uint8_t>(field)];
  const std::size_t size = std::min(canonical.size(), kLongest);
  out[0] = static_cast<std::uint8_t>(field);
  out[1] = static_cast<std::uint8_t>(version & 0xFF);
  out[2] = static_cast<std::uint8_t>(version >> 8);
  out[3] = static_cast<std::uint8_t>(size & 0xFF);
  out[4] = static_cast<std::uint8_t>(size >> 8);
  std::memcpy(out + kHead, canonical.data(), size);
}

// Gives the MACs of all keys to `each(index, digest)`, in order, without heap for usual values.
template <class Each>
void mac_all(const crypto::Hmac& hmac, std::span<const KeyView> keys, const Each& each) {
  std::array<std::uint8_t, kScratch> scratch;
  std::array<ByteView, kBatch> messages;
  std::array<crypto::Digest, kBatch> digests;
  std::size_t i = 0;
  while (i < keys.size()) {
    const std::size_t first = i;
    std::size_t n = 0;
    std::size_t used = 0;
    for (; i < keys.size() && n < kBatch; ++i) {
      const std::size_t size = message_size(keys[i].value);
      if (used + size > kScratch) break;
      write_message(scratch.data() + used, keys[i].field, keys[i].value);
      messages[n++] = {scratch.data() + used, size};
      used += size;
    }
    if (n == 0) {  // one value larger than the scratch
      Bytes large(message_size(keys[i].value));
      write_message(large.data(), keys[i].field, keys[i].value);
      each(i, hmac.mac(large));
      ++i;
      continue;
    }
    hmac.mac_many(std::span(messages).first(n), std::span(digests).first(n));
    for (std::size_t k = 0; k < n; ++k) each(first + k, digests[k]);
  }
  wipe(scratch.data(), scratch.size());
}

Fingerprint first_half(const crypto::Digest& digest) {
  Fingerprint out;
  std::memcpy(out.data(), digest.data(), out.size());
  return out;
}

std::uint32_t first_word(const crypto::Digest& d) {
  return static_cast<std::uint32_t>(d[0]) | static_cast<std::uint32_t>(d[1]) << 8 |
         static_cast<std::uint32_t>(d[2]) << 16 | static_cast<std::uint32_t>(d[3]) << 24;
}

}  // namespace

KeyCheck key_check(const Key128& delegation_key) {
  const crypto::Digest digest =
      crypto::Hmac(delegation_key.expose()).mac(as_bytes("hitokoe key check"));
  KeyCheck out;
  std::memcpy(out.data(), digest.data(), out.size());
  return out;
}

Fingerprinter::Fingerprinter(std::uint32_t epoch, const Key256& g)
    : epoch_(epoch), hmac_(g.expose()) {}

Fingerprint Fingerprinter::of(FieldId field, std::string_view canonical) const {
  Fingerprint out;
  const KeyView key{field, canonical, 0};
  mac_all(hmac_, {&key, 1}, [&](std::size_t, const crypto::Digest& d) { out = first_half(d); });
  return out;
}

void Fingerprinter::of_many(std::span<const KeyView> keys, std::span<Fingerprint> out) const {
  mac_all(hmac_, keys, [&](std::size_t i, const crypto::Digest& d) { out[i] = first_half(d); });
}

Fingerprint Fingerprinter::subject(std::string_view controller, std::string_view ref) const {
  std::string value;
  value.reserve(controller.size() + 1 + ref.size());
  value.append(controller).push_back(kUnit);
  value.append(ref);
  return of(FieldId::kRef, value);
}

std::uint32_t Fingerprinter::check_tag(const Fingerprint& y_ref, FieldId field,
                                       std::string_view canonical) {
  std::uint32_t out = 0;
  const KeyView key{field, canonical, 0};
  check_tags(y_ref, {&key, 1}, {&out, 1});
  return out;
}

void Fingerprinter::check_tags(const Fingerprint& y_ref, std::span<const KeyView> checks,
                               std::span<std::uint32_t> out) {
  if (checks.empty()) return;
  mac_all(crypto::Hmac(y_ref), checks,
          [&](std::size_t i, const crypto::Digest& d) { out[i] = first_word(d); });
}

}  // namespace hitokoe::identity
