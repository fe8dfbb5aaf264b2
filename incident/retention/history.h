// What the events of "retention/INC-…" say. Internal to the retention.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>

#include "hitokoe/incident/retention.h"

namespace hitokoe::incident::retention {

std::string stream_of(std::string_view incident);

struct History {
  std::optional<LegalHold> hold;  // the newest that was not released
  struct Intent {
    std::string key_kind, key_name, by;
    std::uint64_t records = 0;
    JstDay due{};
  };
  using Key = std::pair<KeptKind, std::string>;  // of the key, its name
  std::map<Key, Intent> begun;                   // and not ended
  std::map<Key, Destruction> destroyed;

  // Does the hold stop a destruction on this day?
  bool held(JstDay today) const { return hold && today <= hold->until; }
};
// kCorrupt: an event that no retention has.
Result<History> fold(std::span<const Event> events);

}  // namespace hitokoe::incident::retention
