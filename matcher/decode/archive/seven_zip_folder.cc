#include "matcher/decode/archive/seven_zip_folder.h"

#include <algorithm>

#include "hitokoe/base/crypto/archive_ciphers.h"
#include "matcher/decode/archive/decompressor.h"

namespace hitokoe::matcher {

namespace {

using State = SevenZipSource::State;

constexpr std::size_t kPiece = 64U << 10;

class Packed final : public SevenZipSource {
 public:
  Packed(const Spool& bytes, std::uint64_t at, std::uint64_t size)
      : bytes_(bytes), at_(at), left_(size) {}
  std::size_t read(std::span<std::uint8_t> out) override {
    const auto n = bytes_.read(
        at_, out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_))));
    at_ += n;
    left_ -= n;
    taken_ += n;
    if (n == 0 && !out.empty()) state_ = left_ == 0 ? State::kEnd : State::kDamaged;
    return n;
  }
  State state() const override { return state_; }
  std::uint64_t taken() const override { return taken_; }

 private:
  const Spool& bytes_;
  std::uint64_t at_, left_, taken_ = 0;
  State state_ = State::kMore;
};

class Fails final : public SevenZipSource {
 public:
  explicit Fails(State why) : why_(why) {}
  std::size_t read(std::span<std::uint8_t>) override { return 0; }
  State state() const override { return why_; }
  std::uint64_t taken() const override { return 0; }

 private:
  State why_;
};

class Decrypting final : public SevenZipSource {
 public:
  Decrypting(std::unique_ptr<SevenZipSource> from, const Key256& key,
             const std::array<std::uint8_t, 16>& iv, std::uint64_t size)
      : from_(std::move(from)), cipher_(key, iv), left_(size) {}
  std::size_t read(std::span<std::uint8_t> out) override {
    if (at_ == block_.size()) {
      block_.resize(kPiece);
      std::size_t n = 0;
      while (n < block_.size()) {
        const auto got = from_->read(std::span(block_).subspan(n));
        if (got == 0) break;
        n += got;
      }
      n -= n % 16;
      block_.resize(n);
      cipher_.decrypt(block_);
      // The last block is filled up; what fills it is not of the stream.
      if (block_.size() > left_) block_.resize(static_cast<std::size_t>(left_));
      left_ -= block_.size();
      at_ = 0;
    }
    const std::size_t n = std::min(out.size(), block_.size() - at_);
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(at_), n, out.begin());
    at_ += n;
    if (n == 0 && !out.empty()) ended_ = true;
    return n;
  }
  State state() const override {
    if (!ended_) return State::kMore;
    return left_ == 0 ? State::kEnd : State::kDamaged;
  }
  std::uint64_t taken() const override { return from_->taken(); }

 private:
  std::unique_ptr<SevenZipSource> from_;
  crypto::AesCbc cipher_;
  std::uint64_t left_;
  Bytes block_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

class Unpacking final : public SevenZipSource {
 public:
  Unpacking(std::unique_ptr<SevenZipSource> from, std::unique_ptr<Decompressor> by,
            std::uint64_t size)
      : from_(std::move(from)), by_(std::move(by)), left_(size), in_(kPiece) {}
  std::size_t read(std::span<std::uint8_t> out) override {
    out = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_)));
    if (left_ == 0) state_ = State::kEnd;
    while (!out.empty() && state_ == State::kMore) {
      if (at_ == filled_) {
        filled_ = from_->read(in_);
        at_ = 0;
      }
      const auto step = by_->step(ByteView(in_).subspan(at_, filled_ - at_), out);
      at_ += step.taken;
      left_ -= step.put;
      if (step.state == Decompressor::State::kEnd) {
        state_ = left_ == 0 ? State::kMore : State::kDamaged;
      } else if (step.state == Decompressor::State::kCorrupt) {
        state_ = State::kDamaged;
      } else if (step.state == Decompressor::State::kTooMuchMemory) {
        state_ = State::kTooMuchMemory;
      } else if (step.put == 0 && step.taken == 0) {
        state_ = from_->state() == State::kMore || from_->state() == State::kEnd ? State::kDamaged
                                                                                 : from_->state();
      }
      if (step.put > 0) return step.put;
    }
    return 0;
  }
  State state() const override { return state_; }
  std::uint64_t taken() const override { return from_->taken(); }

 private:
  std::unique_ptr<SevenZipSource> from_;
  std::unique_ptr<Decompressor> by_;
  std::uint64_t left_;
  Bytes in_;
  std::size_t at_ = 0, filled_ = 0;
  State state_ = State::kMore;
};

