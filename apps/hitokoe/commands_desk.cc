#include "apps/hitokoe/commands_desk.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/desk_tables.h"
#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/load_config.h"
#include "hitokoe/base/run_alone.h"
#include "hitokoe/incident/desk_service.h"
#include "hitokoe/incident/json_list.h"
#include "hitokoe/storage/desk.h"

namespace hitokoe::app {
namespace {

using incident::Claim;
using incident::DeskOutcome;
using incident::DeskService;

constexpr std::size_t kMostInput = 64U << 10;
constexpr std::size_t kListed = 100;

struct DeskArguments {
  std::string incident, call, check, task, by, user, reason;
  std::uint32_t minutes = 0;
  bool show = false, csv = false;
};

// What the commands of the desk work with; opened together.
struct OpenDesk {
  std::unique_ptr<IncidentDesk> incidents;
  std::unique_ptr<incident::DeskStore> store;
  std::unique_ptr<DeskService> service;
  const registry::Viewer& viewer() const { return incidents->viewer; }
};

Result<OpenDesk> open_desk(Environment& env) {
  TRY(const auto config, load_config(env));
  OpenDesk out;
  TRY(out.incidents, open_incident_desk(env));
  out.store = storage::make_desk_store(out.incidents->db);
  auto& keys = out.incidents->keys;
  const auto index = [&env, &keys] { return matcher::Index::open(env.data, keys); };
  out.service = std::make_unique<DeskService>(
      DeskService::Parts{*out.incidents->store, *out.store, keys, index, env.clock, env.random},
      config.desk);
  return out;
}

// Of a caller or a note: from stdin, so that it stands in no list of processes and no history.
Result<SecretText> read_input() {
  SecretText out;
  auto& text = out.expose();
  text.resize(kMostInput + 1);
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (text.size() > kMostInput) {
    return fail(Errc::kLimit, "stdin: 64 KiB at most", "標準入力は 64 KiB まで");
  }
  return out;
}

Result<int> check(Environment& env, const DeskArguments& a) {
  TRY(const auto input, read_input());
  TRY(const auto claim, Claim::parse(input.expose()));
  TRY(const auto desk, open_desk(env));
  asio::io_context io;
  CpuPool pool(1);
  SystemSleeper sleeper;
  TRY(const auto answer, run_alone(io, answer_in_time(*desk.service, desk.viewer(), a.incident,
                                                      claim, a.call, {env.clock, sleeper, pool})));
  TRYV(desk.incidents->sign(env));
  if (env.json) {
    std::cout << to_json(answer) << '\n';
  } else {
    print_answer(std::cout, answer, env.language);
  }
  return answer.verified() ? 0 : 1;
}

Result<int> note(Environment& env, const DeskArguments& a) {
  TRY(const auto desk, open_desk(env));
  if (!a.show) {
    TRY(const auto input, read_input());
    std::string_view text = input.expose();
    while (text.ends_with('\n')) text.remove_suffix(1);
    TRYV(desk.service->note(desk.viewer(), a.check, text, a.minutes));
    TRYV(desk.incidents->sign(env));
    if (env.json) std::cout << R"({"noted":true})" << '\n';
    return 0;
  }
  TRY(const auto notes, desk.service->notes(desk.viewer(), a.check));
  if (env.json) {
    std::cout << incident::json_list("notes", notes) << '\n';
  } else {
    print_notes(std::cout, notes, env.language);
  }
  return 0;
}

Result<int> follow_up(Environment& env, const DeskArguments& a) {
  if (a.task.empty() == (a.check.empty() || a.by.empty())) {
    return fail(Errc::kUsage, "desk follow-up: give CHECK and --by TIME, or --done TASK",
                "desk follow-up: 照会番号と --by 時刻、または --done 折り返し番号 を指定");
  }
  TRY(const auto desk, open_desk(env));
  if (!a.task.empty()) {
    TRYV(desk.service->follow_up_done(desk.viewer(), a.task));
    if (env.json) std::cout << R"({"done":true})" << '\n';
  } else {
    TRY(const auto by, parse_utc(a.by));
    TRY(const auto task, desk.service->follow_up(desk.viewer(), a.check, by));
    if (env.json) {
      std::cout << to_json(task) << '\n';
    } else {
      print_tasks(std::cout, {task}, env.clock.now(), env.language);
    }
  }
  TRYV(desk.incidents->sign(env));
  return 0;
}

Result<int> list(Environment& env, const DeskArguments& a) {
  TRY(const auto desk, open_desk(env));
  TRY(const auto checks, desk.service->checks(desk.viewer(), a.incident, kListed));
  TRY(const auto tasks, desk.service->follow_ups(desk.viewer(), a.incident));
  const auto now = env.clock.now();
  if (env.json) {
    auto both = incident::json_list("checks", checks);
    both.back() = ',';
    std::cout << both << incident::json_list("follow_ups", tasks).substr(1) << '\n';
  } else {
    print_checks(std::cout, checks, env.language);
    print_tasks(std::cout, tasks, now, env.language);
  }
  return std::ranges::any_of(tasks, [&](const auto& t) { return !t.done && t.call_by < now; }) ? 1
                                                                                               : 0;
}

Result<int> statistics(Environment& env, const DeskArguments& a) {
  if (a.csv && env.json)
    return fail(Errc::kUsage, "desk statistics: --csv or --json", "--csv と --json は併用不可");
  TRY(const auto desk, open_desk(env));
  TRY(const auto numbers, desk.service->statistics(desk.viewer(), a.incident));
  if (env.json) {
    std::cout << to_json(numbers) << '\n';
  } else if (a.csv) {
    std::cout << to_csv(numbers);
  } else {
    print_statistics(std::cout, numbers, env.language);
  }
  return 0;
}

Result<int> unlock(Environment& env, const DeskArguments& a) {
  if (a.check.empty() == a.user.empty()) {
    return fail(Errc::kUsage, "desk unlock: give --check CHK-… or --operator NAME",
                "desk unlock: --check CHK-… か --operator 名前 のどちらかを指定");
  }
  TRY(const auto desk, open_desk(env));
  TRYV(a.check.empty() ? desk.service->unlock_operator(desk.viewer(), a.user, a.reason)
                       : desk.service->unlock_customer(desk.viewer(), a.check, a.reason));
  TRYV(desk.incidents->sign(env));
  if (env.json) std::cout << R"({"unlocked":true})" << '\n';
  return 0;
}

}  // namespace

void add_desk_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "desk", env.text("専用窓口: 自分は対象かという照会に答える", "The inquiry desk: was it me?"));
  group->require_subcommand(1);
  auto a = std::make_shared<DeskArguments>();
  const auto add = [&](const char* name, std::string_view ja, std::string_view en,
                       Result<int> (*action)(Environment&, const DeskArguments&)) {
    auto* command = group->add_subcommand(name, env.text(ja, en));
    command->callback(
        [&env, a, action] { env.action = [&env, a, action] { return action(env, *a); }; });
    return command;
  };
  const auto take_incident = [&](CLI::App* command) {
    return command->add_option("--incident", a->incident,
                               env.text("事案の番号（INC-YYYYMMDD-NNNN）", "Incident INC-…"));
  };

  auto* command = add("check", "申告された内容（標準入力）で本人を確認し、対象かどうかを答える",
                      "Who is it, by what is said on stdin, and is he affected?", check);
  take_incident(command)->required();
  command->add_option("--call", a->call,
                      env.text("同じ通話の前の照会番号", "An earlier check of the same call"));

  command = add("note", "通話のメモ（標準入力）を封印して残す",
                "Keep a note of a call, from stdin, sealed", note);
  command->add_option("CHECK", a->check, env.text("照会番号 CHK-…", "Check CHK-…"))->required();
  command->add_option("--minutes", a->minutes,
                      env.text("通話の分数", "Minutes that the call took"));
  command->add_flag("--show", a->show, env.text("メモを読む", "Read the notes instead"));

  command =
      add("follow-up", "折り返しの約束、その完了", "A promise to call back; its end", follow_up);
  command->add_option("CHECK", a->check, env.text("照会番号 CHK-…", "Check CHK-…"));
  command->add_option(
      "--by", a->by,
      env.text("いつまでに（UTC、2026-04-01T02:00:00Z）", "By when, UTC: 2026-04-01T02:00:00Z"));
  command->add_option("--done", a->task, env.text("完了した折り返し FUP-…", "Done: FUP-…"));

  command = add("list", "最近の照会と折り返し。遅れがあれば終了コード 1",
                "Newest checks, and calls back; exit 1 where one is late", list);
  take_incident(command);
  command = add("statistics", "日ごとの件数、折り返し、所要時間",
                "Calls by day, calls back, how long they took", statistics);
  take_incident(command);
  command->add_flag("--csv", a->csv, env.text("CSV で書く", "As CSV"));

  command = add("unlock", "止まった照会を再開する（取りまとめ役）",
                "Let a locked customer or operator go on (a coordinator)", unlock);
  command->add_option("--check", a->check,
                      env.text("止まった照会の番号", "A check of the locked customer"));
  command->add_option("--operator", a->user, env.text("止まった担当者", "A locked operator"));
  command->add_option("--reason", a->reason, env.text("理由", "Why; goes into the audit log"))
      ->required();
}

}  // namespace hitokoe::app
