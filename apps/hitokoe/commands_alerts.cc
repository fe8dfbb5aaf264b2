#include <CLI/CLI.hpp>
#include <iostream>

#include "apps/hitokoe/alert_tables.h"
#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/incident_desk.h"
#include "hitokoe/incident/json_list.h"
#include "hitokoe/storage/alerts.h"

namespace hitokoe::app {
namespace {

using incident::AlertState;

struct AlertArguments {
  std::string state, term, hunt, after, id, note;
  std::size_t limit = 100;
};

Result<int> list(Environment& env, const AlertArguments& o) {
  incident::AlertFilter filter;
  if (!o.state.empty()) {
    TRY(filter.state, incident::alert_state_by_name(o.state));
  }
  filter.term = o.term;
  filter.hunt = o.hunt;
  if (!o.after.empty()) filter.after = o.after;
  filter.limit = o.limit;
  TRY(const auto desk, open_incident_desk(env));
  const auto store = storage::make_alert_store(desk->db);
  TRY(const auto alerts, store->list(desk->viewer, filter));
  if (env.json) {
    std::cout << incident::json_list("alerts", alerts) << '\n';
  } else {
    for (const auto& a : alerts) print_alert(std::cout, a, env.language);
    if (alerts.empty()) std::cerr << say(env.language, "警報はありません\n", "no alerts\n");
  }
  bool open = false;
  for (const auto& a : alerts) open = open || (a.state == AlertState::kOpen && !a.muted);
  return open ? 1 : 0;
}

Result<int> change(Environment& env, const AlertArguments& o, AlertState to) {
  TRY(const auto desk, open_incident_desk(env));
  const auto store = storage::make_alert_store(desk->db);
  TRY(const auto alert, store->change(desk->viewer, o.id, to, o.note, env.clock.now()));
  TRYV(desk->sign(env));
  if (env.json) {
    std::cout << incident::to_json(alert) << '\n';
  } else {
    print_alert(std::cout, alert, env.language);
  }
  return 0;
}

}  // namespace

void add_alerts_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand("alerts", env.text("監視語の警報", "Alerts of watch terms"));
  group->require_subcommand(1);
  auto o = std::make_shared<AlertArguments>();
  auto* list_command =
      group->add_subcommand("list", env.text("警報の一覧、新しい順。未対応があれば終了コード 1",
                                             "Alerts, newest first; exit 1 where one is open"));
  list_command->add_option("--state", o->state,
                           env.text("open、acknowledged、closed", "open, acknowledged or closed"));
  list_command->add_option("--term", o->term, env.text("監視語の ID", "Id of a term"));
  list_command->add_option("--hunt", o->hunt, env.text("遡及調査の番号", "Number of a hunt"));
  list_command->add_option("--after", o->after,
                           env.text("この警報より前のもの（次の頁）", "Those before this alert"));
  list_command->add_option("--limit", o->limit, env.text("件数、1～1000", "How many, 1 to 1000"))
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  list_command->callback([&env, o] { env.action = [&env, o] { return list(env, *o); }; });
  for (const auto& [name, to, ja, en] :
       {std::tuple("ack", AlertState::kAcknowledged, "対応を始めたと記録する",
                   "Record that somebody looks at it"),
        std::tuple("close", AlertState::kClosed, "終了と記録する", "Record that it is over"),
        std::tuple("reopen", AlertState::kOpen, "未対応に戻す", "Open it again")}) {
    auto* command = group->add_subcommand(name, env.text(ja, en));
    command->add_option("ALERT", o->id, env.text("警報の番号（ALR-…）", "Number, ALR-…"))
        ->required();
    command->add_option("--note", o->note,
                        env.text("理由。顧客の情報は書かない", "Why; no customer data"));
    command->callback(
        [&env, o, to = to] { env.action = [&env, o, to] { return change(env, *o, to); }; });
  }
}

}  // namespace hitokoe::app
