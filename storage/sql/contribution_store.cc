#include "hitokoe/incident/contribution_store.h"

#include "hitokoe/storage/sql.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace sql {
namespace {

class SqlContributionStore final : public incident::ContributionStore {
 public:
  explicit SqlContributionStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> put(const std::string& incident, const std::string& exposure,
                   ByteView sealed) override {
    TRY(auto tx, Transaction::write(*db_));
    TRYV(
        tx.run("INSERT INTO incident_contribution (incident, exposure, sealed) "
               "VALUES (:incident, :exposure, :sealed) ON CONFLICT (incident, exposure) "
               "DO UPDATE SET sealed = excluded.sealed",
               incident, exposure, Bytes(sealed.begin(), sealed.end())));
    return tx.commit();
  }

  Result<void> each(
      const std::string& incident,
      const std::function<Result<void>(const std::string&, ByteView)>& visit) override {
    std::vector<std::string> exposures;
    {
      TRY(auto tx, Transaction::read(*db_));
      TRY(exposures, tx.column<std::string>("SELECT exposure FROM incident_contribution "
                                            "WHERE incident = :incident ORDER BY exposure",
                                            incident));
    }
    for (const auto& exposure : exposures) {
      std::optional<Bytes> sealed;
      {
        TRY(auto tx, Transaction::read(*db_));
        TRY(sealed, tx.value<Bytes>("SELECT sealed FROM incident_contribution "
                                    "WHERE incident = :incident AND exposure = :exposure",
                                    incident, exposure));
      }
      if (sealed) {
        TRYV(visit(exposure, *sealed));
      }
    }
    return ok();
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace
}  // namespace sql

std::unique_ptr<incident::ContributionStore> make_contribution_store(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlContributionStore>(std::move(db));
}

}  // namespace hitokoe::storage
