// Who is in which exposure, from the sealed subjects; counted anew as if the exposures had always
// been together.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/moves.h"
#include "incident/record_set.h"

namespace hitokoe::incident::moves {

class People {
 public:
  // Adds the subjects of `incident` whose exposure `wanted` says (all where it is empty).
  Result<void> add(IncidentStore& store, identity::KeyStore& keys, const std::string& incident,
                   const std::set<std::string>& wanted);

  // PeopleCount as the fold makes them, in order of time: each person once, from the exposure in
  // which it was first seen on.
  std::vector<PeopleCount> counts(const Contents& contents);
  // The fields of all people of these exposures, by carrier.
  std::map<std::string, std::set<identity::FieldId>> items(const Contents& contents) const;
  // How many subjects of `exposure` are in one of `others`, too.
  std::uint64_t shared(const std::string& exposure, const std::set<std::string>& others);
  // Subjects of exposures in `left` that are in none of the contents, each once.
  std::vector<SubjectKey> only_in(const std::set<std::string>& left, const Contents& contents);

 private:
  struct Seen {
    std::uint32_t carrier = 0, exposure = 0;
    identity::Fingerprint y_ref{};
    auto who() const { return std::tie(carrier, y_ref); }
  };
  std::uint32_t number(std::vector<std::string>& of,
                       std::unordered_map<std::string, std::uint32_t>& known,
                       const std::string& name);
  void sort();

  std::vector<std::string> carriers_, exposures_;
  std::unordered_map<std::string, std::uint32_t> carrier_numbers_, exposure_numbers_;
  std::vector<Seen> seen_;  // people, no decoys
  bool sorted_ = true;
  std::map<std::pair<std::string, std::string>, std::set<identity::FieldId>>
      items_;  // by exposure, carrier
};

// The chunks of `wanted` of one incident, sealed anew for another; and the digest of each.
struct Resealed {
  std::vector<SubjectChunk> chunks;
  std::map<std::string, std::string> digests;  // by exposure
};
Result<Resealed> reseal(IncidentStore& store, identity::KeyStore& keys, Random& random,
                        const std::string& from, const std::string& to,
                        const std::set<std::string>& wanted);

}  // namespace hitokoe::incident::moves
