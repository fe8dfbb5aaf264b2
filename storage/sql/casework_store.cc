#include "hitokoe/incident/casework.h"
#include "hitokoe/storage/sql.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using incident::Casework;
using registry::Viewer;
using sql::Transaction;

// Who may know of the incident may know of its casework: the same query as the incident's.
Result<void> must_be_known(Transaction& tx, const Viewer& viewer, const std::string& id) {
  const int all = viewer.sees_all_parties() ? 1 : 0;
  TRY(const auto row,
      (tx.value<std::string>("SELECT i.id FROM incident i WHERE i.id = :id AND (:all = 1 OR EXISTS "
                             "(SELECT 1 FROM incident_party p WHERE p.incident = i.id AND "
                             "p.party = :party))",
                             id, all, all == 1 ? std::string() : viewer.party())));
  if (row) return ok();
  return fail(Errc::kNotFound, "no such incident: " + id, "そのような事案はありません: " + id);
}

class SqlCaseworkStore final : public incident::CaseworkStore {
 public:
  explicit SqlCaseworkStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<Casework> load(const Viewer& viewer, const std::string& id) override {
    TRY(auto tx, Transaction::read(*db_));
    TRYV(must_be_known(tx, viewer, id));
    TRY(const auto events, sql::read_stream(tx, incident::casework_stream(id)));
    TRY(auto work, incident::fold_casework(id, events));
    return incident::visible_to(std::move(work), viewer);
  }

  // What the fold would refuse is not written: each stream that gets an event is folded with it.
  Result<void> commit(const std::string& id, std::uint64_t revision,
                      const std::vector<incident::Draft>& drafts, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto before, sql::read_stream(tx, incident::casework_stream(id)));
    if ((before.empty() ? 0 : before.back().seq) != revision) {
      return fail(Errc::kConflict, "the casework was changed meanwhile; read it again",
                  "対応の記録はその間に変更されました。読み直してください");
    }
    const std::string prefix = incident::casework_stream("");
    for (const auto& draft : drafts) {
      if (!draft.stream.starts_with(prefix)) {
        return fail(Errc::kInternal, "casework store: the event is not of casework",
                    "対応の保存: 対応の記録ではありません");
      }
      TRYV(sql::append_event(tx, draft, at));
      TRY(const auto events, sql::read_stream(tx, draft.stream));
      TRYV(incident::fold_casework(draft.stream.substr(prefix.size()), events));
    }
    return tx.commit();
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<incident::CaseworkStore> make_casework_store(std::shared_ptr<Database> db) {
  return std::make_unique<SqlCaseworkStore>(std::move(db));
}

}  // namespace hitokoe::storage
