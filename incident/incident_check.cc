#include "hitokoe/incident/incident_service.h"
#include "incident/canonical_json.h"
#include "incident/record_set.h"

namespace hitokoe::incident {
namespace {

AuditFinding rows_differ(std::uint64_t seq, std::string what) {
  return {AuditFinding::Kind::kRows, seq, std::move(what)};
}

// Every event that brought subjects has exactly the chunks that it named.
Result<std::optional<AuditFinding>> check_chunks(IncidentStore& store, const std::string& id,
                                                 std::span<const Event> events) {
  std::map<std::uint64_t, ChunkDigest> found;
  TRYV(store.each_chunk(id, [&](const SubjectChunk& chunk) -> Result<void> {
    found[chunk.seq].add(chunk);
    return ok();
  }));
  for (const auto& e : events) {
    TRY(const auto body, BodyReader::parse(e.body));
    const std::string expected = body.text_or_empty("subjects_sha256");
    const auto there = found.find(e.seq);
    const std::string actual = there == found.end() ? "" : there->second.hex();
    if (expected != actual) {
      return rows_differ(
          e.seq, id + ": the sealed subjects are not those of event " + std::to_string(e.seq));
    }
    found.erase(e.seq);
  }
  if (!found.empty()) {
    return rows_differ(found.begin()->first, id + ": sealed subjects belong to no event");
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
