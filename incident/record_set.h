// The affected subjects of a report or an incident, and how they lie sealed in chunks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "hitokoe/incident/incident_store.h"

namespace hitokoe::incident {

struct SubjectKey {
  std::string controller;
  identity::Fingerprint y_ref{};
  friend auto operator<=>(const SubjectKey&, const SubjectKey&) = default;
};

struct SubjectRecord {
  bool canary = false;  // a decoy: joins and opens, is no person
  std::set<identity::FieldId> items;
  std::set<std::uint64_t> rows;
};

using RecordSet = std::map<SubjectKey, SubjectRecord>;

// A leaked row's number, the same for every carrier: 32 bits of the exposure, 32 of the row.
// A subject keeps at most kMaxRows of its rows, the smallest.
inline constexpr std::size_t kMaxRows = 64;
std::uint64_t row_key(std::string_view exposure, std::uint64_t row);

// kBadInput: a subject without a carrier, or a row number of 2^32 or more.
Result<RecordSet> record_set(const matcher::ScanReport& report, std::string_view exposure);

// What `report` adds to what is known: subjects that are new or have new items, and whoever shares
// a row with them (so that persons can be joined across carriers through that row).
RecordSet additions(const RecordSet& report, const RecordSet& known);

// 50,000 subjects are about 2 MB.
inline constexpr std::size_t kChunkSubjects = 50'000;

// Numbers count on from `first_number` within the event.
std::vector<SubjectChunk> seal_chunks(const RecordSet& set, const Key256& key,
                                      std::string_view incident, std::string_view exposure,
                                      Random& random, std::uint32_t first_number = 0);
// Calls `each` with every subject of the chunk. kCorrupt.
Result<void> open_chunk(const SubjectChunk& chunk, const Key256& key, std::string_view incident,
                        const std::function<void(SubjectKey, SubjectRecord)>& each);

// Over the chunks of one event in order: what `subjects_sha256` holds.
class ChunkDigest {
 public:
  void add(const SubjectChunk& chunk);
  std::string hex() { return to_hex(hash_.finish()); }

 private:
  crypto::Sha256 hash_;
};

}  // namespace hitokoe::incident
