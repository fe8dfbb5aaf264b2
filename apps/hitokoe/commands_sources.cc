#include "apps/hitokoe/commands_sources.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "apps/hitokoe/commands_source_accounts.h"
#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/load_config.h"
#include "hitokoe/crawler/reasons.h"
#include "hitokoe/crawler/source_json.h"
#include "hitokoe/service/shared_queues.h"
#include "hitokoe/storage/reach.h"
#include "hitokoe/storage/source_accounts.h"
#include "hitokoe/storage/source_control.h"

namespace hitokoe::app {

namespace {

using crawler::Source;
using crawler::SourceState;
using crawler::SourceStatus;

struct SourcesArguments {
  std::string id;
  std::string reason;
};

Words state_words(SourceState state) {
  switch (state) {
    case SourceState::kOk:
      return {"ok", "正常"};
    case SourceState::kNew:
      return {"not read yet", "未取得"};
    case SourceState::kPaused:
      return {"paused", "停止中"};
    case SourceState::kBlind:
      return {"BLIND", "見えていません"};
    case SourceState::kDown:
      return {"not reachable", "接続できません"};
    case SourceState::kFailing:
      return {"failing", "取得に失敗"};
    case SourceState::kBehind:
      return {"behind", "遅れています"};
  }
  return {"", ""};
}

std::string shown_time(const Environment& env, const std::optional<UtcTime>& at) {
  return at ? format_jst(*at) : std::string(say(env.language, "なし", "never"));
}

void print(const Environment& env, const Source& source, const SourceStatus& status) {
  const auto l = env.language;
  std::cout << source.id << ": " << state_words(status.state).in(l);
  if (!status.reason.empty()) {
    const auto meaning = crawler::in_words(status.reason);
    std::cout << " (" << status.reason;
    if (!meaning.en.empty()) std::cout << ": " << meaning.in(l);
    std::cout << ')';
  }
  std::cout << say(l, "、一覧 ", ", list read ") << shown_time(env, status.coverage.last_success)
            << say(l, "、最新の取得 ", ", last item ") << shown_time(env, status.coverage.last_new);
  if (status.lag > Duration::zero()) {
    std::cout << say(l, "、遅れ ", ", late by ")
              << std::chrono::duration_cast<std::chrono::minutes>(status.lag).count()
              << say(l, " 分", " min");
  }
  std::cout << say(l, "、待ち ", ", pending ") << status.coverage.pending
            << say(l, "、取り逃し ", ", missed ") << status.coverage.missed << '\n';
  if (status.pause) {
    std::cout << "  " << status.pause->by << ' ' << format_jst(status.pause->at) << ": "
              << status.pause->reason << '\n';
  }
  for (const auto& account : status.accounts) {
    const auto words =
        account.version == 0 ? Words{"not added yet", "未登録"} : crawler::in_words(account.state);
    std::cout << say(l, "  アカウント ", "  account ") << account.name << ": " << words.in(l);
    if (!account.reason.empty()) std::cout << " (" << account.reason << ')';
    std::cout << '\n';
  }
  if (!source.obey_robots)
    std::cout << say(l, "  robots.txt に従わない理由: ", "  robots.txt is ignored: ")
              << source.robots_reason << '\n';
}

using Coverages = std::vector<crawler::Frontier::Coverage>;

// As the queue knows it, which may be elsewhere.
Result<Coverages> read_coverage(Environment& env, const service::Config& config,
                                const std::shared_ptr<storage::Database>& db) {
  TRY(const auto shared,
      service::open_shared_queues(config.redis, env.data, env.clock, env.random, env.log));
  return shared.frontier(db)->coverage();
}

Result<int> list(Environment& env) {
  TRY(const auto config, load_config(env));
  TRY(const auto sources, crawler::load_sources(config.sources));
  TRY(auto db, env.open_database());
  TRY(const auto coverage, read_coverage(env, config, db));
  TRY(const auto changes, storage::make_reach_log(db)->changes(1));
  TRY(const auto paused, storage::make_source_control(db)->paused());
  TRY(const auto accounts, storage::list_source_accounts(*db));
  const auto now = env.clock.now();
  bool findings = false;
  std::string all;
  for (const auto& source : sources) {
    auto status = crawler::status_of(source, coverage, changes, paused, now);
    status.accounts = crawler::accounts_of(source, accounts);
    findings = findings || crawler::problem_of(source, status) ||
               !crawler::account_problems(source, status.accounts).empty();
    if (env.json) {
      all += (all.empty() ? "" : ",") + crawler::to_json(source, status);
    } else {
      print(env, source, status);
    }
  }
  if (env.json) std::cout << "{\"sources\":[" << all << "]}\n";
  return findings ? 1 : 0;
}

// The one that is named, as configured: a slip of the pen pauses nothing.
Result<Source> named(Environment& env, const std::string& id) {
  TRY(const auto config, load_config(env));
  TRY(auto sources, crawler::load_sources(config.sources));
  const auto found = std::ranges::find(sources, id, &Source::id);
  if (found == sources.end())
    return fail(Errc::kNotFound, Words{"no such source: ", "そのような情報源はありません: "} + id);
  return std::move(*found);
}

Result<int> change(Environment& env, const SourcesArguments& o, bool pause) {
  TRY(const auto source, named(env, o.id));
  TRY(const auto config, load_config(env));
  TRY(const auto desk, open_incident_desk(env));
  const auto control = storage::make_source_control(desk->db);
  const auto& who = desk->viewer.user();
  const auto now = env.clock.now();
  TRY(const auto changed, pause ? control->pause({source.id, o.reason, who, now})
                                : control->resume(source.id, o.reason, who, now));
  TRYV(desk->sign(env));
  // That is in force, whether or not its queue is at hand to tell how the source is doing.
  auto coverage = read_coverage(env, config, desk->db);
  if (!coverage) {
    std::cerr << say(env.language, "変更は有効です。巡回の状況を読めません：",
                     "The change is in force. How the source is doing cannot be read: ")
              << coverage.error().text(env.language) << '\n';
    coverage = Coverages();
  }
  TRY(const auto changes, storage::make_reach_log(desk->db)->changes(1));
  TRY(const auto paused, control->paused());
  const auto status = crawler::status_of(source, coverage.value(), changes, paused, now);
  if (env.json) {
    std::cout << crawler::to_json(source, status) << '\n';
  } else {
    if (!changed) std::cout << say(env.language, "すでにその状態です。\n", "It was so already.\n");
    print(env, source, status);
  }
  return 0;
}

}  // namespace

void add_sources_commands(CLI::App& sources, Environment& env) {
  const auto o = std::make_shared<SourcesArguments>();
  auto* list_command = sources.add_subcommand(
      "list", env.text("情報源の一覧：状態と理由、最新の取得、遅れ、停止した人と理由",
                       "All sources: state and why, last item, lag, who paused it and why"));
  list_command->callback([&env] { env.action = [&env] { return list(env); }; });
  const auto add = [&](const char* name, const char* ja, const char* en, bool pause) {
    auto* command = sources.add_subcommand(name, env.text(ja, en));
    command->add_option("ID", o->id, env.text("情報源の id", "The source's id"))->required();
    command
        ->add_option("--reason", o->reason,
                     env.text("理由。監査ログと一覧に残る", "Why; kept in the audit log and shown"))
        ->required();
    command->callback(
        [&env, o, pause] { env.action = [&env, o, pause] { return change(env, *o, pause); }; });
  };
  add_source_account_commands(sources, env);
  add("pause", "情報源の巡回を止める。取得中のものは終わらせる",
      "Stops crawling a source; what is being fetched is finished", true);
  add("resume", "止めた情報源の巡回を再開する", "Crawls a paused source again", false);
}

}  // namespace hitokoe::app
