// Finds the subject of a record that has no customer number.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "hitokoe/base/crypto/digest.h"
#include "matcher/index/entries.h"
#include "matcher/index/segment.h"

namespace hitokoe::matcher {

// A record is linked when values of two different strong fields lead to one and the same subject of
// the carrier's own customer base (docs/fingerprints.md).
class Linker {
 public:
  explicit Linker(std::shared_ptr<const Segment> segment);
  // The subject's z_ref. `z` belongs to `fields`.
  std::optional<Block> link(std::span<const FieldId> fields, std::span<const Block> z) const;

 private:
  std::shared_ptr<const Segment> segment_;
  std::vector<Ordinal> own_;
};

}  // namespace hitokoe::matcher
