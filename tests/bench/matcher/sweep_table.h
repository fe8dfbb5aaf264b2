// A table of any number of keys, made in memory: lines, tags and the search of a line as
// matcher/index has them, without files. What is not planted is random, as AES leaves it.
#pragma once

#include <span>
#include <vector>

#include "hitokoe/base/huge_pages.h"
#include "matcher/index/segment.h"
#include "matcher/sweep/prober.h"

namespace hitokoe::bench {

class MadeTable final : public matcher::sweep::Lookup {
 public:
  MadeTable(std::uint64_t keys, std::span<const crypto::Block> planted);
  void prefetch(std::span<const crypto::Block> z) const override;
  void find(std::span<const crypto::Block> z, std::vector<std::uint32_t>& found) const override;
  std::uint64_t bytes() const { return lines_.size() * 64 + keys_.size() * 16; }

 private:
  bool has(const matcher::KeyItem& z) const;

  HugeVector<matcher::Line> lines_;
  HugeVector<crypto::Block> keys_;
};

}  // namespace hitokoe::bench
