// Who is affected, asked one by one: an incident's subjects as a set in memory, since a call must
// not read millions of sealed rows. Internal to the desk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/identity/field_set.h"
#include "hitokoe/incident/incident_store.h"

namespace hitokoe::incident::desk {

// Immutable. 16 bytes a subject (138 MB for 8.6 million): 64 bits of a keyed hash, and its items.
// No fingerprint stands in memory. P(an answer for somebody else) is 5e-13 at 8.6 million.
class AffectedSet {
 public:
  // Adds the chunks after `before`'s last one to it; null: all. kCorrupt, kIo.
  static Result<std::shared_ptr<const AffectedSet>> read(IncidentStore& store, const Key256& key,
                                                         const std::string& incident,
                                                         const AffectedSet* before);
  // What leaked of this customer; nothing: not affected. O(log size).
  std::optional<identity::FieldSet> find(const std::string& controller,
                                         const identity::Fingerprint& y_ref) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t tag;
    std::uint64_t items;
  };
  explicit AffectedSet(const Key256& key) : tagger_(key.expose()) {}
  std::uint64_t tag_of(const std::string& controller, const identity::Fingerprint& y_ref) const;

  crypto::Hmac tagger_;
  std::vector<Entry> entries_;  // by tag
  std::uint64_t last_ = 0;      // seq of the last event whose chunks are in it
};

// The sets of the incidents that were asked for last. One thread at a time.
class AffectedSets {
 public:
  static constexpr std::size_t kKept = 4;
  explicit AffectedSets(IncidentStore& store) : store_(store) {}
  // Of the incident as it stands at this revision.
  Result<std::shared_ptr<const AffectedSet>> of(const Incident& incident, const Key256& key);

 private:
  struct Kept {
    std::shared_ptr<const AffectedSet> set;
    std::uint64_t revision = 0;
    std::uint64_t used = 0;
  };
  IncidentStore& store_;
  std::map<std::string, Kept> kept_;
  std::uint64_t uses_ = 0;
};

}  // namespace hitokoe::incident::desk
