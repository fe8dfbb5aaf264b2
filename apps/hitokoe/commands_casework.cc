#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/hitokoe/casework_commands.h"
#include "apps/hitokoe/incident_desk.h"
#include "apps/hitokoe/incident_option.h"
#include "hitokoe/storage/captures.h"

namespace hitokoe::app {
namespace {

using incident::CaseworkView;
using incident::TaskView;

struct Arguments {
  std::string incident, kind, party, state, due, note, capture, other, reason, contact;
  bool text = false;
};

std::string days(Duration late, Language l) {
  const auto n = std::chrono::ceil<std::chrono::days>(late).count();
  return std::to_string(n) + std::string(say(l, " 日遅れて報告", " days late"));
}

void print_task(std::ostream& out, const TaskView& t, Language l) {
  out << "  " << t.key.party << "  " << shown(t.key.kind, l) << "  [" << shown(t.record.state, l)
      << ']';
  if (t.record.due) out << "  " << say(l, "期限 ", "due ") << format_day(*t.record.due);
  if (t.overdue) out << "  " << say(l, "期限超過", "OVERDUE");
  if (t.told_late) out << "  " << days(*t.told_late, l);
  if (!t.record.note.empty()) out << "  " << t.record.note;
  out << '\n';
}

bool needs_somebody(const CaseworkView& view) {
  for (const auto& t : view.tasks) {
    if (t.overdue || (t.told_late && !incident::is_settled(t.record.state))) return true;
  }
  return !view.proposed.empty();
}

void print_casework(std::ostream& out, const CaseworkView& view, Language l) {
  out << view.incident << '\n' << say(l, "作業", "Tasks") << '\n';
  for (const auto& t : view.tasks) print_task(out, t, l);
  if (!view.work.takedowns.empty()) out << say(l, "削除依頼", "Takedown requests") << '\n';
  for (const auto& t : view.work.takedowns) {
    out << "  " << t.capture << "  [" << shown(t.state, l) << "]  " << format_jst(t.at) << "  "
        << t.note << '\n';
  }
  if (!view.work.links.empty()) out << say(l, "結び付き", "Links") << '\n';
  for (const auto& link : view.work.links) {
    out << "  " << link.other << "  " << shown(link.kind, l)
        << (link.older ? say(l, "（元の流出）", " (the older leak)") : "") << "  " << link.reason
        << '\n';
  }
  for (const auto& other : view.proposed) {
    out << say(l, "  確認が必要：再流通の疑い ", "  to be confirmed: the same data as ") << other
        << '\n';
  }
}

Result<int> show(Environment& env, const Arguments& a) {
  TRY(const auto desk, open_incident_desk(env));
  TRY(const auto view, desk->casework(env).show(desk->viewer, a.incident));
  if (env.json) {
    std::cout << to_json(view) << '\n';
  } else {
    print_casework(std::cout, view, env.language);
  }
  return needs_somebody(view) ? 1 : 0;
}

// Signs, and shows how things stand now.
Result<int> done(Environment& env, IncidentDesk& desk, const std::string& incident) {
  TRYV(desk.sign(env));
  TRY(const auto view, desk.casework(env).show(desk.viewer, incident));
  if (env.json) {
    std::cout << to_json(view) << '\n';
  } else {
    print_casework(std::cerr, view, env.language);
  }
  return 0;
}

Result<int> set_task(Environment& env, const Arguments& a) {
  TRY(const auto kind, incident::task_kind_by_name(a.kind));
  TRY(const auto state, incident::task_state_by_name(a.state));
  std::optional<JstDay> due;
  if (!a.due.empty()) {
    TRY(due, parse_day(a.due));
  }
  TRY(const auto desk, open_incident_desk(env));
  TRYV(desk->casework(env).set_task(desk->viewer, a.incident, {a.party, kind}, state, due, a.note));
  return done(env, *desk, a.incident);
}

Result<int> takedown(Environment& env, const Arguments& a) {
  TRY(const auto desk, open_incident_desk(env));
  if (a.text) {
    TRY(const auto view, desk->casework(env).show(desk->viewer, a.incident));
    const auto captures = storage::make_capture_store(env.data, desk->keys, env.clock, env.random);
    TRY(const auto in, desk->store->load(desk->viewer, a.incident));
    if (!in.captures().contains(a.capture)) {
      return fail(Errc::kNotFound, a.incident + ": no such capture: " + a.capture,
                  a.incident + ": この取得物はありません: " + a.capture);
    }
    TRY(const auto meta, captures->meta(a.capture));
    std::cout << incident::takedown_text(meta, a.incident, a.contact);
    return 0;
  }
  TRY(const auto state, incident::takedown_state_by_name(a.state));
  TRYV(desk->casework(env).set_takedown(desk->viewer, a.incident, a.capture, state, a.note));
  return done(env, *desk, a.incident);
}

Result<int> link(Environment& env, const Arguments& a) {
  TRY(const auto kind, incident::link_kind_by_name(a.kind));
  TRY(const auto desk, open_incident_desk(env));
  TRYV(desk->casework(env).link(desk->viewer, a.incident, a.other, kind, a.reason));
  return done(env, *desk, a.incident);
}

Result<int> unlink(Environment& env, const Arguments& a) {
  TRY(const auto desk, open_incident_desk(env));
  TRYV(desk->casework(env).unlink(desk->viewer, a.incident, a.other, a.reason));
  return done(env, *desk, a.incident);
}

using Arguments_ = std::shared_ptr<Arguments>;

}  // namespace

void add_casework_commands(CLI::App& group, Environment& env) {
  incident_command(group, env, "tasks",
                   env.text("作業、削除依頼、結び付き。人の対応が要るものがあれば終了コード 1",
                            "Tasks, takedown requests, links; exit 1 where somebody is needed"),
                   std::make_shared<Arguments>(), show);

  const auto task = std::make_shared<Arguments>();
  auto* set = incident_command(group, env, "task",
                               env.text("作業の状態を記録する", "Record how a task stands"), task,
                               set_task);
  set->add_option("kind", task->kind,
                  env.text("recovery、notice、secondary_damage、cause、prevention、reports、"
                           "publication のいずれか",
                           "recovery, notice, secondary_damage, cause, prevention, reports or "
                           "publication"))
      ->required();
  set->add_option("--party", task->party, env.text("どの事業者の作業か", "Whose task"))->required();
  set->add_option("--state", task->state,
                  env.text("open、working、done、not_needed のいずれか",
                           "open, working, done or not_needed"))
      ->required();
  set->add_option("--due", task->due, env.text("期限の日（日本時間）", "Due day (in Japan)"));
  set->add_option("--note", task->note,
                  env.text("メモ。not_needed には必須。顧客の情報は書かない",
                           "Note; needed with not_needed; no customer data"));

  const auto down = std::make_shared<Arguments>();
  down->state = "drafted";
  auto* request =
      incident_command(group, env, "takedown",
                       env.text("掲載先への削除依頼の文面と、その経過",
                                "What a source is asked to take down, and how that went"),
                       down, takedown);
  request->add_option("--capture", down->capture, env.text("どの取得物か", "Which capture"))
      ->required();
  request->add_flag("--text", down->text,
                    env.text("依頼の文面を標準出力に書く（掲載場所の URL を含む）",
                             "Write the request to stdout; it holds the URL"));
  request->add_option("--contact", down->contact,
                      env.text("文面に書く連絡先", "Whom they answer to, in the text"));
  request->add_option("--state", down->state,
                      env.text("drafted、sent、answered、removed、refused のいずれか",
                               "drafted, sent, answered, removed or refused"));
  request->add_option("--note", down->note, env.text("メモ", "Note"));

  const auto to = std::make_shared<Arguments>();
  to->kind = "recirculation";
  auto* linked =
      incident_command(group, env, "link",
                       env.text("以前の事案の再流通、または関連する事案として結び付ける",
                                "Link to an older incident whose data came again, or a related "
                                "one"),
                       to, link);
  linked->add_option("--to", to->other, env.text("相手の事案", "The other incident"))->required();
  linked->add_option(
      "--kind", to->kind,
      env.text("recirculation（再流通）または related（関連）", "recirculation or related"));
  linked->add_option("--reason", to->reason, env.text("理由", "Why"))->required();

  const auto from = std::make_shared<Arguments>();
  auto* parted = incident_command(
      group, env, "unlink",
      env.text("結び付けを取り消す（記録は残る）", "Undo a link; both stay on record"), from,
      unlink);
  parted->add_option("--from", from->other, env.text("相手の事案", "The other incident"))
      ->required();
  parted->add_option("--reason", from->reason, env.text("理由", "Why"))->required();
}

}  // namespace hitokoe::app
