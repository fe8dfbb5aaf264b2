// The index as the matcher uses it.
#pragma once

#include <memory>
#include <vector>

#include "hitokoe/identity/fingerprint.h"
#include "hitokoe/matcher/matcher.h"
#include "matcher/index/update.h"

namespace hitokoe::matcher {

class IndexImpl final : public Index {
 public:
  // kNotFound, kForbidden: a key of an epoch in use cannot be had.
  static Result<std::shared_ptr<const IndexImpl>> make(OpenIndex opened, identity::KeyStore& keys);
  IndexImpl() = default;  // empty

  std::uint64_t generation() const override { return opened_.manifest.generation; }
  std::uint64_t content() const override;
  Result<void> sound() const override;
  const Manifest& manifest() const { return opened_.manifest; }
  const std::optional<IndexFolder>& folder() const { return opened_.folder; }
  const std::vector<OpenCarrier>& carriers() const { return opened_.carriers; }
  const Filter* filter() const { return opened_.filter.get(); }
  const crypto::Aes128* k_filter() const { return opened_.k_filter.get(); }
  // One for each epoch in use, newest first; at most four.
  const std::vector<identity::Fingerprinter>& epochs() const { return epochs_; }

 private:
  OpenIndex opened_;
  std::vector<identity::Fingerprinter> epochs_;
};

}  // namespace hitokoe::matcher
