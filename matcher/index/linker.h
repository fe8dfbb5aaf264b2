// Finds the subject of a record that has no customer number. Of one thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

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
  std::optional<Block> link(std::span<const FieldId> fields, std::span<const Block> z);

 private:
  std::span<const std::uint32_t> own_subjects(const Block& z);

  std::shared_ptr<const Segment> segment_;
  std::vector<Ordinal> own_;
  std::vector<std::uint32_t> few_;                                       // scratch
  std::unordered_map<const Posting*, std::vector<std::uint32_t>> long_;  // by list
};

}  // namespace hitokoe::matcher
