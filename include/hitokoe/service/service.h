// `hitokoe serve`: the crawler, the matcher, the look at the deadlines, and the API with the
// console, under one io_context. One process runs all of it, or only some roles.
//
// Stopping loses nothing: what was captured stays in the queue until what it led to is durable.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/random.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/incident/retention.h"
#include "hitokoe/service/config.h"
#include "hitokoe/service/shared_queues.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::service {

struct Roles {
  bool crawler = true;
  bool matcher = true;
  bool incident = true;  // deadlines and the signing of the audit log
  bool api = true;

  // From "crawler", "matcher", "incident", "api"; none: all. kUsage.
  static Result<Roles> parse(const std::vector<std::string>& names);
};

struct ServiceParts {
  std::filesystem::path data;
  identity::KeyStore& keys;
  std::shared_ptr<storage::Database> db;
  const Clock& clock;
  Random& random;
  Logger log;
  std::optional<incident::LegalRules> rules{};         // serve(): none: those that were built in
  std::optional<incident::RetentionPlan> retention{};  // none: the one that was built in
  // When people are told of deadlines; none: as it was built in.
  std::optional<incident::EscalationPlan> escalation{};
  SharedQueues shared{};  // serve(): what config.redis says
};

// Runs on the io_context's one thread. Everything given by reference outlives it.
class Service {
 public:
  // `parts.rules` is given.
  Service(const asio::any_io_executor& executor, ServiceParts parts, Config config, Roles roles);
  ~Service();  // after stop() has returned
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // kBadInput: a source's configuration; kUnavailable: the address to listen on is taken;
  // kConflict: another process has one of the roles (but the API) on this data folder. stop() is
  // needed after an error, too: some of it may run.
  Result<void> start();

  // Where API and console are; empty without the role.
  std::string base_url() const;

  // Ends everything in good order: requests that run are answered, the capture that is being
  // matched is finished, the audit log is signed.
  Task<void> stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Runs a service until SIGTERM or SIGINT. `ready` is called once, when it answers.
Result<void> serve(ServiceParts parts, Config config, Roles roles,
                   const std::function<void(const std::string& base_url)>& ready);

}  // namespace hitokoe::service
