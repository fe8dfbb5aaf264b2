#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>

#include "apps/command_line/progress_line.h"
#include "apps/hitokoe/alert_tables.h"
#include "apps/hitokoe/environment.h"
#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/load_config.h"
#include "hitokoe/incident/json_list.h"
#include "hitokoe/service/shared_queues.h"
#include "hitokoe/storage/alerts.h"
#include "hitokoe/storage/captures.h"
#include "service/hunt_loop.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using incident::Hunt;
using incident::HuntState;

constexpr std::size_t kMostFailures = 1000;

struct HuntArguments {
  std::string since, id;
  bool terms = false, fingerprints = false, detach = false;
};

// All that a hunt works with. What is given by reference stands before it.
struct HuntDesk {
  HuntDesk(Environment& env, std::unique_ptr<IncidentDesk> opened, const service::Config& config,
           const service::SharedQueues& shared)
      : desk(std::move(opened)),
        captures(storage::make_capture_store(env.data, desk->keys, env.clock, env.random)),
        queue(shared.work_queue(desk->db)),
        registry(storage::make_registry_store(desk->db, env.clock)),
        term_store(storage::make_term_store(desk->db)),
        alerts(storage::make_alert_store(desk->db)),
        hunts(storage::make_hunt_store(desk->db)),
        contributions(storage::make_contribution_store(desk->db)),
        incidents({*desk->store, desk->keys, captures.get(), desk->rules.clocks,
                   desk->rules.holidays, env.clock, env.random, contributions.get()},
                  {config.open, config.matcher.naming_threshold}),
        index(env.data, desk->keys),
        terms(*term_store, *registry),
        older(*desk->store, desk->keys, env.clock, metrics, env.log.named("hunt")),
        matcher({*captures, desk->keys, incidents, alerts.get(), env.clock, metrics,
                 env.log.named("hunt"), &older},
                config.matcher),
        loop({env.data, *hunts, *term_store, terms, index, *registry, *captures, *queue, matcher,
              env.clock, sleeper, pool, metrics, env.log.named("hunt")},
             config.hunts) {}

  std::unique_ptr<IncidentDesk> desk;
  MetricsRegistry metrics;
  SystemSleeper sleeper;
  CpuPool pool{1};
  std::unique_ptr<crawler::CaptureStore> captures;
  std::unique_ptr<crawler::WorkQueue> queue;
  std::unique_ptr<registry::RegistryStore> registry;
  std::unique_ptr<incident::TermStore> term_store;
  std::unique_ptr<incident::AlertStore> alerts;
  std::unique_ptr<incident::HuntStore> hunts;
  std::unique_ptr<incident::ContributionStore> contributions;
  incident::IncidentService incidents;
  service::IndexWatch index;
  service::TermWatch terms;
  service::KnownLeakWatch older;
  service::CaptureMatcher matcher;
  service::HuntLoop loop;
};

Result<std::unique_ptr<HuntDesk>> open_hunt_desk(Environment& env) {
  TRY(const auto config, load_config(env));
  TRY(auto desk, open_incident_desk(env));
  TRY(const auto shared,
      service::open_shared_queues(config.redis, env.data, env.clock, env.random, env.log));
  return std::make_unique<HuntDesk>(env, std::move(desk), config, shared);
}

void print(const Environment& env, const Hunt& hunt) {
  if (env.json) {
    std::cout << incident::to_json(hunt) << '\n';
  } else {
    print_hunt(std::cout, hunt, env.language);
  }
}

int exit_of(const Hunt& hunt) { return hunt.unreadable > 0 ? 1 : 0; }

// In this process, unless another one hunts already: that one will come to it.
Result<int> work(Environment& env, HuntDesk& h, const std::string& id) {
  command_line::ProgressLine line(env.language, command_line::Amount::kCount, env.clock, std::cerr,
                                  command_line::wants_progress(env.json));
  const auto done =
      h.loop.work(id, [&](const Hunt& hunt) { line.tell(hunt.settled(), hunt.total); });
  line.erase();
  TRYV(h.desk->sign(env));
  if (!done && done.error().code == Errc::kConflict) {
    std::cerr << say(env.language, "別のプロセスが調査中です。順番に処理されます\n",
                     "another process hunts; it will come to this one\n");
    TRY(const auto hunt, h.hunts->load(id));
    print(env, hunt);
    return 0;
  }
  TRY(const auto hunt, done);
  print(env, hunt);
  return exit_of(hunt);
}

