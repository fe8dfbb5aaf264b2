#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "apps/hitokoe/casework_commands.h"
#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/incident_option.h"
#include "apps/hitokoe/incident_tables.h"
#include "apps/hitokoe/owed_verdicts.h"
#include "hitokoe/incident/move_service.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/moves.h"

namespace hitokoe::app {
namespace {

using incident::MoveRecord;
using incident::MoveService;

struct Arguments {
  std::string incident, from, reason;
  std::vector<std::string> exposures;
  bool no_wait = false;
};

// The service with what it works on.
struct MoveDesk {
  std::unique_ptr<IncidentDesk> desk;
  std::unique_ptr<incident::MoveStore> store;
  std::unique_ptr<incident::DueVerdicts> due;
  std::unique_ptr<incident::ContributionStore> contributions;
  std::unique_ptr<crawler::CaptureStore> captures;

  static Result<MoveDesk> open(Environment& env) {
    MoveDesk out;
    TRY(out.desk, open_incident_desk(env));
    out.store = storage::make_move_store(out.desk->db);
    out.due = storage::make_due_verdicts(out.desk->db);
    out.contributions = storage::make_contribution_store(out.desk->db);
    out.captures = storage::make_capture_store(env.data, out.desk->keys, env.clock, env.random);
    return out;
  }
  MoveService service(Environment& env) {
    return MoveService({*store, *desk->store, *desk->work, *contributions, *desk->log, desk->keys,
                        *captures, desk->rules.clocks, desk->rules.holidays, env.clock, env.random,
                        due.get()});
  }
};

std::string_view shown(const MoveRecord& m, Language l) {
  if (m.kind == "merged") return say(l, "統合：取り込んだ事案 ", "merged with ");
  if (m.kind == "merged_into") return say(l, "統合：先 ", "goes on as a part of ");
  if (m.kind == "unmerged") return say(l, "統合の取消：分けた事案 ", "no longer merged with ");
  if (m.kind == "restored") return say(l, "統合の取消：戻った元 ", "restored from ");
  if (m.kind == "split_off") return say(l, "分離：新しい事案 ", "split off as ");
  return say(l, "分離：元の事案 ", "split from ");
}

std::string percent(const std::optional<double>& p) {
  if (!p) return "-";
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%", *p * 100);
  return text;
}

std::string named(const std::optional<matcher::Verdict>& verdict) {
  return verdict ? std::string(matcher::to_string(*verdict)) : "-";
}

void print_verdict(const incident::VerdictChange& v, Language l) {
  std::cout << format_jst(v.at) << "  " << v.cause << (v.other.empty() ? "" : " " + v.other) << "  "
            << named(v.before) << say(l, " から ", " to ") << named(v.after) << '\n';
  for (const auto& h : v.holders) {
    std::cout << "    " << h.party << "  " << percent(h.before) << say(l, " から ", " to ")
              << percent(h.after) << '\n';
  }
}

Result<int> tell(Environment& env, MoveDesk& open, const std::string& id) {
  auto service = open.service(env);
  TRY(const auto moves, service.list(open.desk->viewer, id));
  TRY(const auto verdicts, service.verdicts(open.desk->viewer, id));
  TRY(const auto judging, service.judging(open.desk->viewer, id));
  if (env.json) {
    std::cout << incident::moves_json(id, moves, verdicts, judging) << '\n';
    return 0;
  }
  for (const auto& m : moves) {
    std::cout << format_jst(m.at) << "  " << shown(m, env.language) << m.other << "  " << m.reason
              << '\n';
    for (const auto& e : m.exposures) std::cout << "    " << e << '\n';
  }
  if (!verdicts.empty()) {
    std::cout << say(env.language, "全体の判定の移り変わり\n", "Verdicts over all its exposures\n");
  }
  for (const auto& v : verdicts) print_verdict(v, env.language);
  if (judging) print_judging(std::cout, *judging, env.language);
  return 0;
}

// Tells of `id` when the verdicts of `incidents` were seen to. The move is done, whatever comes of
// them.
Result<int> end_move(Environment& env, MoveDesk& open, const Arguments& a,
                     const std::vector<std::string>& incidents, const std::string& id) {
  bool well = true;
  if (!a.no_wait) {
    const auto seen = see_to_verdicts(env, *open.desk, *open.due, incidents);
    if (seen) well = seen.value();
    if (!seen) {
      std::cerr
          << say(env.language,
                 "警告: 記録されましたが、判定をやり直せませんでした。常駐サービスがやり直します: ",
                 "warning: it is done, but the verdict was not made again; the daemon will: ")
          << seen.error().words().in(env.language) << '\n';
    }
  }
  TRYV(open.desk->sign(env));
  TRY(const auto code, tell(env, open, id));
  return well ? code : 1;
}

Result<int> list(Environment& env, const Arguments& a) {
  TRY(auto open, MoveDesk::open(env));
  return tell(env, open, a.incident);
}

Result<int> merge(Environment& env, const Arguments& a) {
  TRY(auto open, MoveDesk::open(env));
  TRYV(open.service(env).merge(open.desk->viewer, a.incident, a.from, a.reason));
  return end_move(env, open, a, {a.incident}, a.incident);
}

Result<int> unmerge(Environment& env, const Arguments& a) {
  TRY(auto open, MoveDesk::open(env));
  TRYV(open.service(env).unmerge(open.desk->viewer, a.incident, a.from, a.exposures, a.reason));
  return end_move(env, open, a, {a.incident, a.from}, a.incident);
}

Result<int> split(Environment& env, const Arguments& a) {
  TRY(auto open, MoveDesk::open(env));
  TRY(const auto fresh,
      open.service(env).split(open.desk->viewer, a.incident, a.exposures, a.reason));
  return end_move(env, open, a, {a.incident, fresh}, fresh);
}

Result<int> judge(Environment& env, const Arguments& a) {
  TRY(auto open, MoveDesk::open(env));
  TRYV(open.service(env).ask_verdict(open.desk->viewer, a.incident));
  return end_move(env, open, a, {a.incident}, a.incident);
}

using Shared = std::shared_ptr<Arguments>;

void take_no_wait(CLI::App* made, Environment& env, const Shared& a) {
  made->add_flag("--no-wait", a->no_wait,
                 env.text("判定のやり直しを待たない（常駐サービスが行う）",
                          "Do not wait for the verdict that is made again: the daemon makes it"));
}

void take_reason(CLI::App* made, Environment& env, const Shared& a) {
  take_no_wait(made, env, a);
  made->add_option("--reason", a->reason,
                   env.text("理由。監査記録に残る。顧客の情報は書かない",
                            "Why; goes into the audit log; no customer data"))
      ->required();
}

}  // namespace

void add_move_commands(CLI::App& group, Environment& env) {
  auto a = std::make_shared<Arguments>();
  auto* made =
      incident_command(group, env, "merge",
                       env.text("同じ漏えいだった別の事案を取り込む（取り消せる）",
                                "Take in another incident that was the same leak; can be undone"),
                       a, merge);
  made->add_option("--from", a->from, env.text("取り込む事案", "The incident that is taken in"))
      ->required();
  take_reason(made, env, a);

  a = std::make_shared<Arguments>();
  made = incident_command(group, env, "unmerge",
                          env.text("統合を取り消す：その後に加わったものは属する側へ移る",
                                   "Undo a merge; what came since goes to where it belongs"),
                          a, unmerge);
  made->add_option("--from", a->from, env.text("分ける事案", "The incident that goes on alone"))
      ->required();
  made->add_option("--with", a->exposures,
                   env.text("統合の後に加わり、分ける側に属する流通（exp-…）",
                            "Exposures (exp-…) that came since and go with it, whatever they "
                            "share"));
  take_reason(made, env, a);

  a = std::make_shared<Arguments>();
  made = incident_command(
      group, env, "split",
      env.text("誤って加わった流通を、独立した事案に分ける",
               "Take exposures that joined wrongly out, as an incident of their own"),
      a, split);
  made->add_option("--exposure", a->exposures, env.text("分ける流通（exp-…）", "Exposures (exp-…)"))
      ->required();
  take_reason(made, env, a);

  a = std::make_shared<Arguments>();
  take_no_wait(incident_command(group, env, "judge",
                                env.text("全流通の判定をやり直す（失敗の原因を直した後など）",
                                         "Make the verdict over all exposures again, as after what "
                                         "it failed of was put right"),
                                a, judge),
               env, a);

  a = std::make_shared<Arguments>();
  incident_command(group, env, "moves", env.text("統合・分離の記録", "Merges and splits on record"),
                   a, list);
}

}  // namespace hitokoe::app
