// What the steps of an exercise share: the world, the data folder with its opened stores, one agent
// a company, and the servers on loopback.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "drill/journal.h"
#include "drill/leak.h"
#include "drill/loopback.h"
#include "drill/world.h"
#include "hitokoe/base/async.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/drill/drill.h"
#include "hitokoe/identity/agent.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/campaign_service.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/registry/registry_store.h"
#include "hitokoe/storage/sql.h"

namespace hitokoe::drill {

class Context {
 public:
  // Makes world and leak from the seed, and the folder.
  static Result<std::unique_ptr<Context>> open(const DrillOptions& options, DrillParts parts);

  const DrillOptions options;
  const DrillParts parts;
  const World world;
  const Leak leak;
  Journal journal;
  MetricsRegistry metrics;
  SystemSleeper sleeper;

  std::filesystem::path data() const { return options.data; }
  std::filesystem::path folder() const { return options.data / "drill"; }
  std::filesystem::path company_folder(std::string_view company) const;
  std::filesystem::path customers_csv(const Holding& holding) const;
  std::filesystem::path hkf(const Holding& holding) const;
  std::filesystem::path sources_yaml() const { return folder() / "sources.yaml"; }

  // Whoever acts for the service in this exercise.
  registry::Viewer coordinator() const { return {"drill", registry::Role::kCoordinator, ""}; }

  // Each is made or opened on first use, and kept.
  Result<identity::KeyStore*> keys();
  Result<std::shared_ptr<storage::Database>> db();
  Result<identity::Agent*> agent(const std::string& company);
  Result<const registry::Registry*> registry();  // as applied
  Result<Loopback*> loopback();
  Result<crawler::CaptureStore*> captures();
  Result<incident::IncidentService*> incidents();
  Result<incident::CampaignService*> campaigns();
  Result<incident::CampaignStore*> campaign_store();

  // The incident that the leak opened, and its campaign. kNotFound before their steps.
  Result<incident::IncidentView> incident();
  Result<std::string> campaign();

  const SecretText& passphrase() const { return passphrase_; }
  void say_progress(const std::string& text) const { options.progress(text); }

 private:
  Context(const DrillOptions& o, DrillParts p, Journal j, SecretText passphrase);

  SecretText passphrase_;
  std::optional<identity::KeyStore> keys_;
  std::shared_ptr<storage::Database> db_;
  std::map<std::string, identity::Agent> agents_;
  std::optional<registry::Registry> registry_;
  std::unique_ptr<Loopback> loopback_;
  std::unique_ptr<crawler::CaptureStore> captures_;
  std::optional<incident::ClockRules> rules_;
  std::optional<incident::Holidays> holidays_;
  std::unique_ptr<incident::IncidentStore> incident_store_;
  std::unique_ptr<incident::ContributionStore> contributions_;
  std::optional<incident::IncidentService> incidents_;
  std::unique_ptr<incident::CampaignStore> campaign_store_;
  std::optional<incident::CampaignService> campaigns_;
};

}  // namespace hitokoe::drill
