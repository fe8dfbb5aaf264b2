// Identifiers on their way to the index: messages of the fingerprint's HMAC, padded, in queues.
//
// A queue holds messages of about one length, because the HMAC of short ones costs less
// (hmac_batch.h). A full queue is handed on.
#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "hitokoe/base/crypto/hmac_batch.h"
#include "hitokoe/identity/field.h"

namespace hitokoe::matcher::sweep {

using crypto::HmacBlock;
using identity::FieldId;

// Where a mail address stands in the text.
struct MailPlace {
  std::uint32_t begin;
  std::uint32_t size;
};

class Tokens {
 public:
  static constexpr std::size_t kRoom = 512;  // a multiple of the lanes of an HMAC
  static constexpr std::size_t kHead = 5;    // field, version, length (docs/fingerprints.md)
  static constexpr std::size_t kLongest = crypto::kMostInBlock - kHead;  // of a canonical form

  class Sink {
   public:
    virtual ~Sink() = default;
    // Sizes are equal and kRoom at most. `words`: those behind it, but for the last, are 0 in every
    // block.
    virtual void take(std::span<const HmacBlock> blocks, std::span<const FieldId> fields,
                      std::size_t words) = 0;
    // A canonical form that fits no block.
    virtual void take_long(FieldId field, std::string_view canonical) = 0;
  };

  explicit Tokens(Sink& sink);
  ~Tokens();  // wiped; what was not flushed is lost
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  // Any canonical form.
  void put(FieldId field, std::string_view canonical);
  // A form of up to sixteen ASCII characters, written in place: twenty zeros of which the form
  // takes `size`; what is written behind it must be zeros, room is there for sixteen.
  char* begin_short() {
    HmacBlock& block = queues_[0].blocks[queues_[0].size];
    // What is behind is 0: nothing of this queue reaches so far.
    std::memset(block.bytes.data(), 0, 32);
    return reinterpret_cast<char*>(block.bytes.data()) + kHead;
  }
  void end_short(FieldId field, std::size_t size) {
    Queue& q = queues_[0];
    HmacBlock& block = q.blocks[q.size];
    put_head(block, field, size);
    put_end(block, size);
    close(q, field);
  }
  // Sixteen bytes, of which `size` are the form and the others 0.
  void put_short(FieldId field, const std::array<char, 16>& form, std::size_t size) {
    std::memcpy(begin_short(), form.data(), form.size());
    end_short(field, size);
  }
  // Addresses as they stand in the text (ASCII): lower case makes them canonical.
  void put_mails(const std::uint8_t* text, std::span<const MailPlace> mails);
  // Hands on what is there.
  void flush();

 private:
  // By the words that a message with its end bit takes: 24, 40 and 56 bytes.
  static constexpr std::array<std::size_t, 3> kWords = {6, 10, 14};
  struct Queue {
    std::size_t size = 0;
    std::array<FieldId, kRoom> fields;
    std::array<HmacBlock, kRoom> blocks;
  };

  static std::size_t queue_of(std::size_t size) {
    const std::size_t bytes = kHead + size + 1;
    return bytes <= 4 * kWords[0] ? 0 : bytes <= 4 * kWords[1] ? 1 : 2;
  }
  static void clear(HmacBlock& block) { block.bytes.fill(0); }
  void put_head(HmacBlock& block, FieldId field, std::size_t size) const {
    const std::uint32_t head =
        heads_[static_cast<std::uint8_t>(field)] | static_cast<std::uint32_t>(size) << 24;
    std::memcpy(block.bytes.data(), &head, sizeof head);
  }
  static void put_end(HmacBlock& block, std::size_t size) {
    block.bytes[kHead + size] = 0x80;
    const std::size_t bits = (64 + kHead + size) * 8;
    block.bytes[62] = static_cast<std::uint8_t>(bits >> 8);
    block.bytes[63] = static_cast<std::uint8_t>(bits);
  }
  void close(Queue& q, FieldId field) {
    q.fields[q.size] = field;
    if (++q.size == kRoom) hand_on(q);
  }
  void hand_on(Queue& q);
  void put_mails_avx512(const std::uint8_t* text, std::span<const MailPlace> mails);
  void put_mail(const std::uint8_t* text, MailPlace mail);

  Sink& sink_;
  std::array<std::uint32_t, 256> heads_{};  // field and version, little-endian
  bool avx512_;
  std::unique_ptr<std::array<Queue, 3>> memory_;
  std::array<Queue, 3>& queues_;
};

}  // namespace hitokoe::matcher::sweep
