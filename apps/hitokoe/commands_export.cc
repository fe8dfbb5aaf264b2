#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/duty_commands.h"
#include "apps/hitokoe/incident_desk.h"
#include "hitokoe/base/file.h"
#include "hitokoe/incident/calendar.h"
#include "hitokoe/storage/alerts.h"
#include "service/exports.h"

namespace hitokoe::app {
namespace {

constexpr unsigned kFileMode = 0640;

Result<int> give(const std::string& text, const std::string& out) {
  if (out.empty()) {
    std::cout << text;
    return 0;
  }
  TRYV(write_file_durably(out, as_bytes(text), kFileMode));
  return 0;
}

struct ExportOptions {
  std::string what, out;
  bool csv = false;
};

Result<int> export_what(Environment& env, const ExportOptions& o) {
  TRY(const auto kind, service::export_kind_by_name(o.what));
  if (o.csv == env.json) {
    return fail(Errc::kUsage, "export: give --csv or --json", "export: --csv か --json を指定");
  }
  TRY(const auto desk, open_incident_desk(env));
  auto incidents = desk->service(env);
  const auto alerts = storage::make_alert_store(desk->db);
  const auto campaigns = storage::make_campaign_store(desk->db);
  const auto registry = storage::make_registry_store(desk->db, env.clock);
  TRY(const auto table,
      service::export_table({incidents, *alerts, *campaigns, *desk->log, *registry}, desk->viewer,
                            kind));
  return give(o.csv ? service::to_csv(table) : service::to_json(table) + "\n", o.out);
}

struct CalendarOptions {
  std::string incident, carrier, out;
};

Result<int> calendar(Environment& env, const CalendarOptions& o) {
  TRY(const auto desk, open_incident_desk(env));
  auto incidents = desk->service(env);
  std::vector<incident::IncidentView> views;
  if (o.incident.empty()) {
    TRY(views, incidents.list(desk->viewer));
  } else {
    TRY(auto view, incidents.show(desk->viewer, o.incident));
    views.push_back(std::move(view));
  }
  return give(incident::calendar_of(views, o.carrier, env.clock.now(), env.language), o.out);
}

}  // namespace

void add_export_commands(CLI::App& app, Environment& env) {
  auto o = std::make_shared<ExportOptions>();
  auto* command = app.add_subcommand("export", env.text("表として書き出す（CSV または JSON）",
                                                        "Write tables out, as CSV or JSON"));
  command
      ->add_option(
          "what", o->what,
          env.text("incidents、clocks、counts、alerts、campaigns、audit、registry のどれか",
                   "incidents, clocks, counts, alerts, campaigns, audit or registry"))
      ->required();
  command->add_flag("--csv", o->csv, env.text("表計算ソフト向けの CSV", "CSV for spreadsheets"));
  command->add_option("--out", o->out, env.text("書き出すファイル", "File to write"));
  command->callback([&env, o] { env.action = [&env, o] { return export_what(env, *o); }; });
}

void add_calendar_command(CLI::App& group, Environment& env) {
  auto o = std::make_shared<CalendarOptions>();
  auto* command = group.add_subcommand(
      "calendar", env.text("期限を iCalendar で書き出す", "Deadlines as iCalendar"));
  command->add_option("--incident", o->incident, env.text("この事案だけ", "Only this incident"));
  command->add_option("--carrier", o->carrier,
                      env.text("この事業者の期限だけ", "Only this party's deadlines"));
  command->add_option("--out", o->out, env.text("書き出すファイル", "File to write"));
  command->callback([&env, o] { env.action = [&env, o] { return calendar(env, *o); }; });
}

}  // namespace hitokoe::app
