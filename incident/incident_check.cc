#include <algorithm>

#include "hitokoe/incident/incident_service.h"
#include "hitokoe/incident/moves.h"
#include "incident/canonical_json.h"
#include "incident/record_set.h"

namespace hitokoe::incident {
namespace {

AuditFinding rows_differ(std::uint64_t seq, std::string what) {
  return {AuditFinding::Kind::kRows, seq, std::move(what)};
}

using Place = std::pair<std::uint64_t, std::string>;  // event and exposure

// What the events say lies sealed: a move takes away what exposures that went had left here.
Result<std::map<Place, std::string>> named_by(std::span<const Event> events) {
  std::map<Place, std::string> out;
  for (const auto& e : events) {
    if (is_move(e.kind)) {
      TRY(const auto move, decode_move(e.body));
      std::erase_if(out, [&](const auto& named) {
        return std::ranges::find(move.gone, named.first.second) != move.gone.end();
      });
      for (const auto& [exposure, digest] : move.subjects) out[{e.seq, exposure}] = digest;
      continue;
    }
    TRY(const auto body, BodyReader::parse(e.body));
    const auto digest = body.text_or_empty("subjects_sha256");
    if (!digest.empty()) out[{e.seq, body.text_or_empty("exposure")}] = digest;
  }
  return out;
}

// Every event that brought subjects has exactly the chunks that it named.
Result<std::optional<AuditFinding>> check_chunks(IncidentStore& store, const std::string& id,
                                                 std::span<const Event> events) {
  std::map<Place, ChunkDigest> found;
  TRYV(store.each_chunk(id, [&](const SubjectChunk& chunk) -> Result<void> {
    found[{chunk.seq, chunk.exposure}].add(chunk);
    return ok();
  }));
  TRY(const auto named, named_by(events));
  for (const auto& [place, expected] : named) {
    const auto there = found.find(place);
    const std::string actual = there == found.end() ? "" : there->second.hex();
    if (expected != actual) {
      return rows_differ(place.first, id + ": the sealed subjects are not those of event " +
                                          std::to_string(place.first));
    }
    found.erase(place);
  }
  if (!found.empty()) {
    return rows_differ(found.begin()->first.first, id + ": sealed subjects belong to no event");
  }
  return std::optional<AuditFinding>();
}

}  // namespace

Result<std::optional<AuditFinding>> verify_incidents(IncidentStore& store, AuditLog& log) {
  const Viewer all("service", registry::Role::kAuditor, "");
  // Ids from the log, not from the tables: a table that lost one must be found.
  std::map<std::string, std::vector<Event>> streams;
  TRYV(log.for_each([&](const Event& e) -> Result<void> {
    if (e.stream.starts_with("incident/")) streams[e.stream].push_back(e);
    return ok();
  }));
  TRY(const auto ids, store.ids(all));
  for (auto& [stream, events] : streams) {
    TRY(auto folded, fold(events));
    const auto kept = store.load(all, folded.id);
    if (!kept && kept.error().code != Errc::kNotFound) return outcome::failure(kept.error());
    if (kept && kept.value().revision > folded.revision) {  // events came while this was reading
      TRY(events, log.read(stream));
      TRY(folded, fold(events));
    }
    if (!kept || !(kept.value() == folded)) {
      return rows_differ(events.back().seq, folded.id + ": the tables are not what its events say");
    }
    TRY(const auto chunks, check_chunks(store, folded.id, events));
    if (chunks) return chunks;
  }
  for (const auto& id : ids) {
    if (!streams.contains(stream_of(id))) {
      return rows_differ(0, id + ": the tables have it, the log does not");
    }
  }
  return std::optional<AuditFinding>();
}

}  // namespace hitokoe::incident
