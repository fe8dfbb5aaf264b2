#include <algorithm>

#include "hitokoe/incident/casework_service.h"
#include "incident/casework/change.h"

namespace hitokoe::incident {

using namespace casework;

namespace {

namespace json = boost::json;
using registry::Role;

constexpr int kMaxTries = 16;
constexpr std::string_view kToldUpward = "appi-delegate";  // id of the clock rule
constexpr TaskKind kOfDelegate[] = {TaskKind::kRecovery, TaskKind::kCause, TaskKind::kPrevention,
                                    TaskKind::kReports};

bool is_of_delegate(TaskKind kind) {
  return std::ranges::find(kOfDelegate, kind) != std::end(kOfDelegate);
}

std::set<std::string> delegates_of(const Incident& in) {
  std::set<std::string> out;
  for (const auto& edge : in.delegates) out.insert(edge.delegate);
  return out;
}

TaskState state_of(const Casework& work, const TaskKey& key) {
  const auto found = work.tasks.find(key);
  return found == work.tasks.end() ? TaskState::kOpen : found->second.state;
}

std::vector<TaskKey> all_tasks(const Incident& in) {
  std::vector<TaskKey> out;
  const auto people = in.people();
  for (const auto& [carrier, n] : people) {
    for (std::size_t k = 0; k < kTaskKinds; ++k) out.push_back({carrier, static_cast<TaskKind>(k)});
  }
  for (const auto& delegate : delegates_of(in)) {
    if (people.contains(delegate)) continue;  // as a carrier it has them all
    for (const TaskKind kind : kOfDelegate) out.push_back({delegate, kind});
  }
  return out;
}

// Why a delegate may not settle this task now; no words: it may.
Words too_early(const Incident& in, const Casework& work, const std::vector<ClockView>& clocks,
                const TaskKey& key) {
  for (const auto& c : clocks) {
    if (c.rule != kToldUpward || c.controller != key.party || c.done) continue;
    if (c.status == ClockStatus::kSuperseded) continue;
    return Words{"it has not told its delegator ", "委託元への報告が済んでいません: "} + c.to_whom;
  }
  for (const TaskKind kind : kOfDelegate) {
    if (kind != key.kind && !is_settled(state_of(work, {key.party, kind}))) return {};
  }
  for (const auto& edge : in.delegates) {
    if (edge.delegate != key.party) continue;
    for (std::size_t k = 0; k < kTaskKinds; ++k) {
      const TaskKey above{edge.controller, static_cast<TaskKind>(k)};
      if (is_settled(state_of(work, above))) continue;
      return Words{"a delegate does not finish before its carriers: open at ",
                   "委託先が先に終えることはできません。未完了: "} +
             (edge.controller + ": ") +
             Words{std::string(shown(above.kind, Language::kEnglish)),
                   std::string(shown(above.kind, Language::kJapanese))};
    }
  }
  return {};
}

// Incidents whose records came again, by the joint verdict.
std::vector<std::string> recirculated(const Incident& in) {
  std::vector<std::string> out;
  if (!in.together || in.together->whole.empty()) return out;
  boost::system::error_code error;
  const auto whole = json::parse(in.together->whole, error);
  const auto* object = error ? nullptr : whole.if_object();
  const auto* again = object == nullptr ? nullptr : object->if_contains("recirculation");
  const auto* leaks = object == nullptr ? nullptr : object->if_contains("known_leaks");
  if (again == nullptr || !again->is_object() || leaks == nullptr || !leaks->is_array()) return out;
  const auto* kind = again->as_object().if_contains("kind");
  if (kind == nullptr || !kind->is_string() || kind->as_string() == "none") return out;
  for (const auto& leak : leaks->as_array()) {
    const auto* id = leak.is_object() ? leak.as_object().if_contains("incident") : nullptr;
    if (id != nullptr && id->is_string()) out.emplace_back(id->as_string());
  }
  return out;
}

}  // namespace

Result<void> CaseworkService::change(const Viewer& viewer, const std::string& incident,
                                     const Decide& decide) {
  for (int i = 0;; ++i) {
    TRYV(p_.store.load(viewer, incident));  // is it any of the viewer's business?
    TRY(const auto in, p_.incidents.load(everything(), incident));
    TRY(const auto work, p_.store.load(everything(), incident));
    TRY(const auto events, decide(in, work));
    if (events.empty()) return ok();
    auto done = p_.store.commit(incident, work.revision, events, p_.clock.now());
    if (done || done.error().code != Errc::kConflict || i + 1 == kMaxTries) return done;
  }
}

Result<std::vector<TaskView>> CaseworkService::tasks(const Incident& in,
                                                     const Casework& work) const {
  const auto now = p_.clock.now();
  const auto clocks = clocks_of(in, p_.rules, p_.holidays, now);
  std::vector<TaskView> out;
  for (const auto& key : all_tasks(in)) {
    TaskView view;
    view.key = key;
    if (const auto found = work.tasks.find(key); found != work.tasks.end()) {
      view.record = found->second;
    }
    view.overdue =
        view.record.due && !is_settled(view.record.state) && *view.record.due < jst_day(now);
    for (const auto& c : clocks) {
      if (key.kind != TaskKind::kReports || c.rule != kToldUpward || c.controller != key.party ||
          !c.done || !c.due || *c.done <= *c.due) {
        continue;
      }
      view.told_late = std::max(view.told_late.value_or(Duration{}), Duration(*c.done - *c.due));
    }
    out.push_back(std::move(view));
  }
  return out;
}

Result<CaseworkView> CaseworkService::show(const Viewer& viewer, const std::string& incident) {
  CaseworkView view;
  view.incident = incident;
  TRY(view.work, p_.store.load(viewer, incident));
  if (viewer.role() == Role::kOperator || viewer.role() == Role::kDesk) return view;
  TRY(const auto in, p_.incidents.load(everything(), incident));
  TRY(view.tasks, tasks(in, view.work));
  if (viewer.role() == Role::kParty) {
    std::erase_if(view.tasks, [&](const TaskView& t) { return t.key.party != viewer.party(); });
    return view;
  }
  for (auto& other : recirculated(in)) {
    const bool linked =
        std::ranges::find(view.work.links, other, &Link::other) != view.work.links.end();
    if (!linked) view.proposed.push_back(std::move(other));
  }
  return view;
}

Result<void> CaseworkService::set_task(const Viewer& viewer, const std::string& incident,
                                       const TaskKey& key, TaskState state,
                                       std::optional<JstDay> due, std::string_view note) {
  const bool own = viewer.role() == Role::kParty && viewer.party() == key.party;
  if (!own) {
    TRYV(may_lead(viewer));
  }
  TRYV(check_text(note, state == TaskState::kNotNeeded, {"note", "メモ（理由）"}));
  return change(viewer, incident,
                [&](const Incident& in, const Casework& work) -> Result<std::vector<Draft>> {
                  const auto all = all_tasks(in);
                  if (std::ranges::find(all, key) == all.end()) {
                    return fail(Errc::kNotFound, incident + ": " + key.party + " has no such task",
                                incident + ": " + key.party + " にこの作業はありません");
                  }
                  const bool delegate =
                      !in.people().contains(key.party) && is_of_delegate(key.kind);
                  if (delegate && is_settled(state)) {
                    const auto why = too_early(
                        in, work, clocks_of(in, p_.rules, p_.holidays, p_.clock.now()), key);
                    if (!why.en.empty()) return fail(Errc::kConflict, key.party + ": " + why);
                  }
                  const auto before = work.tasks.find(key);
                  if (before != work.tasks.end() && before->second.state == state &&
                      before->second.note == note && (!due || before->second.due == due)) {
                    return std::vector<Draft>();
                  }
                  const auto day = !due && before != work.tasks.end() ? before->second.due : due;
                  return std::vector{draft(viewer, incident, "task",
                                           {{"party", text(key.party)},
                                            {"kind", text(to_string(key.kind))},
                                            {"state", text(to_string(state))},
                                            {"due", day ? text(format_day(*day)) : text("")},
                                            {"note", text(note)}})};
                });
}

Result<void> CaseworkService::may_close(const std::string& incident) {
  TRY(const auto in, p_.incidents.load(everything(), incident));
  TRY(const auto work, p_.store.load(everything(), incident));
  constexpr std::size_t kNamed = 5;
  Words open;
  std::size_t n = 0;
  for (const auto& key : all_tasks(in)) {
    if (is_settled(state_of(work, key))) continue;
    if (++n > kNamed) continue;
    open = open + (n > 1 ? Words{", ", "、"} : Words{"", ""}) + (key.party + ": ") +
           Words{std::string(shown(key.kind, Language::kEnglish)),
                 std::string(shown(key.kind, Language::kJapanese))};
  }
  if (n == 0) return ok();
  return fail(Errc::kConflict, incident + Words{" has ", " には未完了の作業が "} +
                                   std::to_string(n) + Words{" open tasks: ", " 件あります: "} +
                                   open);
}

Result<void> CaseworkService::set_takedown(const Viewer& viewer, const std::string& incident,
                                           const std::string& capture, TakedownState state,
                                           std::string_view note) {
  TRYV(may_lead(viewer));
  TRYV(check_text(note, false, {"note", "メモ"}));
  return change(
      viewer, incident,
      [&](const Incident& in, const Casework& work) -> Result<std::vector<Draft>> {
        TRYV(must_have(in, capture));
        const auto at = std::ranges::find(work.takedowns, capture, &Takedown::capture);
        if (at != work.takedowns.end() && at->state == state && at->note == note) {
          return std::vector<Draft>();
        }
        return std::vector{draft(
            viewer, incident, "takedown",
            {{"capture", text(capture)}, {"state", text(to_string(state))}, {"note", text(note)}})};
      });
}

Result<void> CaseworkService::link(const Viewer& viewer, const std::string& incident,
                                   const std::string& other, LinkKind kind,
                                   std::string_view reason) {
  TRYV(may_lead(viewer));
  TRYV(check_text(reason, true, {"reason", "理由"}));
  if (incident == other) {
    return fail(Errc::kBadInput, "an incident is not linked to itself",
                "事案を自分自身に結び付けることはできません");
  }
  TRYV(p_.incidents.load(viewer, other));
  return change(viewer, incident,
                [&](const Incident&, const Casework& work) -> Result<std::vector<Draft>> {
                  const auto at = std::ranges::find(work.links, other, &Link::other);
                  if (at != work.links.end() && at->kind == kind && at->reason == reason) {
                    return std::vector<Draft>();
                  }
                  const bool again = kind == LinkKind::kRecirculation;
                  const auto one = [&](const std::string& of, const std::string& to, bool older) {
                    return draft(viewer, of, "linked",
                                 {{"other", text(to)},
                                  {"kind", text(to_string(kind))},
                                  {"older", older},
                                  {"reason", text(reason)}});
                  };
                  return std::vector{one(incident, other, again), one(other, incident, false)};
                });
}

Result<void> CaseworkService::unlink(const Viewer& viewer, const std::string& incident,
                                     const std::string& other, std::string_view reason) {
  TRYV(may_lead(viewer));
  TRYV(check_text(reason, true, {"reason", "理由"}));
  return change(
      viewer, incident, [&](const Incident&, const Casework& work) -> Result<std::vector<Draft>> {
        if (std::ranges::find(work.links, other, &Link::other) == work.links.end()) {
          return fail(Errc::kNotFound, incident + " is not linked to " + other,
                      incident + " は " + other + " に結び付いていません");
        }
        const auto one = [&](const std::string& of, const std::string& to) {
          return draft(viewer, of, "unlinked", {{"other", text(to)}, {"reason", text(reason)}});
        };
        return std::vector{one(incident, other), one(other, incident)};
      });
}

}  // namespace hitokoe::incident
