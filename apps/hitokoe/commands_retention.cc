#include "apps/hitokoe/commands_retention.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/incident_desk.h"
#include "hitokoe/base/file.h"
#include "hitokoe/incident/json_list.h"
#include "hitokoe/incident/retention.h"
#include "hitokoe/storage/captures.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using incident::RetentionItem;
using incident::RetentionPlan;
using incident::RetentionService;
using incident::RetentionState;

constexpr std::uint64_t kMostCertificate = 1U << 20;

struct RetentionArguments {
  std::string incident, kind, until, reason;
  std::filesystem::path out, verify;
  bool yes = false;
};

struct OpenRetention {
  std::unique_ptr<IncidentDesk> incidents;
  std::unique_ptr<incident::CampaignStore> campaigns;
  std::unique_ptr<crawler::CaptureStore> captures;
  std::unique_ptr<RetentionService> service;
  const registry::Viewer& viewer() const { return incidents->viewer; }
};

Result<OpenRetention> open_retention(Environment& env) {
  OpenRetention out;
  TRY(auto plan, RetentionPlan::load(env.config.parent_path() / "rules"));
  TRY(out.incidents, open_incident_desk(env));
  auto& desk = *out.incidents;
  out.campaigns = storage::make_campaign_store(desk.db);
  out.captures = storage::make_capture_store(env.data, desk.keys, env.clock, env.random);
  out.service = std::make_unique<RetentionService>(
      RetentionService::Parts{*desk.store, *out.campaigns, *desk.log, desk.keys, *out.captures,
                              env.clock},
      std::move(plan));
  return out;
}

std::string_view shown(RetentionState state, Language l) {
  switch (state) {
    case RetentionState::kRunning:
      return say(l, "保存中", "kept");
    case RetentionState::kDue:
      return say(l, "期限到来", "due");
    case RetentionState::kHeld:
      return say(l, "保全中", "held");
    case RetentionState::kInterrupted:
      return say(l, "破棄の途中", "interrupted");
    case RetentionState::kDestroyed:
      return say(l, "破棄済み", "destroyed");
  }
  return {};
}

void print_items(const std::vector<RetentionItem>& items, Language l) {
  for (const auto& i : items) {
    std::cout << format_day(i.due) << "  " << shown(i.state, l) << "  " << i.incident << "  "
              << words_of(i.kind).in(l) << "  " << i.records << "  " << i.key_kind << "/"
              << i.key_name;
    if (i.hold) {
      std::cout << say(l, "  保全 ", "  hold until ") << format_day(i.hold->until)
                << say(l, " まで", "");
    }
    std::cout << '\n';
  }
}

bool is_over(const RetentionItem& i) {
  return i.state == RetentionState::kDue || i.state == RetentionState::kHeld ||
         i.state == RetentionState::kInterrupted;
}

Result<int> plan(Environment& env, const RetentionArguments&) {
  TRY(const auto read, RetentionPlan::load(env.config.parent_path() / "rules"));
  const Language l = env.language;
  json::array rules;
  for (const auto& r : read.rules()) {
    rules.push_back(json::object{{"kind", to_string(r.kind)},
                                 {"days", r.days},
                                 {"by_itself", r.by_itself},
                                 {"basis", r.basis.en},
                                 {"basis_ja", r.basis.ja}});
    if (env.json) continue;
    std::cout << words_of(r.kind).in(l) << say(l, "：終結から ", ": ") << r.days
              << say(l, " 日", " days after the end")
              << (r.by_itself ? say(l, "、自動で破棄", ", destroyed by itself") : "") << "\n  "
              << r.basis.in(l) << '\n';
  }
  if (env.json) {
    std::cout << json::serialize(json::object{{"version", read.version()}, {"plan", rules}})
              << '\n';
  }
  return 0;
}

Result<int> due(Environment& env, const RetentionArguments&) {
  TRY(const auto open, open_retention(env));
  TRY(const auto items, open.service->items(open.viewer()));
  if (env.json) {
    std::cout << incident::json_list("items", items) << '\n';
  } else {
    print_items(items, env.language);
  }
  return std::ranges::any_of(items, is_over) ? 1 : 0;
}

Result<int> destroy(Environment& env, const RetentionArguments& a) {
  std::optional<incident::KeptKind> kind;
  if (!a.kind.empty()) {
    TRY(kind, incident::kept_kind_by_name(a.kind));
  }
  TRY(const auto open, open_retention(env));
  if (!a.yes) {
    TRY(auto items, open.service->items(open.viewer()));
    std::erase_if(items, [&](const auto& i) {
      return i.incident != a.incident || !is_over(i) || (kind && i.kind != *kind);
    });
    if (env.json) {
      std::cout << incident::json_list("would_destroy", items) << '\n';
    } else {
      print_items(items, env.language);
      std::cerr << say(env.language, "何も破棄していません。破棄するには --yes\n",
                       "Nothing was destroyed; --yes destroys.\n");
    }
    return 0;
  }
  TRY(const auto gone, open.service->destroy(open.viewer(), a.incident, kind));
  TRYV(open.incidents->sign(env));
  json::array told;
  for (const auto& d : gone) {
    told.push_back(json::object{{"kind", to_string(d.kind)},
                                {"key", json::object{{"kind", d.key_kind}, {"name", d.key_name}}},
                                {"records", d.records},
                                {"event", d.event},
                                {"event_hash", to_hex(d.hash)}});
    if (env.json) continue;
    std::cerr << say(env.language, "破棄しました: ", "destroyed: ")
              << words_of(d.kind).in(env.language) << "  " << d.key_kind << "/" << d.key_name
              << '\n';
  }
  if (env.json) {
    std::cout << json::serialize(json::object{{"destroyed", told}}) << '\n';
  } else {
    std::cerr << say(env.language, "これより前に取った鍵のバックアップも廃棄してください。\n",
                     "Destroy the backups of the keys that were made before, too.\n");
  }
  return 0;
}

