// Fingerprints (docs/fingerprints.md).
//
//   y = first 16 bytes of HMAC-SHA256(G, field u8 || version u16 LE || length u16 LE || canonical)
//   u = AES-128(k[d], y)                              what a holder sends
//   z = AES-128(k_idx[t], y)                          what carrier t's index holds
//
// For the subject (kRef) the hashed value is controller id || 0x1f || canonical customer number.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/hmac_batch.h"
#include "hitokoe/identity/field.h"
#include "hitokoe/identity/record_keys.h"

namespace hitokoe::identity {

using Fingerprint = crypto::Block;  // 16 bytes; compares as bytes

// First 8 bytes of HMAC-SHA256(k[d], "hitokoe key check"): tells which key a file was made with,
// says nothing about the key. All zero: unknown.
using KeyCheck = std::array<std::uint8_t, 8>;
KeyCheck key_check(const Key128& delegation_key);

// Immutable; thread-safe. Holds G of one epoch.
class Fingerprinter {
 public:
  Fingerprinter(std::uint32_t epoch, const Key256& g);
  std::uint32_t epoch() const { return epoch_; }

  Fingerprint of(FieldId field, std::string_view canonical) const;
  // out[i] belongs to keys[i]; sizes must be equal. No heap; sixteen at a time where the processor
  // can (hmac_batch.h), about 50 ns each, else about 150 ns.
  void of_many(std::span<const KeyView> keys, std::span<Fingerprint> out) const;
  // The same of messages that lie ready: field, version, length and canonical form as above, closed
  // by crypto::close_block(). `words` as crypto::hmac_blocks() has it.
  void of_blocks(std::span<const crypto::HmacBlock> messages, std::size_t words,
                 std::span<Fingerprint> out) const {
    crypto::hmac_blocks(hmac_.key(), messages, out, words);
  }
  Fingerprint subject(std::string_view controller, std::string_view ref) const;

  // First 32 bits (little-endian) of HMAC-SHA256(y_ref, field || version || length || canonical).
  static std::uint32_t check_tag(const Fingerprint& y_ref, FieldId field,
                                 std::string_view canonical);
  // The tags of one subject; out[i] belongs to checks[i]. One key set-up for all.
  static void check_tags(const Fingerprint& y_ref, std::span<const KeyView> checks,
                         std::span<std::uint32_t> out);
  // The tags of many subjects; out[i] belongs to tasks[i].
  struct TagTask {
    std::uint32_t subject;  // position in y_refs
    const KeyView* check;
  };
  static void check_tags_many(std::span<const Fingerprint> y_refs, std::span<const TagTask> tasks,
                              std::span<std::uint32_t> out);

 private:
  std::uint32_t epoch_;
  crypto::Hmac hmac_;
};

}  // namespace hitokoe::identity
