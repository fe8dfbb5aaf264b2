// Finds the subject of a record that has no customer number. Of one thread.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "matcher/index/entries.h"
#include "matcher/index/segment.h"
#include "matcher/resolve/agreement.h"

namespace hitokoe::matcher {

// A record is linked to the one subject of the carrier's own customer base that fits it best, where
// a leaked row with the same values would be resolved to it (agreement.h). A leaked row may be
// anybody's; a record of a handover is one of the carrier's customers, so that here a single value
// is enough which hardly two of them share: a strong one but the telephone (numbers are given out
// again), or a name with birth date, postal code or block.
//
// Of weak values a file without numbers has no tags that can be compared, but for those in a
// linkage key: where the key of name and telephone is the same, so is the name.
class Linker {
 public:
  struct Link {
    Block z_ref{};
    // The subject's check tags of the values that the record was seen to have, too; each once.
    std::vector<std::pair<FieldId, std::uint32_t>> tags;
  };

  explicit Linker(std::shared_ptr<const Segment> segment);
  // nullptr: nobody, or not one alone. `z` belongs to `fields`. Valid until the next call. One
  // look-up for each key.
  const Link* link(std::span<const FieldId> fields, std::span<const Block> z);

 private:
  struct Hit {
    std::uint32_t subject;
    FieldId field;
    Klass klass;  // snapshots that had the value there
    auto operator<=>(const Hit&) const = default;
  };
  std::span<const Posting> own_postings(const Block& z);
  std::span<const Hit> hits_of(std::size_t first) const;
  Agreement agreement_of(std::span<const Hit> hits, bool named) const;
  void take_tags(std::span<const Hit> hits);
  bool own_in_both(Klass a, Klass b) const;

  std::shared_ptr<const Segment> segment_;
  std::vector<Ordinal> own_;
  std::unordered_map<const Posting*, std::vector<Posting>> long_;  // by list
  // Scratch.
  std::vector<Posting> few_;
  std::vector<Hit> hits_;
  std::vector<Agreement> candidates_;
  Link link_;
};

}  // namespace hitokoe::matcher
