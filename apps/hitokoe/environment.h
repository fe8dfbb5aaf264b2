// What every command of `hitokoe` gets: where the data are, and the injected parts.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hitokoe/base/language.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/registry/model.h"
#include "hitokoe/registry/viewer.h"
#include "hitokoe/storage/sql.h"

namespace CLI {
class App;
}

namespace hitokoe::app {

struct Environment {
  std::filesystem::path data;    // --data, HITOKOE_DATA, ./var where that exists, /var/lib/hitokoe
  bool data_given = false;       // by --data or HITOKOE_DATA
  std::filesystem::path config;  // --config
  bool json = false;
  Language language = Language::kEnglish;
  const Clock& clock;
  Random& random;
  Logger log;
  // What --help says of a command or option.
  std::string text(std::string_view ja, std::string_view en) const {
    return std::string(say(language, ja, en));
  }

  // Set by the callback of the chosen command; gives the exit code.
  std::function<Result<int>()> action;

  Result<identity::KeyStore> open_key_store();  // environment_keys.cc
  // Whoever can open the key store is the operator with all keys: "local:<login name>".
  registry::Viewer local_viewer(const identity::KeyStore& opened) const;  // environment_keys.cc
  Result<std::shared_ptr<storage::Database>> open_database();             // environment_storage.cc
  Result<registry::Registry> load_registry();                             // environment_storage.cc
};

// Each adds its commands to `app`: one file `commands_<area>.cc` each.
void add_text_commands(CLI::App& app, Environment& env);
void add_key_commands(CLI::App& app, Environment& env);
void add_registry_commands(CLI::App& app, Environment& env);
void add_index_commands(CLI::App& app, Environment& env);
void add_terms_commands(CLI::App& app, Environment& env);
void add_alerts_commands(CLI::App& app, Environment& env);
void add_hunt_commands(CLI::App& app, Environment& env);
void add_scan_commands(CLI::App& app, Environment& env);
void add_sweep_commands(CLI::App& app, Environment& env);
void add_crawl_commands(CLI::App& app, Environment& env);
void add_incident_commands(CLI::App& app, Environment& env);
void add_audit_commands(CLI::App& app, Environment& env);
void add_campaign_commands(CLI::App& app, Environment& env);
void add_user_commands(CLI::App& app, Environment& env);
void add_serve_commands(CLI::App& app, Environment& env);
void add_drill_commands(CLI::App& app, Environment& env);
void add_evaluate_commands(CLI::App& app, Environment& env);

}  // namespace hitokoe::app