// The order of the coders from the packed stream to the last output. Empty: not a plain chain.
std::vector<std::size_t> chain_of(const SevenZipFolder& folder) {
  for (const auto& c : folder.coders) {
    if (c.inputs != 1 || c.outputs != 1) return {};
  }
  if (folder.packed.size() != 1 || folder.packed[0] >= folder.coders.size()) return {};
  std::vector<std::size_t> chain = {static_cast<std::size_t>(folder.packed[0])};
  while (chain.size() < folder.coders.size()) {
    const auto bond =
        std::ranges::find_if(folder.bonds, [&](const auto& b) { return b.second == chain.back(); });
    if (bond == folder.bonds.end() || bond->first >= folder.coders.size() ||
        std::ranges::find(chain, bond->first) != chain.end()) {
      return {};
    }
    chain.push_back(static_cast<std::size_t>(bond->first));
  }
  return chain;
}

std::optional<Method> method_of(std::uint64_t id) {
  switch (id) {
    case kSevenZipCopy:
      return Method::kStored;
    case kSevenZipLzma:
      return Method::kLzma1;
    case kSevenZipLzma2:
      return Method::kLzma2;
    case kSevenZipDeflate:
      return Method::kDeflate;
    case kSevenZipDeflate64:
      return Method::kDeflate64;
    case kSevenZipBzip2:
      return Method::kBzip2;
    default:
      return std::nullopt;
  }
}

}  // namespace

SevenZipKeys::SevenZipKeys(std::string_view password) : utf16_(crypto::utf16_password(password)) {}

std::optional<SevenZipKeys::Parameters> SevenZipKeys::parse(ByteView properties) {
  if (properties.empty()) return std::nullopt;
  const unsigned first = properties[0];
  Parameters out{first & 0x3FU, {}, {}};
  std::size_t salt_bytes = 0, iv_bytes = 0;
  ByteView rest = properties.subspan(1);
  if ((first & 0xC0U) != 0) {
    if (rest.empty()) return std::nullopt;
    salt_bytes = (first >> 7U & 1U) + (rest[0] >> 4U);
    iv_bytes = (first >> 6U & 1U) + (rest[0] & 0x0FU);
    rest = rest.subspan(1);
  }
  if (rest.size() < salt_bytes + iv_bytes || iv_bytes > 16) return std::nullopt;
  if (out.power > kMostPower && out.power != 0x3F) return std::nullopt;
  out.salt = rest.first(salt_bytes);
  out.iv = rest.subspan(salt_bytes, iv_bytes);
  return out;
}

bool SevenZipKeys::has(const Parameters& p) const {
  return key_ && p.power == power_ && std::ranges::equal(p.salt, salt_);
}

std::uint64_t SevenZipKeys::rounds_for(ByteView properties) const {
  const auto p = parse(properties);
  return !p || p->power == 0x3F || has(*p) ? 0 : 1ULL << p->power;
}

const Key256* SevenZipKeys::key_for(ByteView properties, std::array<std::uint8_t, 16>& iv) {
  iv = {};
  const auto p = parse(properties);
  if (!p) return nullptr;
  std::ranges::copy(p->iv, iv.begin());
  if (!has(*p)) {
    key_ = crypto::seven_zip_key(utf16_.expose(), p->salt, p->power);
    salt_.assign(p->salt.begin(), p->salt.end());
    power_ = p->power;
  }
  return &*key_;
}

std::unique_ptr<SevenZipSource> open_seven_zip_folder(const Spool& bytes, std::uint64_t base,
                                                      const SevenZipStreams& streams,
                                                      const SevenZipFolder& folder,
                                                      std::uint64_t memory, SevenZipKeys* keys) {
  const auto chain = chain_of(folder);
  if (chain.empty() || folder.sizes.size() != folder.coders.size()) {
    return std::make_unique<Fails>(State::kUnknown);
  }
  std::unique_ptr<SevenZipSource> source = std::make_unique<Packed>(
      bytes, base + streams.packed_at + folder.packed_at, folder.packed_bytes);
  for (const std::size_t i : chain) {
    const SevenZipCoder& coder = folder.coders[i];
    if (coder.id == kSevenZipAes) {
      std::array<std::uint8_t, 16> iv{};
      const Key256* key = keys == nullptr ? nullptr : keys->key_for(coder.properties, iv);
      if (key == nullptr) return std::make_unique<Fails>(State::kNoKey);
      source = std::make_unique<Decrypting>(std::move(source), *key, iv, folder.sizes[i]);
      continue;
    }
    const auto method = method_of(coder.id);
    if (!method) return std::make_unique<Fails>(State::kUnknown);
    auto by = make_decompressor(*method, memory, coder.properties);
    if (!by) return std::make_unique<Fails>(State::kDamaged);
    source = std::make_unique<Unpacking>(std::move(source), std::move(by), folder.sizes[i]);
  }
  return source;
}

}  // namespace hitokoe::matcher
