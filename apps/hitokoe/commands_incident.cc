#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/casework_commands.h"
#include "apps/hitokoe/duty_commands.h"
#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/incident_explanation.h"
#include "apps/hitokoe/incident_option.h"
#include "apps/hitokoe/incident_tables.h"
#include "apps/hitokoe/load_config.h"
#include "apps/hitokoe/scan_explanation.h"
#include "hitokoe/storage/duties.h"
#include "hitokoe/storage/moves.h"

namespace hitokoe::app {
namespace {

using incident::IncidentView;

void warn_of_holidays(const Environment& env, const IncidentDesk& desk) {
  const auto today = jst_day(env.clock.now());
  if (const auto text = desk.rules.holidays.warning(today, env.language)) {
    std::cerr << say(env.language, "警告: ", "warning: ") << *text << '\n';
  }
}

Result<int> list(Environment& env, const std::string& state) {
  if (!state.empty()) {
    TRYV(incident::state_by_name(state));
  }
  TRY(const auto desk, open_incident_desk(env));
  TRY(auto views, desk->service(env).list(desk->viewer));
  if (!state.empty()) {
    std::erase_if(views, [&](const IncidentView& v) { return to_string(v.state) != state; });
  }
  warn_of_holidays(env, *desk);
  if (env.json) {
    std::cout << incidents_to_json(views, desk->rules.holidays.warning(jst_day(env.clock.now()),
                                                                       Language::kEnglish))
              << '\n';
  } else {
    print_incidents(std::cout, views, env.language);
  }
  bool overdue = false;
  for (const auto& v : views) overdue = overdue || v.overdue();
  return overdue ? 1 : 0;
}

// With --json the object of /api/v1/incidents/{id}/attribution, as it is there.
Result<int> explain(Environment& env, const std::string& id) {
  TRY(const auto desk, open_incident_desk(env));
  TRY(const auto why, desk->service(env).attribution(desk->viewer, id));
  if (env.json) {
    std::cout << why << '\n';
    return 0;
  }
  TRY(const auto report, explained_report(why));
  if (report.holders.empty() && report.summary.en.empty()) {
    std::cout << say(env.language, "この事案の判定の根拠は残っていません。",
                     "No explanation is kept of this incident.")
              << '\n';
    return 0;
  }
  show_explanation(std::cout, env.language, report);
  std::cout << '\n';
  show_sources(std::cout, env.language, report);
  return 0;
}

Result<int> show(Environment& env, const std::string& id) {
  TRY(const auto desk, open_incident_desk(env));
  TRY(const auto view, desk->service(env).show(desk->viewer, id));
  TRY(const auto steps, storage::make_escalation_store(desk->db)->list(desk->viewer, id));
  TRY(const auto config, load_config(env));
  TRY(const auto plan, load_escalation_plan(env, desk->rules.clocks, config));
  const auto coming = incident::coming_steps(view, plan, env.clock.now());
  TRY(const auto judging, storage::make_due_verdicts(desk->db)->of(desk->viewer, id));
  warn_of_holidays(env, *desk);
  if (env.json) {
    std::cout << incident::with_judging(incident_with_escalations(view, steps, coming), judging)
              << '\n';
  } else {
    print_incident(std::cout, view, env.language);
    if (judging) print_judging(std::cout, *judging, env.language);
    print_escalations(std::cout, steps, coming, env.language);
  }
  return view.overdue() ? 1 : 0;
}

struct AdvanceOptions {
  std::string incident, state, note, done, controller, delegator, known_at, reason;
  std::vector<std::string> facts;
};

Result<std::pair<incident::Fact, std::uint64_t>> parse_fact(const std::string& text) {
  const auto at = text.find('=');
  if (at == std::string::npos)
    return fail(Errc::kUsage, "--fact NAME=yes, NAME=no or NAME=NUMBER",
                "--fact は 名前=yes、名前=no、名前=数 のいずれか");
  TRY(const auto fact, incident::fact_by_name(text.substr(0, at)));
  const std::string value = text.substr(at + 1);
  const bool number = fact == incident::Fact::kPossiblePeople;
  if (!number && (value == "yes" || value == "no"))
    return std::pair(fact, value == "yes" ? 1UL : 0UL);
  const bool digits = !value.empty() && value.size() < 12 &&
                      value.find_first_not_of("0123456789") == std::string::npos;
  if (!number || !digits) {
    return fail(Errc::kUsage,
                number ? Words{"--fact possible_people=NUMBER", "--fact possible_people=数"}
                       : Words{"--fact NAME=yes or NAME=no", "--fact は 名前=yes または 名前=no"});
  }
  return std::pair(fact, static_cast<std::uint64_t>(std::stoull(value)));
}

// What is wrong is told before anything is done; then each step is an event of its own.
Result<int> advance(Environment& env, const AdvanceOptions& o) {
  if (o.state.empty() && o.done.empty() && o.known_at.empty() && o.facts.empty()) {
    return fail(Errc::kUsage,
                "incident advance: nothing to do; give --to, --done, --known-at or --fact",
                "incident advance: することがありません。--to、--done、--known-at、--fact "
                "のいずれかを指定してください");
  }
  if ((!o.done.empty() || !o.known_at.empty()) && o.controller.empty()) {
    return fail(Errc::kUsage, "incident advance: --done and --known-at need --controller",
                "incident advance: --done と --known-at には --controller が必要");
  }
  std::optional<incident::State> to;
  if (!o.state.empty()) {
    TRY(to, incident::state_by_name(o.state));
  }
  UtcTime known{};
  if (!o.known_at.empty()) {
    TRY(known, parse_utc(o.known_at));
  }
  std::vector<std::pair<incident::Fact, std::uint64_t>> facts;
  for (const auto& text : o.facts) {
    TRY(const auto fact, parse_fact(text));
    facts.push_back(fact);
  }

  TRY(const auto desk, open_incident_desk(env));
  auto service = desk->service(env);
  const auto& viewer = desk->viewer;
  for (const auto& [fact, value] : facts) {
    TRYV(service.set_fact(viewer, o.incident, fact, value, o.controller, o.reason));
  }
  if (!o.known_at.empty()) {
    TRYV(service.set_known_at(viewer, o.incident, o.controller, known, o.reason));
  }
  if (!o.done.empty()) {
    TRYV(service.clock_done(viewer, o.incident, o.done, o.controller, o.note, o.delegator));
  }
  if (to) {
    TRYV(service.advance(viewer, o.incident, *to, o.note));
  }
  TRYV(desk->sign(env));

  TRY(const auto view, service.show(viewer, o.incident));
  if (env.json) {
    std::cout << to_json(view) << '\n';
  } else {
    print_incident(std::cerr, view, env.language);
  }
  return 0;
}

}  // namespace

void add_incident_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "incident", env.text("事案：発生、現在の状態、期限",
                           "Incidents: what opened, where it stands, what is due"));
  group->require_subcommand(1);

  auto state = std::make_shared<std::string>();
  auto* list_command =
      group->add_subcommand("list", env.text("事案の一覧。期限を過ぎたものがあれば終了コード 1",
                                             "All incidents; exit 1 where a clock is overdue"));
  list_command->add_option("--state", *state,
                           env.text("この状態の事案だけ", "Only incidents in this state"));
  list_command->callback(
      [&env, state] { env.action = [&env, state] { return list(env, *state); }; });

  auto id = std::make_shared<std::string>();
  auto* show_command = group->add_subcommand(
      "show", env.text("一つの事案とその期限", "One incident with its clocks"));
  take_incident(show_command, env, *id)->required();
  auto why = std::make_shared<bool>(false);
  show_command->add_flag("--explain", *why,
                         env.text("流出元の判定の根拠（すべての流通を合わせたもの）",
                                  "Why: the evidence for each holder, of all exposures together"));
  show_command->callback([&env, id, why] {
    env.action = [&env, id, why] { return *why ? explain(env, *id) : show(env, *id); };
  });

  auto o = std::make_shared<AdvanceOptions>();
  auto* advance_command = group->add_subcommand(
      "advance", env.text("事案を次の状態に進める、または済んだことを記録する",
                          "Move an incident on, or record what was done"));
  take_incident(advance_command, env, o->incident)->required();
  advance_command->add_option(
      "state,--to,--state", o->state,
      env.text("次の状態（triaged、confirmed、contained、notified、closed、dismissed）",
               "Next state: triaged, confirmed, contained, notified, closed or dismissed"));
  advance_command->add_option("--note", o->note,
                              env.text("理由。顧客の情報は書かない", "Why; no customer data"));
  advance_command->add_option("--done", o->done,
                              env.text("済ませた義務の規則（appi-preliminary など）",
                                       "Rule whose duty was done, such as appi-preliminary"));
  advance_command->add_option("--controller", o->controller,
                              env.text("対象の事業者", "Party that it is about"));
  advance_command->add_option("--delegator", o->delegator,
                              env.text("--done appi-delegate のとき：通知した相手",
                                       "With --done appi-delegate: who was told"));
  advance_command->add_option("--known-at", o->known_at,
                              env.text("事業者が知った時刻（UTC、2026-04-01T02:03:04Z の形）",
                                       "When the party came to know (UTC, 2026-04-01T02:03:04Z)"));
  advance_command->add_option("--fact", o->facts,
                              env.text("事実（sensitive、property、wrongful、secrecy、designated、"
                                       "eu に =yes|no、または possible_people=人数）",
                                       "Fact: sensitive, property, wrongful, secrecy, designated, "
                                       "eu =yes|no, or possible_people=NUMBER"));
  advance_command->add_option(
      "--reason", o->reason,
      env.text("理由。--known-at と --fact には必須", "Why; needed for --known-at and --fact"));
  advance_command->callback([&env, o] { env.action = [&env, o] { return advance(env, *o); }; });

  add_casework_commands(*group, env);
  add_move_commands(*group, env);
  add_evidence_commands(*group, env);
  add_calendar_command(*group, env);
}

}  // namespace hitokoe::app
