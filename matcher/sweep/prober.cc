#include "matcher/sweep/prober.h"

#include <algorithm>
#include <tuple>

#include "hitokoe/base/bytes.h"

namespace hitokoe::matcher::sweep {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kGroup = 64;  // AES and look-ups in groups of so many

}  // namespace

Prober::Prober(const ProbePlan& plan, HitSink& out) : plan_(plan), out_(out) {
  for (const auto& carrier : plan.carriers) keys_.emplace_back(*carrier.key);
  if (plan.filter != nullptr) keys_.emplace_back(*plan.filter_key);
}

Prober::~Prober() {
  wipe(y_.data(), sizeof y_);
  wipe(z_.data(), sizeof z_);
}

void Prober::probe(const identity::Fingerprinter& hash, std::span<const HmacBlock> blocks,
                   std::size_t words, std::size_t n, crypto::Aes128Encryptor& key,
                   const Lookup& table) {
  const std::span<Block> z(z_);
  const std::span<Fingerprint> y(y_);
  // [begin, waiting) of z is encrypted and waits to be asked for.
  std::size_t begin = 0;
  std::size_t waiting = 0;
  const auto find = [&] {
    const std::size_t first = found_.size();
    table.find(z.subspan(begin, waiting - begin), found_);
    for (std::size_t i = first; i < found_.size(); ++i) {
      found_[i] += static_cast<std::uint32_t>(begin);
    }
  };
  for (std::size_t at = 0; at < n;) {
    const std::size_t end = std::min(n, at + kGroup);
    std::size_t fetched = begin;
    for (std::size_t lane = at; lane < end; lane += kLanes) {
      const std::size_t many = std::min(kLanes, end - lane);
      if (!blocks.empty()) {
        hash.of_blocks(blocks.subspan(lane, many), words, y.subspan(lane, many));
      }
      const std::size_t more = std::min(kLanes, waiting - fetched);
      table.prefetch(z.subspan(fetched, more));
      fetched += more;
    }
    table.prefetch(z.subspan(fetched, waiting - fetched));
    key.encrypt(y.subspan(at, end - at), z.subspan(at, end - at));
    find();
    begin = at;
    waiting = end;
    at = end;
  }
  table.prefetch(z.subspan(begin, waiting - begin));
  find();
}

void Prober::add_hits(std::size_t carrier, std::span<const std::uint32_t> tokens,
                      std::span<const FieldId> fields) {
  for (const std::uint32_t token : tokens) {
    hits_.push_back({token, static_cast<std::uint32_t>(carrier), fields[token], z_[token]});
  }
}

// Of those that the filter let through.
void Prober::ask_carriers(std::size_t epoch, std::span<const FieldId> fields) {
  passed_.swap(found_);
  if (passed_.empty()) return;
  passed_y_.clear();
  for (const std::uint32_t token : passed_) passed_y_.push_back(y_[token]);
  passed_z_.resize(passed_y_.size());
  for (std::size_t c = 0; c < plan_.carriers.size(); ++c) {
    const auto& carrier = plan_.carriers[c];
    if (carrier.epoch != epoch) continue;
    keys_[c].encrypt(passed_y_, passed_z_);
    carrier.table->prefetch(passed_z_);
    found_of_passed_.clear();
    carrier.table->find(passed_z_, found_of_passed_);
    for (const std::uint32_t i : found_of_passed_) {
      const std::uint32_t token = passed_[i];
      hits_.push_back({token, static_cast<std::uint32_t>(c), fields[token], passed_z_[i]});
    }
  }
}

void Prober::ask(std::size_t epoch, std::span<const HmacBlock> blocks, std::size_t words,
                 std::span<const FieldId> fields) {
  const identity::Fingerprinter& hash = *plan_.epochs[epoch];
  found_.clear();
  if (plan_.filter != nullptr) {
    probe(hash, blocks, words, fields.size(), keys_.back(), *plan_.filter);
    return ask_carriers(epoch, fields);
  }
  for (std::size_t c = 0; c < plan_.carriers.size(); ++c) {
    const auto& carrier = plan_.carriers[c];
    if (carrier.epoch != epoch) continue;
    found_.clear();
    probe(hash, blocks, words, fields.size(), keys_[c], *carrier.table);
    add_hits(c, found_, fields);
    blocks = {};  // hashed already
  }
}

void Prober::tell() {
  if (hits_.empty()) return;
  std::ranges::sort(hits_, {}, [](const ProbeHit& h) { return std::tuple(h.token, h.carrier); });
  out_.hits(hits_);
  hits_.clear();
}

void Prober::count(std::span<const FieldId> fields) {
  // A sum that was just written is waited for, and runs of one field are the rule: four in turn.
  for (std::size_t i = 0; i < fields.size(); ++i) {
    ++counts_[i % counts_.size()][static_cast<std::uint8_t>(fields[i])];
  }
}

std::array<std::uint64_t, 256> Prober::tokens() const {
  std::array<std::uint64_t, 256> out{};
  for (const auto& counts : counts_) {
    for (std::size_t f = 0; f < out.size(); ++f) out[f] += counts[f];
  }
  return out;
}

void Prober::take(std::span<const HmacBlock> blocks, std::span<const FieldId> fields,
                  std::size_t words) {
  count(fields);
  for (std::size_t epoch = 0; epoch < plan_.epochs.size(); ++epoch) {
    ask(epoch, blocks, words, fields);
  }
  tell();
}

void Prober::take_long(FieldId field, std::string_view canonical) {
  count({&field, 1});
  for (std::size_t epoch = 0; epoch < plan_.epochs.size(); ++epoch) {
    y_[0] = plan_.epochs[epoch]->of(field, canonical);
    ask(epoch, {}, 0, {&field, 1});
  }
  tell();
}

}  // namespace hitokoe::matcher::sweep
