#include "apps/hitokoe/owed_verdicts.h"

#include <algorithm>
#include <iostream>

#include "apps/command_line/interrupt.h"
#include "apps/hitokoe/load_config.h"
#include "hitokoe/base/run_alone.h"
#include "service/role_lock.h"
#include "service/verdict_watch.h"

namespace hitokoe::app {
namespace {

using incident::DueState;
using incident::DueVerdict;

constexpr auto kPause = std::chrono::milliseconds(200);
constexpr auto kLongest = std::chrono::minutes(10);

Result<std::vector<DueVerdict>> owed(incident::DueVerdicts& all,
                                     const std::vector<std::string>& incidents) {
  TRY(auto list, all.list());
  std::erase_if(list, [&](const DueVerdict& due) {
    return std::ranges::find(incidents, due.incident) == incidents.end();
  });
  return list;
}

void warn(const Environment& env, const std::string& incident, const Words& why) {
  std::cerr << say(env.language, "警告: ", "warning: ") << incident
            << say(env.language,
                   ": 判定をやり直せませんでした: ", ": the verdict was not made again: ")
            << why.in(env.language) << '\n';
}

// @return false: one failed for good.
Result<bool> make_here(Environment& env, IncidentDesk& desk, incident::DueVerdicts& all,
                       const std::vector<std::string>& incidents) {
  TRY(const auto config, load_config(env));
  const auto registry = storage::make_registry_store(desk.db, env.clock);
  const auto contributions = storage::make_contribution_store(desk.db);
  service::IndexWatch index(env.data, desk.keys);
  service::VerdictJudge judge({{*desk.store, desk.keys, nullptr, desk.rules.clocks,
                                desk.rules.holidays, env.clock, env.random, contributions.get()},
                               index,
                               *registry},
                              config.matcher.naming_threshold);
  bool well = true;
  TRY(const auto due, owed(all, incidents));
  for (const auto& one : due) {
    TRY(const auto done, judge.work_off(all, one));
    if (!done.failed) continue;
    warn(env, one.incident, done.failed->words());
    if (service::is_lasting(done.failed->code)) {
      well = false;
    } else {
      std::cerr << say(env.language, "常駐サービスが再試行します\n", "the daemon tries it again\n");
    }
  }
  for (const auto& unread : judge.unread()) {
    std::cerr << say(env.language, "警告: 過去の事案 ", "warning: older incident ")
              << unread.incident
              << say(env.language, " の保存データが読めないため、照合していません: ",
                     " cannot be read and was not compared with: ")
              << unread.why.words().in(env.language) << '\n';
  }
  return well;
}

enum class Waited { kMade, kFailed, kStopped, kDaemonGone };

Task<Result<Waited>> wait_for_daemon(Environment& env, incident::DueVerdicts& all,
                                     const std::vector<std::string>& incidents) {
  const command_line::Interrupt interrupt;
  SystemSleeper sleeper;
  const auto until = env.clock.steady() + kLongest;
  for (;;) {
    CO_TRY(const auto due, owed(all, incidents));
    if (due.empty()) co_return Waited::kMade;
    if (std::ranges::all_of(due,
                            [](const DueVerdict& d) { return d.state == DueState::kFailed; })) {
      for (const auto& one : due) warn(env, one.incident, Words{one.why, one.why});
      co_return Waited::kFailed;
    }
    if (service::RoleLock::take(env.data, std::string(service::kVerdictLock))) {
      co_return Waited::kDaemonGone;
    }
    if (command_line::Interrupt::asked() || env.clock.steady() >= until) {
      co_return Waited::kStopped;
    }
    CO_TRYV(co_await sleeper.sleep_for(kPause));
  }
}

}  // namespace

Result<bool> see_to_verdicts(Environment& env, IncidentDesk& desk, incident::DueVerdicts& due,
                             const std::vector<std::string>& incidents) {
  for (;;) {
    {
      const auto lock = service::RoleLock::take(env.data, std::string(service::kVerdictLock));
      if (lock) return make_here(env, desk, due, incidents);
      if (lock.error().code != Errc::kConflict) return outcome::failure(lock.error());
    }
    std::cerr << say(env.language,
                     "常駐サービスが判定をやり直しています。終わるまで待ちます（Ctrl-C "
                     "で待つのをやめても続きます）\n",
                     "the daemon makes the verdict again; waiting for it (Ctrl-C: it goes on "
                     "without you)\n");
    asio::io_context io;
    TRY(const auto waited, run_alone(io, wait_for_daemon(env, due, incidents)));
    if (waited == Waited::kDaemonGone) continue;
    if (waited == Waited::kStopped) {
      std::cerr << say(env.language, "判定はまだやり直し中です。incident moves で確かめられます\n",
                       "the verdict is still being made; see: incident moves\n");
    }
    return waited != Waited::kFailed;
  }
}

}  // namespace hitokoe::app
