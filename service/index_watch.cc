#include "service/index_watch.h"

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::service {
namespace {

// Changes when one of the keys that an index is made with does.
std::string state_of(const identity::KeyStore& keys) {
  using identity::KeyKind;
  std::string out;
  for (const auto& key : keys.list()) {
    if (key.kind != KeyKind::kEpoch && key.kind != KeyKind::kDelegation &&
        key.kind != KeyKind::kStore && key.kind != KeyKind::kIndex &&
        key.kind != KeyKind::kFilter) {
      continue;
    }
    out += std::string(to_string(key.kind)) + " " + key.name + " " +
           std::to_string(key.generation) + (key.destroyed ? " destroyed\n" : "\n");
  }
  return crypto::sha256_hex(as_bytes(out));
}

}  // namespace

Result<std::shared_ptr<const matcher::Index>> IndexWatch::current() {
  const std::lock_guard lock(mutex_);
  const auto generation = matcher::Index::generation_in(data_);
  if (!generation && generation.error().code == Errc::kNotFound) {
    index_ = matcher::Index::empty();
    return index_;
  }
  TRYV(generation);
  if (index_ && index_->generation() == generation.value() && key_state_ == state_of(keys_)) {
    // One that met a damaged block says nothing more, until it is made anew.
    TRYV(index_->sound());
    return index_;
  }
  // Opening may make the keys of caches: the state that counts is the one afterwards. A change in
  // between is seen at the next look, at the latest.
  index_.reset();
  TRY(index_, matcher::Index::open(data_, keys_));
  key_state_ = state_of(keys_);
  return index_;
}

}  // namespace hitokoe::service
