#include "hitokoe/incident/incident_store.h"

#include <algorithm>

#include "storage/sql/audit_log.h"
#include "storage/sql/incident_moves.h"
#include "storage/sql/incident_tables.h"

namespace hitokoe::storage {
namespace sql {
namespace {

using incident::Event;
using incident::Incident;
using incident::IncidentChange;
using incident::SubjectChunk;
using registry::Viewer;

Result<std::uint64_t> revision_of_all(Transaction& tx) {
  TRY(const auto newest,
      tx.value<std::uint64_t>("SELECT COALESCE(MAX(revision), 0) FROM incident"));
  return newest.value_or(0);
}

auto overtaken() {
  return fail(Errc::kConflict, "the incident was changed meanwhile; read it again",
              "事案はその間に変更されました。読み直してください");
}

class SqlIncidentStore final : public incident::IncidentStore {
 public:
  explicit SqlIncidentStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::uint64_t> revision() override {
    TRY(auto tx, Transaction::read(*db_));
    return revision_of_all(tx);
  }

  Result<std::vector<std::string>> ids(const Viewer& viewer) override {
    TRY(auto tx, Transaction::read(*db_));
    const int all = viewer.sees_all_parties() ? 1 : 0;
    return tx.column<std::string>(
        "SELECT id FROM incident i WHERE :all = 1 OR EXISTS (SELECT 1 FROM incident_party p "
        "WHERE p.incident = i.id AND p.party = :party) ORDER BY opened, id",
        all, all == 1 ? std::string() : viewer.party());
  }

  Result<Incident> load(const Viewer& viewer, const std::string& id) override {
    TRY(auto tx, Transaction::read(*db_));
    return read_incident(tx, viewer, id);
  }

  Result<Event> commit(const IncidentChange& change, UtcTime at) override {
    const std::string stream = incident::stream_of(change.incident);
    if (change.event.stream != stream) {
      return fail(Errc::kInternal, "incident store: the event is not of this incident",
                  "事案の保存: この事案の記録ではありません");
    }
    TRY(auto tx, Transaction::write(*db_));
    if (change.all) {
      TRY(const auto now, revision_of_all(tx));
      if (now != *change.all) return overtaken();
    }
    TRY(auto events, read_stream(tx, stream));
    if ((events.empty() ? 0 : events.back().seq) != change.revision) return overtaken();
    TRY(auto event, append_event(tx, change.event, at));
    for (const auto& chunk : change.subjects) {
      TRYV(
          tx.run("INSERT INTO incident_subjects (incident, seq, number, controller, exposure, "
                 "people, sealed) VALUES (:incident, :seq, :number, :controller, :exposure, "
                 ":people, :sealed)",
                 change.incident, event.seq, chunk.number, chunk.controller, chunk.exposure,
                 chunk.count, chunk.sealed));
    }
    events.push_back(event);
    TRY(const auto folded, incident::fold(events));
    TRYV(write_incident(tx, folded, changed_exposure(event)));
    TRYV(tx.commit());
    return event;
  }

  Result<void> each_chunk(const std::string& id,
                          const std::function<Result<void>(const SubjectChunk&)>& each) override {
    // The list first, then chunk by chunk, so that the database is not held while they are opened.
    std::vector<std::tuple<std::uint64_t, std::uint32_t>> keys;
    {
      TRY(auto tx, Transaction::read(*db_));
      TRY(keys, (tx.rows<std::uint64_t, std::uint32_t>(
                    "SELECT seq, number FROM incident_subjects WHERE incident = :id "
                    "ORDER BY seq, number",
                    id)));
    }
    for (const auto& [seq, number] : keys) {
      SubjectChunk chunk;
      chunk.seq = seq;
      chunk.number = number;
      {
        TRY(auto tx, Transaction::read(*db_));
        TRY(auto row, (tx.row<std::string, std::string, std::uint32_t, Bytes>(
                          "SELECT controller, exposure, people, sealed FROM incident_subjects "
                          "WHERE incident = :id AND seq = :seq AND number = :number",
                          id, seq, number)));
        if (!row) continue;
        std::tie(chunk.controller, chunk.exposure, chunk.count, chunk.sealed) = std::move(*row);
      }
      TRYV(each(chunk));
    }
    return ok();
  }

  Result<void> rebuild() override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto streams,
        tx.column<std::string>("SELECT DISTINCT stream FROM audit_event "
                               "WHERE stream >= 'incident/' AND stream < 'incident0'"));
    TRYV(clear_incidents(tx));
    TRYV(clear_moves(tx));
    for (const auto& stream : streams) {
      TRY(const auto events, read_stream(tx, stream));
      TRY(const auto folded, incident::fold(events));
      TRYV(write_incident(tx, folded, ""));
      for (const auto& event : events) {
        TRYV(write_move(tx, folded.id, event));
      }
    }
    return tx.commit();
  }

 private:
  // Which exposure an event is about; the others' rows stay as they are. Events about none name one
  // that does not exist.
  static std::string changed_exposure(const Event& event) {
    const auto record = incident::decode_exposure(event.body);
    return record ? record.value().id : std::string("none");
  }

  std::shared_ptr<Database> db_;
};

}  // namespace
}  // namespace sql

std::unique_ptr<incident::IncidentStore> make_incident_store(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlIncidentStore>(std::move(db));
}

}  // namespace hitokoe::storage
