// Tokens → fingerprints → who has them.
//
// The memory that a look-up waits for is asked for while the next tokens are hashed: sixteen lines
// between two calls of the sixteen lanes, so that a table of any size costs about what one in the
// cache does.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/identity/fingerprint.h"
#include "matcher/sweep/tokens.h"

namespace hitokoe::matcher::sweep {

using crypto::Block;
using identity::Fingerprint;

// A table that is asked in two steps. Immutable; safe from any thread.
class Lookup {
 public:
  virtual ~Lookup() = default;
  virtual void prefetch(std::span<const Block> z) const = 0;
  // Appends the positions in `z` of those that are there, ascending.
  virtual void find(std::span<const Block> z, std::vector<std::uint32_t>& found) const = 0;
};

// What is asked, and under which keys. All pointers outlive the probers.
struct ProbePlan {
  struct Carrier {
    std::size_t epoch;  // position in `epochs`
    const crypto::Aes128* key;
    const Lookup* table;
  };
  std::vector<const identity::Fingerprinter*> epochs;
  std::vector<Carrier> carriers;
  // Over all carriers; null: each is asked.
  const crypto::Aes128* filter_key = nullptr;
  const Lookup* filter = nullptr;
};

struct ProbeHit {
  std::uint32_t token;  // of the batch
  std::uint32_t carrier;
  FieldId field;
  Block z;
};

class HitSink {
 public:
  virtual ~HitSink() = default;
  // Of one batch, by token, then by carrier.
  virtual void hits(std::span<const ProbeHit> hits) = 0;
};

// One thread at a time.
class Prober final : public Tokens::Sink {
 public:
  Prober(const ProbePlan& plan, HitSink& out);
  ~Prober() override;
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  void take(std::span<const HmacBlock> blocks, std::span<const FieldId> fields,
            std::size_t words) override;
  void take_long(FieldId field, std::string_view canonical) override;

  // Tokens so far, by field id.
  std::array<std::uint64_t, 256> tokens() const;

 private:
  // Hashes the blocks, if there are any, into y_, and appends to found_ who of y_[0 … n) is in
  // `table` under `key`.
  void probe(const identity::Fingerprinter& hash, std::span<const HmacBlock> blocks,
             std::size_t words, std::size_t n, crypto::Aes128Encryptor& key, const Lookup& table);
  void count(std::span<const FieldId> fields);
  void ask(std::size_t epoch, std::span<const HmacBlock> blocks, std::size_t words,
           std::span<const FieldId> fields);
  void ask_carriers(std::size_t epoch, std::span<const FieldId> fields);
  void add_hits(std::size_t carrier, std::span<const std::uint32_t> tokens,
                std::span<const FieldId> fields);
  void tell();

  const ProbePlan& plan_;
  HitSink& out_;
  std::vector<crypto::Aes128Encryptor> keys_;               // the carriers', then the filter's
  std::array<std::array<std::uint64_t, 256>, 4> counts_{};  // of tokens, to be added up
  std::array<Fingerprint, Tokens::kRoom> y_;
  std::array<Block, Tokens::kRoom> z_;
  std::vector<std::uint32_t> found_;
  std::vector<std::uint32_t> passed_;  // by the filter
  std::vector<Fingerprint> passed_y_;
  std::vector<Block> passed_z_;
  std::vector<std::uint32_t> found_of_passed_;
  std::vector<ProbeHit> hits_;
};

}  // namespace hitokoe::matcher::sweep
