#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <optional>

#include "apps/hitokoe/captures_export.h"
#include "apps/hitokoe/commands_sources.h"
#include "apps/hitokoe/commands_sources_check.h"
#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/network.h"
#include "hitokoe/crawler/crawler.h"
#include "hitokoe/crawler/reasons.h"
#include "hitokoe/service/config.h"
#include "hitokoe/service/shared_queues.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/reach.h"
#include "hitokoe/storage/source_accounts.h"
#include "hitokoe/storage/source_control.h"
#include "service/disk_gate.h"
#include "service/role_lock.h"

namespace hitokoe::app {

namespace {

namespace json = boost::json;
using crawler::Source;

struct CrawlArguments {
  std::string sources;
  std::vector<std::string> only;
  bool once = false;
};

// The defaults where the default file is not there.
Result<service::Config> configuration(const Environment& env) {
  std::error_code ignored;
  if (env.config == "config/default.yaml" && !std::filesystem::exists(env.config, ignored)) {
    return service::Config{};
  }
  return service::load_config(env.config);
}

Result<std::vector<Source>> chosen_sources(const CrawlArguments& arguments,
                                           const service::Config& config) {
  TRY(auto all,
      crawler::load_sources(arguments.sources.empty() ? config.sources
                                                      : std::filesystem::path(arguments.sources)));
  if (arguments.only.empty()) {
    if (!all.empty()) return all;
    return fail(
        Errc::kNotFound,
        "no sources: copy an example in config/sources to a name without .example and set it up",
        "情報源がありません。config/sources の例を .example のない名前に写し、設定してください。");
  }
  std::vector<Source> out;
  for (const auto& id : arguments.only) {
    const auto found = std::ranges::find(all, id, &Source::id);
    if (found == all.end()) {
      return fail(Errc::kNotFound,
                  Words{"no such source: ", "そのような情報源はありません: "} + id);
    }
    out.push_back(*found);
  }
  return out;
}

// The stable name, and what it means where that is known.
std::string explained(Language language, const std::string& reason) {
  const auto words = crawler::in_words(reason);
  return words.en.empty() ? reason : reason + ": " + std::string(words.in(language));
}

json::object to_json(const crawler::CrawlReport& report) {
  json::array sources;
  for (const auto& s : report.sources) {
    sources.push_back({{"source", s.source},
                       {"requests", s.requests},
                       {"listed", s.listed},
                       {"added", s.added},
                       {"captures", s.captures},
                       {"cut", s.cut},
                       {"bytes", s.bytes},
                       {"missed", s.missed},
                       {"retried", s.retried}});
  }
  json::array warnings;
  for (const auto& w : report.warnings) {
    warnings.push_back({{"source", w.source}, {"what", w.what}});
  }
  return {{"sources", sources}, {"warnings", warnings}};
}

void print(const Environment& env, const crawler::CrawlReport& report) {
  for (const auto& s : report.sources) {
    if (env.language == Language::kJapanese) {
      std::cout << s.source << ": 一覧 " << s.listed << " 件(新規 " << s.added << ")、取得 "
                << s.captures << " 件(途中切れ " << s.cut << ")、欠落 " << s.missed
                << " 件、再試行待ち " << s.retried << " 件\n";
    } else {
      std::cout << s.source << ": listed " << s.listed << " (" << s.added << " new), captured "
                << s.captures << " (" << s.cut << " cut), missed " << s.missed
                << ", put back for later " << s.retried << '\n';
    }
  }
  for (const auto& w : report.warnings) {
    std::cout << say(env.language, "要確認: ", "look at: ") << w.source << ": "
              << explained(env.language, w.what) << '\n';
  }
}

Result<int> crawl(Environment& env, const CrawlArguments& arguments) {
  if (!arguments.once) {
    return fail(Errc::kUsage, "crawl needs --once; hitokoe serve crawls all the time",
                "crawl には --once が要ります。常時の巡回は hitokoe serve です。");
  }
  TRY(const auto config, configuration(env));
  TRY(auto sources, chosen_sources(arguments, config));
  TRY(auto keys, env.open_key_store());
  // An account is one crawler's at a time.
  std::optional<service::RoleLock> alone;
  if (std::ranges::any_of(sources, [](const Source& s) { return s.login != nullptr; })) {
    TRY(alone, service::RoleLock::take(env.data, "crawler"));
  }
  TRY(auto db, env.open_database());
  TRY(const auto shared,
      service::open_shared_queues(config.redis, env.data, env.clock, env.random, env.log));
  const auto frontier = shared.frontier(db);
  const auto reach = storage::make_reach_log(db);
  const auto control = storage::make_source_control(db);
  const auto accounts = storage::make_source_accounts(db, keys, env.random);
  crawler::LinkSeal seal(keys, env.clock, env.random);
  const auto queue = shared.work_queue(db);
  const auto politeness = shared.politeness();
  const auto captures = storage::make_capture_store(env.data, keys, env.clock, env.random);
  SystemSleeper sleeper;
  MetricsRegistry metrics;
  service::DiskGate gate(env.data, config.disk, metrics, env.log);
  TRYV(gate.look());
  CpuPool pool(1);
  Network network(env);
  network.group().spawn("disk", gate.run(pool, sleeper));
  crawler::Crawler crawler(std::move(sources), {},
                           {network.fetcher(), *frontier, *queue, *captures, env.clock, sleeper,
                            env.random, metrics, reach.get(), &network.renewer(), control.get(),
                            &gate, &seal, politeness.get(), accounts.get()},
                           env.log, network.group());
  TRY(const auto report, network.run(crawler.run_once()));
  if (env.json) {
    std::cout << json::serialize(to_json(report)) << '\n';
  } else {
    print(env, report);
  }
  const bool findings =
      !report.warnings.empty() ||
      std::ranges::any_of(report.sources, [](const auto& s) { return s.missed + s.retried > 0; });
  return findings ? 1 : 0;
}

constexpr std::size_t kShownChanges = 20;  // of each source

std::vector<crawler::ReachChange> reach_of(const std::string& source,
                                           const std::vector<crawler::ReachChange>& all) {
  std::vector<crawler::ReachChange> out;
  std::ranges::copy_if(all, std::back_inserter(out),
                       [&](const auto& change) { return change.source == source; });
  return out;
}

json::object reach_json(const std::vector<crawler::ReachChange>& changes) {
  json::array lines;
  for (const auto& change : changes) {
    lines.push_back({{"at", format_utc(change.at)}, {"up", change.up}, {"reason", change.reason}});
  }
  return {{"up", changes.front().up},
          {"since", format_utc(changes.front().at)},
          {"changes", std::move(lines)}};
}

void print_reach(const Environment& env, const std::vector<crawler::ReachChange>& changes) {
  if (changes.empty()) return;
  const auto& now = changes.front();
  std::cout << (now.up ? say(env.language, "  接続できる: ", "  reachable since ")
                       : say(env.language, "  接続できない: ", "  not reachable since "))
            << format_jst(now.at);
  if (!now.up) std::cout << " (" << explained(env.language, now.reason) << ')';
  std::cout << say(env.language, " から。変化 ", ", changes ") << changes.size() << '\n';
}

Result<int> coverage(Environment& env) {
  TRY(const auto config, configuration(env));
  TRY(auto db, env.open_database());
  TRY(const auto shared,
      service::open_shared_queues(config.redis, env.data, env.clock, env.random, env.log));
  TRY(const auto all, shared.frontier(db)->coverage());
  TRY(const auto changes, storage::make_reach_log(db)->changes(kShownChanges));
  json::array lines;
  bool findings = false;
  for (const auto& c : all) {
    findings = findings || !c.last_reason.empty();
    json::object reasons;
    for (const auto& [reason, count] : c.missed_by_reason) reasons[reason] = count;
    const auto success = c.last_success ? format_utc(*c.last_success) : std::string();
    lines.push_back({{"source", c.source},
                     {"listed", c.listed},
                     {"fetched", c.fetched},
                     {"missed", c.missed},
                     {"pending", c.pending},
                     {"missed_by_reason", reasons},
                     {"last_success", success.empty() ? json::value() : json::value(success)},
                     {"last_reason", c.last_reason},
                     {"blind", crawler::is_blind(c.last_reason)}});
    const auto history = reach_of(c.source, changes);
    if (!history.empty()) lines.back().as_object()["reach"] = reach_json(history);
    if (env.json) continue;
    std::cout << c.source << say(env.language, ": 一覧 ", ": listed ") << c.listed
              << say(env.language, "、取得 ", ", fetched ") << c.fetched
              << say(env.language, "、欠落 ", ", missed ") << c.missed
              << say(env.language, "、待ち ", ", pending ") << c.pending
              << say(env.language, "、最終成功 ", ", last success ")
              << (c.last_success ? format_jst(*c.last_success)
                                 : std::string(say(env.language, "なし", "never")))
              << '\n';
    for (const auto& [reason, count] : c.missed_by_reason) {
      std::cout << "  " << count << "  " << explained(env.language, reason) << '\n';
    }
    print_reach(env, history);
    if (!c.last_reason.empty()) {
      const bool blind = crawler::is_blind(c.last_reason);
      std::cout << (blind ? say(env.language, "  見えていません: ", "  BLIND: ")
                          : say(env.language, "  要確認: ", "  look at: "))
                << explained(env.language, c.last_reason) << '\n';
    }
  }
  if (env.json) std::cout << json::serialize(json::object{{"sources", lines}}) << '\n';
  return findings ? 1 : 0;
}

}  // namespace

void add_crawl_commands(CLI::App& app, Environment& env) {
  const auto arguments = std::make_shared<CrawlArguments>();

  auto* sources =
      app.add_subcommand("sources", env.text("巡回する情報源", "Sources that are crawled"));
  sources->require_subcommand(1);
  add_sources_check_command(*sources, env);
  add_sources_commands(*sources, env);

  auto* crawl_command = app.add_subcommand(
      "crawl", env.text("期日の来たものをすべて取得する（巡回）", "Fetch everything that is due"));
  crawl_command->add_flag("--once", arguments->once,
                          env.text("どの一覧も一度だけ見て、新しいものを取得して終わる",
                                   "Every list once, then what is new in them"));
  crawl_command->add_option(
      "--source", arguments->only,
      env.text("この情報源だけ。繰り返し指定できる", "Only this source; may be given again"));
  crawl_command->add_option(
      "--sources", arguments->sources,
      env.text("情報源のファイルまたはフォルダ（省くと --config の crawler: sources）",
               "File or folder of sources (default: crawler: sources of --config)"));
  crawl_command->callback(
      [&env, arguments] { env.action = [&env, arguments] { return crawl(env, *arguments); }; });

  auto* coverage_command = app.add_subcommand(
      "coverage", env.text("取得台帳：一覧にあったもの、取得したもの、取り逃したものとその理由",
                           "What was listed, fetched and missed, and why"));
  coverage_command->callback([&env] { env.action = [&env] { return coverage(env); }; });
  add_captures_commands(app, env);
}

}  // namespace hitokoe::app
