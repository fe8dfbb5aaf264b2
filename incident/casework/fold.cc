// Casework from its events.
#include <algorithm>

#include "hitokoe/incident/casework.h"
#include "incident/canonical_json.h"

namespace hitokoe::incident {
namespace {

auto impossible(const char* en, const char* ja) { return fail(Errc::kCorrupt, en, ja); }

template <class T>
Result<T> known(Result<T> parsed) {
  if (!parsed) return impossible("no such name", "知らない名前");
  return parsed;
}

Result<void> apply_task(Casework& work, const Event& e, const BodyReader& r) {
  TaskKey key;
  TRY(key.party, r.text("party"));
  TRY(const auto kind, r.text("kind"));
  TRY(key.kind, known(task_kind_by_name(kind)));
  TaskRecord record;
  TRY(const auto state, r.text("state"));
  TRY(record.state, known(task_state_by_name(state)));
  if (const auto due = r.text_or_empty("due"); !due.empty()) {
    TRY(record.due, parse_day(due));
  }
  record.note = r.text_or_empty("note");
  record.by = e.actor;
  record.at = e.at;
  work.tasks[key] = std::move(record);
  return ok();
}

Result<void> apply_takedown(Casework& work, const Event& e, const BodyReader& r) {
  TRY(const auto capture, r.text("capture"));
  TRY(const auto name, r.text("state"));
  TRY(const auto state, known(takedown_state_by_name(name)));
  auto at = std::ranges::find(work.takedowns, capture, &Takedown::capture);
  if (at == work.takedowns.end()) {
    work.takedowns.push_back({capture, state, {}, {}, {}, e.at});
    at = work.takedowns.end() - 1;
  }
  at->state = state;
  at->note = r.text_or_empty("note");
  at->by = e.actor;
  at->at = e.at;
  return ok();
}

Result<void> apply_link(Casework& work, const Event& e, const BodyReader& r) {
  Link link;
  TRY(link.other, r.text("other"));
  TRY(const auto kind, r.text("kind"));
  TRY(link.kind, known(link_kind_by_name(kind)));
  TRY(link.older, r.boolean("older"));
  link.reason = r.text_or_empty("reason");
  link.by = e.actor;
  link.at = e.at;
  std::erase_if(work.links, [&](const Link& l) { return l.other == link.other; });
  work.links.push_back(std::move(link));
  return ok();
}

Result<void> apply_unlink(Casework& work, const BodyReader& r) {
  TRY(const auto other, r.text("other"));
  const auto gone = std::erase_if(work.links, [&](const Link& l) { return l.other == other; });
  if (gone == 0) return impossible("not linked", "結び付けがありません");
  return ok();
}

Result<void> apply_custody(Casework& work, const Event& e, const BodyReader& r) {
  Custody c;
  TRY(c.what, r.text("what"));
  TRY(c.captures, r.texts("captures"));
  c.purpose = r.text_or_empty("purpose");
  c.to = r.text_or_empty("sha256");
  c.request = r.text_or_empty("request");
  c.by = e.actor;
  c.at = e.at;
  work.custody.push_back(std::move(c));
  return ok();
}

Result<void> apply_view(Casework& work, const Event& e, const BodyReader& r) {
  TRY(const auto id, r.text("request"));
  const auto at = std::ranges::find(work.views, id, &ViewRequest::id);
  if (e.kind == "casework.view_requested") {
    if (at != work.views.end()) return impossible("a request is made once", "請求は一度だけ");
    ViewRequest v;
    v.id = id;
    TRY(v.capture, r.text("capture"));
    v.purpose = r.text_or_empty("purpose");
    v.by = e.actor;
    v.at = e.at;
    work.views.push_back(std::move(v));
    return ok();
  }
  if (at == work.views.end() || at->refused || !at->approved_by.empty() || at->by == e.actor) {
    return impossible("a request is decided once, by another person",
                      "請求の承認は別の人が一度だけ");
  }
  TRY(const bool approved, r.boolean("approved"));
  at->approved_by = approved ? e.actor : "";
  at->refused = !approved;
  if (approved) {
    TRY(const auto until, r.text("until"));
    TRY(at->until, parse_utc(until));
  }
  return ok();
}

Result<void> apply(Casework& work, const Event& e) {
  TRY(const auto r, BodyReader::parse(e.body));
  if (e.kind == "casework.task") return apply_task(work, e, r);
  if (e.kind == "casework.takedown") return apply_takedown(work, e, r);
  if (e.kind == "casework.linked") return apply_link(work, e, r);
  if (e.kind == "casework.unlinked") return apply_unlink(work, r);
  if (e.kind == "casework.custody") return apply_custody(work, e, r);
  if (e.kind == "casework.view_requested" || e.kind == "casework.view_decided") {
    return apply_view(work, e, r);
  }
  return impossible("no such kind of event", "知らない種類の記録");
}

}  // namespace

std::string casework_stream(std::string_view incident) {
  return std::string("casework/").append(incident);
}

Result<Casework> fold_casework(std::string_view incident, std::span<const Event> events) {
  Casework work;
  work.incident = incident;
  for (const auto& e : events) {
    if (auto applied = apply(work, e); !applied) {
      return fail(Errc::kCorrupt, Words{"audit event ", "監査記録 "} +
                                      (std::to_string(e.seq) + " (" + work.incident + "): ") +
                                      applied.error().words());
    }
    work.revision = e.seq;
  }
  return work;
}

Casework visible_to(Casework all, const Viewer& viewer) {
  using registry::Role;
  if (viewer.role() == Role::kCoordinator || viewer.role() == Role::kAuditor) return all;
  std::erase_if(all.tasks, [&](const auto& task) {
    return viewer.role() != Role::kParty || task.first.party != viewer.party();
  });
  // Names of persons and their notes are for who sees all parties: a note may name another party.
  for (auto& [key, record] : all.tasks) {
    record.by.clear();
    record.note.clear();
  }
  all.takedowns.clear();
  all.links.clear();
  all.custody.clear();
  all.views.clear();
  return all;
}

}  // namespace hitokoe::incident
