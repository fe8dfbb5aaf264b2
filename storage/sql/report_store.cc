// Reports are folded from their events; there is no table beside the log. Who sees which carrier's
// reports is decided in the query that comes before.
#include "hitokoe/storage/duties.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/incident_tables.h"

namespace hitokoe::storage {
namespace sql {
namespace {

using incident::Event;
using incident::ReportChange;
using incident::ReportFile;
using registry::Role;
using registry::Viewer;

auto overtaken() {
  return fail(Errc::kConflict, "the report was changed meanwhile; read it again",
              "報告はその間に変更されました。読み直してください");
}

struct Scope {
  int everything = 0;
  std::string party;
};

Scope scope_of(const Viewer& viewer) {
  const bool all = viewer.role() == Role::kCoordinator || viewer.role() == Role::kAuditor;
  return {all ? 1 : 0, viewer.role() == Role::kParty ? viewer.party() : ""};
}

class SqlReportStore final : public incident::ReportStore {
 public:
  explicit SqlReportStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::vector<std::string>> carriers(const Viewer& viewer,
                                            const std::string& incident) override {
    TRY(auto tx, Transaction::read(*db_));
    const auto who = scope_of(viewer);
    return tx.column<std::string>(
        "SELECT DISTINCT controller FROM incident_count WHERE incident = :incident "
        "AND (:everything = 1 OR controller = :party) ORDER BY controller",
        incident, who.everything, who.party);
  }

  Result<ReportFile> load(const Viewer& viewer, const std::string& incident,
                          const std::string& carrier) override {
    TRY(auto tx, Transaction::read(*db_));
    const auto who = scope_of(viewer);
    TRY(const auto found,
        tx.value<std::string>(
            "SELECT controller FROM incident_count WHERE incident = :incident "
            "AND controller = :carrier AND (:everything = 1 OR controller = :party) LIMIT 1",
            incident, carrier, who.everything, who.party));
    if (!found) {
      return fail(Errc::kNotFound, "no such incident, or no such carrier in it",
                  "そのような事案がないか、その通信会社は関係していません");
    }
    TRY(const auto events, read_stream(tx, incident::report_stream(incident, carrier)));
    TRY(auto file, incident::fold_reports(incident, carrier, events));
    if (who.everything == 0) {
      for (auto& e : file.entries) e.by.clear();
      for (auto& v : file.versions) {
        v.by.clear();
        if (v.submitted) v.submitted->by.clear();
      }
    }
    return file;
  }

  Result<void> commit(const ReportChange& change, UtcTime at) override {
    const auto stream = incident::report_stream(change.incident, change.carrier);
    if (change.event.stream != stream) {
      return fail(Errc::kInternal, "report store: the event is not of this report",
                  "報告の保存: この報告の記録ではありません");
    }
    TRY(auto tx, Transaction::write(*db_));
    TRY(auto events, read_stream(tx, stream));
    if ((events.empty() ? 0 : events.back().seq) != change.revision) return overtaken();
    TRY(auto event, append_event(tx, change.event, at));
    events.push_back(std::move(event));
    TRYV(incident::fold_reports(change.incident, change.carrier, events));
    if (!change.clocks.empty()) {
      TRYV(complete_clocks(tx, change, at));
    }
    return tx.commit();
  }

 private:
  static Result<void> complete_clocks(Transaction& tx, const ReportChange& change, UtcTime at) {
    const auto stream = incident::stream_of(change.incident);
    TRY(auto events, read_stream(tx, stream));
    if (events.empty() || events.back().seq != change.incident_revision) return overtaken();
    for (const auto& draft : change.clocks) {
      if (draft.stream != stream) {
        return fail(Errc::kInternal, "report store: the event is not of this incident",
                    "報告の保存: この事案の記録ではありません");
      }
      TRY(auto event, append_event(tx, draft, at));
      events.push_back(std::move(event));
    }
    TRY(const auto folded, incident::fold(events));
    return write_incident(tx, folded, "none");  // no exposure changed
  }

  std::shared_ptr<Database> db_;
};

}  // namespace
}  // namespace sql

std::unique_ptr<incident::ReportStore> make_report_store(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlReportStore>(std::move(db));
}

}  // namespace hitokoe::storage
