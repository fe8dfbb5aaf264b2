// The SQL layer: one SQLite file in WAL mode with synchronous=FULL, or a database of a PostgreSQL
// server, behind the same repositories. Vendor types stay in storage/sql/.
#pragma once

#include <filesystem>
#include <memory>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/work_queue.h"
#include "hitokoe/incident/audit.h"
#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/incident/casework.h"
#include "hitokoe/incident/contribution_store.h"
#include "hitokoe/incident/incident_store.h"
#include "hitokoe/registry/registry_store.h"

namespace hitokoe::storage {

// An open database; migrations have run. Sessions inside are guarded by a mutex: thread-safe,
// short transactions. Several processes may have the file open (busy timeout 10 s).
class Database {
 public:
  // kCorrupt: not ours, or made by a newer version (the text names both versions).
  static Result<std::shared_ptr<Database>> open(const std::filesystem::path& file);
  static Result<std::shared_ptr<Database>> open_in_memory();  // for tests
  // A PostgreSQL server's; `where` is a libpq connection string. kUsage: not one; kUnavailable: no
  // server there, or it refuses; kUnsupported: older than 13, not UTF8 in the order of bytes, or
  // with fsync off; kCorrupt: as above. One connection; after it is lost, the next transaction asks
  // for a new one.
  static Result<std::shared_ptr<Database>> open_server(const std::string& where);
  // The one of a data folder: the server that its file `database` names, otherwise `hitokoe.db`.
  static Result<std::shared_ptr<Database>> open_in(const std::filesystem::path& data);
  ~Database();
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit Database(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

std::unique_ptr<registry::RegistryStore> make_registry_store(std::shared_ptr<Database> db,
                                                             const Clock& clock);
std::unique_ptr<crawler::Frontier> make_frontier(std::shared_ptr<Database> db);
std::unique_ptr<crawler::WorkQueue> make_work_queue(std::shared_ptr<Database> db);
std::unique_ptr<incident::AuditLog> make_audit_log(std::shared_ptr<Database> db);
std::unique_ptr<incident::IncidentStore> make_incident_store(std::shared_ptr<Database> db);
std::unique_ptr<incident::ContributionStore> make_contribution_store(std::shared_ptr<Database> db);
std::unique_ptr<incident::CaseworkStore> make_casework_store(std::shared_ptr<Database> db);
std::unique_ptr<incident::CampaignStore> make_campaign_store(std::shared_ptr<Database> db);

}  // namespace hitokoe::storage