Result<int> hold(Environment& env, const RetentionArguments& a) {
  TRY(const auto until, parse_day(a.until));
  TRY(const auto open, open_retention(env));
  TRYV(open.service->hold(open.viewer(), a.incident, until, a.reason));
  TRYV(open.incidents->sign(env));
  if (env.json) std::cout << R"({"held":true})" << '\n';
  return 0;
}

Result<int> release(Environment& env, const RetentionArguments& a) {
  TRY(const auto open, open_retention(env));
  TRYV(open.service->release(open.viewer(), a.incident, a.reason));
  TRYV(open.incidents->sign(env));
  if (env.json) std::cout << R"({"released":true})" << '\n';
  return 0;
}

Result<int> certificate(Environment& env, const RetentionArguments& a) {
  if (a.verify.empty() == a.incident.empty()) {
    return fail(Errc::kUsage,
                "retention certificate: give --incident I --out DIR, or --verify FILE",
                "retention certificate: --incident I --out フォルダ か、--verify ファイル を指定");
  }
  TRY(const auto open, open_retention(env));
  if (!a.verify.empty()) {
    TRY(const auto bytes, read_file(a.verify, kMostCertificate));
    TRY(const auto service, open.incidents->keys.service_sign());
    TRYV(incident::check_certificate(as_text(bytes), service.public_key));
    TRYV(incident::check_certificate_events(as_text(bytes), *open.incidents->log));
    if (env.json) {
      std::cout << R"({"holds":true})" << '\n';
    } else {
      std::cout << say(env.language, "署名と監査記録に一致します。\n",
                       "The signature holds, and the audit log has its events.\n");
    }
    return 0;
  }
  TRY(const auto made, open.service->certificate(open.viewer(), a.incident));
  if (a.out.empty()) {
    std::cout << made << '\n';
    return 0;
  }
  TRY(const auto text, incident::certificate_text(made));
  TRYV(make_private_dir(a.out));
  TRYV(write_file_durably(a.out / (a.incident + ".destroyed.json"), as_bytes(made)));
  TRYV(write_file_durably(a.out / (a.incident + ".destroyed.md"), as_bytes(text)));
  if (env.json) std::cout << json::object{{"folder", a.out.string()}} << '\n';
  return 0;
}

}  // namespace

void add_retention_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "retention",
      env.text("保存期間と、鍵による破棄", "How long data are kept; their end by key"));
  group->require_subcommand(1);
  auto a = std::make_shared<RetentionArguments>();
  const auto add = [&](const char* name, std::string_view ja, std::string_view en,
                       Result<int> (*action)(Environment&, const RetentionArguments&)) {
    auto* command = group->add_subcommand(name, env.text(ja, en));
    command->callback(
        [&env, a, action] { env.action = [&env, a, action] { return action(env, *a); }; });
    return command;
  };
  const auto take_incident = [&](CLI::App* command) {
    return command->add_option("--incident", a->incident,
                               env.text("事案の番号（INC-YYYYMMDD-NNNN）", "Incident INC-…"));
  };
  const auto take_reason = [&](CLI::App* command) {
    command
        ->add_option("--reason", a->reason,
                     env.text("理由。監査記録に残る", "Why; goes into the audit log"))
        ->required();
  };
  add("plan", "種類ごとの保存日数と根拠", "Days and legal basis of each kind", plan);
  add("due", "終わった事案の鍵とその期限。到来があれば終了コード 1",
      "Keys of incidents that are over, by date; exit 1 where one is due", due);
  auto* command = add("destroy", "期限の来た鍵を破棄する。--yes がなければ示すだけ",
                      "Destroy what is due; without --yes only show it", destroy);
  take_incident(command)->required();
  command->add_option("--kind", a->kind,
                      env.text("この種類だけ（subjects、contacts、desk）",
                               "Only this kind: subjects, contacts or desk"));
  command->add_flag("--yes", a->yes, env.text("破棄する", "Destroy it, for good"));
  command = add("hold", "破棄を止める（保全）", "A legal hold: nothing is destroyed", hold);
  take_incident(command)->required();
  command->add_option("--until", a->until, env.text("最終日（YYYY-MM-DD）", "Last day, YYYY-MM-DD"))
      ->required();
  take_reason(command);
  command = add("release", "保全を解く", "End the hold", release);
  take_incident(command)->required();
  take_reason(command);
  command = add("certificate", "署名付きの破棄証明書、その検証",
                "A signed certificate of destruction; its verification", certificate);
  take_incident(command);
  command->add_option("--out", a->out,
                      env.text("JSON と Markdown を置くフォルダ。省くと JSON を標準出力へ",
                               "Folder for JSON and Markdown; default: the JSON on stdout"));
  command->add_option("--verify", a->verify,
                      env.text("検証する証明書（JSON）", "A certificate (JSON) to verify"));
}

}  // namespace hitokoe::app