Result<int> start(Environment& env, const HuntArguments& o) {
  incident::HuntPlan plan;
  if (o.terms != o.fingerprints) {
    plan.terms = o.terms;
    plan.fingerprints = o.fingerprints;
  }
  if (!o.since.empty()) {
    TRY(plan.since, parse_day(o.since));
  }
  TRY(const auto h, open_hunt_desk(env));
  TRY(const auto hunt, h->loop.start(plan, h->desk->viewer.user()));
  if (o.detach || hunt.state == HuntState::kDone) {
    TRYV(h->desk->sign(env));
    print(env, hunt);
    return 0;
  }
  return work(env, *h, hunt.id);
}

Result<int> resume(Environment& env, const HuntArguments& o) {
  TRY(const auto h, open_hunt_desk(env));
  TRY(const auto hunt, h->hunts->resume(o.id, h->desk->viewer.user(), env.clock.now()));
  if (o.detach) {
    TRYV(h->desk->sign(env));
    print(env, hunt);
    return 0;
  }
  return work(env, *h, hunt.id);
}

Result<int> stop(Environment& env, const HuntArguments& o) {
  TRY(const auto desk, open_incident_desk(env));
  const auto store = storage::make_hunt_store(desk->db);
  TRY(const auto hunt, store->pause(o.id, desk->viewer.user(), env.clock.now()));
  TRYV(desk->sign(env));
  print(env, hunt);
  return 0;
}

Result<int> list(Environment& env, const HuntArguments&) {
  TRY(const auto desk, open_incident_desk(env));
  TRY(const auto hunts, storage::make_hunt_store(desk->db)->list());
  if (env.json) {
    std::cout << incident::json_list("hunts", hunts) << '\n';
  } else {
    for (const auto& hunt : hunts) print_hunt(std::cout, hunt, env.language);
  }
  return 0;
}

Result<int> status(Environment& env, const HuntArguments& o) {
  TRY(const auto desk, open_incident_desk(env));
  const auto store = storage::make_hunt_store(desk->db);
  TRY(const auto hunt, store->load(o.id));
  TRY(const auto failures, store->failures(o.id, kMostFailures));
  if (env.json) {
    auto body = json::parse(incident::to_json(hunt)).as_object();
    json::array all;
    for (const auto& f : failures) all.push_back({{"capture", f.capture}, {"reason", f.reason}});
    body["failures"] = std::move(all);
    std::cout << json::serialize(body) << '\n';
  } else {
    print_hunt(std::cout, hunt, env.language);
    for (const auto& f : failures) {
      std::cout << "    " << say(env.language, "読めない: ", "unreadable: ") << f.capture << "  "
                << f.reason << '\n';
    }
  }
  return exit_of(hunt);
}

}  // namespace

void add_hunt_commands(CLI::App& app, Environment& env) {
  auto* group = app.add_subcommand(
      "hunt", env.text("遡及調査：新しい監視語や指紋を、保存済みの取得物で探す",
                       "Retro-hunt: new terms or fingerprints over the captures that are kept"));
  group->require_subcommand(1);
  auto o = std::make_shared<HuntArguments>();
  const auto add = [&](const char* name, const char* ja, const char* en, bool with_id,
                       Result<int> (*run)(Environment&, const HuntArguments&)) {
    auto* command = group->add_subcommand(name, env.text(ja, en));
    if (with_id) {
      command->add_option("HUNT", o->id, env.text("番号（HNT-1 など）", "Number, such as HNT-1"))
          ->required();
    }
    command->callback([&env, o, run] { env.action = [&env, o, run] { return run(env, *o); }; });
    return command;
  };
  auto* start_command =
      add("start", "調査を始める。常駐サービスが調査中ならそちらが処理する",
          "Begin one; worked on here, or by the daemon if that hunts", false, start);
  start_command->add_option("--since", o->since,
                            env.text("この日（日本時間）以後に取得したもの、YYYY-MM-DD",
                                     "Captures of this day (Japan) and later, YYYY-MM-DD"));
  start_command->add_flag("--terms", o->terms, env.text("監視語だけ", "Only terms"));
  start_command->add_flag("--fingerprints", o->fingerprints,
                          env.text("指紋だけ", "Only fingerprints"));
  auto* resume_command = add("resume", "止めた、または途切れた調査を続ける",
                             "Go on with one that was stopped or cut off", true, resume);
  for (auto* command : {start_command, resume_command}) {
    command->add_flag("--detach", o->detach,
                      env.text("ここでは処理せず、常駐サービスに任せる",
                               "Do not work on it here: the daemon does"));
  }
  add("stop", "調査を止める。進みは残る", "Stop one; its progress stays", true, stop);
  add("list", "調査の一覧", "All hunts", false, list);
  add("status", "進み、残り時間、読めなかった取得物", "Progress, time left, what was unreadable",
      true, status);
}

}  // namespace hitokoe::app
