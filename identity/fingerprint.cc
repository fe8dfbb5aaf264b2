#include "hitokoe/identity/fingerprint.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "hitokoe/base/crypto/hmac_batch.h"
#include "identity/short_copy.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kHead = 5;  // field, version, length
constexpr std::size_t kLongest = 0xFFFF;
constexpr std::size_t kBatch = 256;
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
  copy_short(reinterpret_cast<char*>(out) + kHead, canonical.substr(0, size));
}

// Gives the MACs of n values to `each(index, digest)`, each index once, without heap for usual
// values. `value(i)` is a KeyView, `key(i)` the key it is hashed with.
template <class Value, class Key, class Each>
void mac_all(std::size_t n, const Value& value, const Key& key, const Each& each) {
  std::array<std::uint8_t, kScratch> scratch;
  std::array<crypto::HmacTask, kBatch> tasks;
  std::array<crypto::Digest, kBatch> digests;
  std::size_t used = 0;
  for (std::size_t i = 0; i < n;) {
    const std::size_t first = i;
    std::size_t taken = 0;
    std::size_t filled = 0;
    for (; i < n && taken < kBatch; ++i) {
      const KeyView& v = value(i);
      const std::size_t size = message_size(v.value);
      if (filled + size > kScratch) break;
      write_message(scratch.data() + filled, v.field, v.value);
      tasks[taken++] = {key(i), {scratch.data() + filled, size}};
      filled += size;
    }
    used = std::max(used, filled);
    if (taken == 0) {  // one value larger than the scratch
      const KeyView& v = value(i);
      Bytes large(message_size(v.value));
      write_message(large.data(), v.field, v.value);
      tasks[0] = {key(i), large};
      crypto::hmac_many(std::span(tasks).first(1), std::span(digests).first(1));
      wipe_value(large);
      each(i, digests[0]);
      ++i;
      continue;
    }
    crypto::hmac_many(std::span(tasks).first(taken), std::span(digests).first(taken));
    for (std::size_t k = 0; k < taken; ++k) each(first + k, digests[k]);
  }
  wipe(scratch.data(), used);
}

// Messages of one block that wait until there are enough for the lanes; by their length, since
// short ones cost less.
class WaitingBlocks {
 public:
  explicit WaitingBlocks(std::size_t words) : words_(words) {}
  ~WaitingBlocks() { wipe(blocks_.data(), used_ * sizeof blocks_[0]); }
  WaitingBlocks(const WaitingBlocks&) = delete;
  WaitingBlocks& operator=(const WaitingBlocks&) = delete;

  static bool fits(std::string_view canonical, std::size_t words) {
    return kHead + canonical.size() < words * 4;  // with the end bit
  }
  bool full() const { return size_ == kMost; }
  void add(const KeyView& key, std::size_t position) {
    crypto::HmacBlock& block = blocks_[size_];
    block.bytes.fill(0);
    write_message(block.bytes.data(), key.field, key.value);
    block.bytes[kHead + key.value.size()] = 0x80;
    const std::size_t bits = (block.bytes.size() + kHead + key.value.size()) * 8;
    block.bytes[62] = static_cast<std::uint8_t>(bits >> 8);
    block.bytes[63] = static_cast<std::uint8_t>(bits & 0xFF);
    positions_[size_++] = position;
    used_ = std::max(used_, size_);
  }
  void run(const crypto::HmacKey& key, std::span<Fingerprint> out) {
    std::array<Fingerprint, kMost> macs;
    crypto::hmac_blocks(key, std::span(blocks_).first(size_), std::span(macs).first(size_), words_);
    for (std::size_t i = 0; i < size_; ++i) out[positions_[i]] = macs[i];
    size_ = 0;
  }

 private:
  static constexpr std::size_t kMost = 64;
  std::size_t words_;
  std::size_t size_ = 0, used_ = 0;
  std::array<std::size_t, kMost> positions_;
  std::array<crypto::HmacBlock, kMost> blocks_;
};

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
  of_many({&key, 1}, {&out, 1});
  return out;
}

void Fingerprinter::of_many(std::span<const KeyView> keys, std::span<Fingerprint> out) const {
  const crypto::HmacKey& g = hmac_.key();
  WaitingBlocks small(6), medium(10), large(14);
  std::vector<std::size_t> longer;  // than a block
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string_view value = keys[i].value;
    WaitingBlocks* const blocks = WaitingBlocks::fits(value, 6)    ? &small
                                  : WaitingBlocks::fits(value, 10) ? &medium
                                  : WaitingBlocks::fits(value, 14) ? &large
                                                                   : nullptr;
    if (blocks == nullptr) {
      longer.push_back(i);
      continue;
    }
    blocks->add(keys[i], i);
    if (blocks->full()) blocks->run(g, out);
  }
  for (WaitingBlocks* blocks : {&small, &medium, &large}) blocks->run(g, out);
  mac_all(
      longer.size(), [&](std::size_t i) -> const KeyView& { return keys[longer[i]]; },
      [&](std::size_t) { return &g; },
      [&](std::size_t i, const crypto::Digest& d) { out[longer[i]] = first_half(d); });
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
  crypto::HmacKey key = crypto::hmac_key(y_ref);
  mac_all(
      checks.size(), [&](std::size_t i) -> const KeyView& { return checks[i]; },
      [&](std::size_t) { return &key; },
      [&](std::size_t i, const crypto::Digest& d) { out[i] = first_word(d); });
  wipe(&key, sizeof key);
}

void Fingerprinter::check_tags_many(std::span<const Fingerprint> y_refs,
                                    std::span<const TagTask> tasks, std::span<std::uint32_t> out) {
  std::vector<crypto::HmacKey> keys(y_refs.size());
  crypto::hmac_keys(y_refs, keys);
  mac_all(
      tasks.size(), [&](std::size_t i) -> const KeyView& { return *tasks[i].check; },
      [&](std::size_t i) { return &keys[tasks[i].subject]; },
      [&](std::size_t i, const crypto::Digest& d) { out[i] = first_word(d); });
  wipe(keys.data(), keys.size() * sizeof keys[0]);
}

}  // namespace hitokoe::identity
