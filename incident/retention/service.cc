#include <algorithm>

#include "hitokoe/incident/moves.h"
#include "incident/canonical_json.h"
#include "incident/desk/keys.h"
#include "incident/kept_captures.h"
#include "incident/retention/history.h"

namespace hitokoe::incident {

namespace json = boost::json;
using retention::History;

namespace {

constexpr std::size_t kMostReason = 2000;

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

Result<void> may_lead(const Viewer& viewer) {
  if (viewer.role() == registry::Role::kCoordinator) return ok();
  return fail(Errc::kForbidden, "only a coordinator may do this", "取りまとめ役だけに許された操作");
}

Result<void> may_look(const Viewer& viewer) {
  if (viewer.role() == registry::Role::kAuditor) return ok();
  return may_lead(viewer);
}

// When it ended; nothing: it is not over. What was merged ends with the one that it is a part of.
Result<std::optional<JstDay>> end_of(const Incident& merged, IncidentStore& incidents,
                                     AuditLog& log) {
  constexpr int kDeepest = 64;  // merges of merges
  Incident in = merged;
  for (int i = 0; in.state == State::kMerged && i < kDeepest; ++i) {
    TRY(const auto events, log.read(stream_of(in.id)));
    std::string other;
    for (const auto& e : events) {
      if (e.kind != "incident.merged_into") continue;
      TRY(const auto body, decode_move(e.body));
      other = body.other;
    }
    TRY(in, incidents.load(desk::everything(), other));
  }
  if (!is_over(in.state) || in.transitions.empty()) return std::optional<JstDay>();
  return std::optional(jst_day(in.transitions.back().at));
}

json::object body_of(const RetentionItem& item) {
  return {{"kind", text(to_string(item.kind))},
          {"key_kind", item.key_kind},
          {"key_name", item.key_name},
          {"records", item.records},
          {"due", format_day(item.due)}};
}

Error nothing_of(const std::string& incident) {
  return {Errc::kNotFound, incident + ": nothing of it is kept or was destroyed",
          incident + ": 保存中のものも破棄したものもありません"};
}

}  // namespace

std::string_view to_string(RetentionState state) {
  switch (state) {
    case RetentionState::kRunning:
      return "running";
    case RetentionState::kDue:
      return "due";
    case RetentionState::kHeld:
      return "held";
    case RetentionState::kInterrupted:
      return "interrupted";
    case RetentionState::kDestroyed:
      return "destroyed";
  }
  return "running";
}

Result<std::vector<RetentionItem>> RetentionService::of(const std::string& incident) {
  std::vector<RetentionItem> out;
  TRY(const auto in, p_.incidents.load(desk::everything(), incident));
  TRY(const auto end, end_of(in, p_.incidents, p_.log));
  if (!end) return out;
  TRY(const auto events, p_.log.read(retention::stream_of(incident)));
  TRY(const auto history, retention::fold(events));
  const auto today = jst_day(p_.clock.now());
  const auto keys = p_.keys.list();
  const auto has = [&](std::string_view kind, const std::string& name) {
    return std::ranges::any_of(
        keys, [&](const auto& k) { return identity::to_string(k.kind) == kind && k.name == name; });
  };
  TRY(const auto campaigns, p_.campaigns.list());
  const auto add = [&](RetentionItem item) {
    if (!has(item.key_kind, item.key_name)) return;
    item.hold = history.hold;
    const History::Key key{item.kind, item.key_name};
    const auto destroyed = history.destroyed.find(key);
    if (destroyed != history.destroyed.end()) {
      item.state = RetentionState::kDestroyed;
      item.destroyed = destroyed->second;
      item.due = destroyed->second.due;
      item.records = destroyed->second.records;
    } else if (history.begun.contains(key)) {
      item.state = RetentionState::kInterrupted;
    } else if (today >= item.due) {
      item.state = history.held(today) ? RetentionState::kHeld : RetentionState::kDue;
    }
    out.push_back(std::move(item));
  };
  for (const auto& rule : plan_.rules()) {
    RetentionItem item;
    item.incident = incident;
    item.kind = rule.kind;
    item.closed = *end;
    item.due = *end + std::chrono::days(rule.days);
    item.key_kind = rule.kind == KeptKind::kContacts ? "campaign" : "incident";
    if (rule.kind == KeptKind::kSubjects) {
      item.key_name = incident;
      for (const auto& [carrier, people] : in.people()) item.records += people;
      add(std::move(item));
    } else if (rule.kind == KeptKind::kDesk) {
      item.key_name = desk::desk_key_name(incident);
      TRY(const auto calls, p_.log.read("desk/" + incident));
      item.records = static_cast<std::uint64_t>(
          std::ranges::count(calls, std::string("desk.noted"), &Event::kind));
      add(std::move(item));
    } else {
      for (const auto& campaign : campaigns) {  // of each its own key
        if (campaign.incident != incident) continue;
        auto one = item;
        one.key_name = campaign.id;
        TRY(const auto bundles, p_.campaigns.bundles(campaign.id));
        for (const auto& b : bundles) one.records += b.contacts;
        add(std::move(one));
      }
    }
  }
  return out;
}

Result<std::vector<RetentionItem>> RetentionService::items(const Viewer& viewer) {
  TRYV(may_look(viewer));
  TRY(const auto ids, p_.incidents.ids(viewer));
  std::vector<RetentionItem> out;
  for (const auto& id : ids) {
    TRY(auto items, of(id));
    for (auto& item : items) out.push_back(std::move(item));
  }
  std::ranges::stable_sort(out, {}, &RetentionItem::due);
  return out;
}

Result<std::vector<Destruction>> RetentionService::destroy(const Viewer& viewer,
                                                           const std::string& incident,
                                                           std::optional<KeptKind> kind) {
  TRYV(may_lead(viewer));
  TRY(auto items, of(incident));
  std::erase_if(items, [&](const auto& i) { return kind && i.kind != *kind; });
  if (items.empty()) return outcome::failure(nothing_of(incident));
  const auto stream = retention::stream_of(incident);
  std::vector<Destruction> out;
  bool held = false;
  for (auto& item : items) {
    held = held || item.state == RetentionState::kHeld;
    if (item.state != RetentionState::kDue && item.state != RetentionState::kInterrupted) continue;
    auto body = body_of(item);
    body["by"] = text(viewer.user());
    if (item.state == RetentionState::kDue) {
      TRYV(p_.log.append({viewer.user(), stream, "retention.begun", canonical(body)},
                         p_.clock.now()));
      // A hold that came meanwhile goes before: the key is still there.
      TRY(const auto events, p_.log.read(stream));
      TRY(const auto history, retention::fold(events));
      if (history.held(jst_day(p_.clock.now()))) {
        TRYV(p_.log.append({viewer.user(), stream, "retention.stopped", canonical(body)},
                           p_.clock.now()));
        held = true;
        continue;
      }
    } else {
      // As the intent had it: who began is on record with it.
      TRY(const auto events, p_.log.read(stream));
      TRY(const auto history, retention::fold(events));
      const auto& intent = history.begun.at({item.kind, item.key_name});
      item.records = intent.records;
      item.due = intent.due;
      body = body_of(item);
      body["by"] = text(intent.by);
    }
    if (item.kind == KeptKind::kSubjects) {
      // Its captures end with its key, and not with that of an incident which a move that was cut
      // short has left one with.
      TRY(const auto in, p_.incidents.load(desk::everything(), incident));
      TRYV(let_go_of_strays(p_.captures, p_.incidents, in.captures()));
    }
    TRY(const auto key, identity::key_kind_by_name(item.key_kind));
    TRYV(p_.keys.destroy(key, item.key_name));
    TRY(const auto event,
        p_.log.append({viewer.user(), stream, "retention.destroyed", canonical(body)},
                      p_.clock.now()));
    out.push_back({item.kind, item.key_kind, item.key_name, item.records, item.due,
                   std::string(body.at("by").as_string()), event.at, event.seq, event.hash});
  }
  if (out.empty()) {
    return fail(Errc::kConflict, held ? Words{incident + ": a legal hold stops the destruction",
                                              incident + ": 保全の指定により破棄できません"}
                                      : Words{incident + ": nothing is due",
                                              incident + ": 期限の来たものはありません"});
  }
  return out;
}

Result<void> RetentionService::hold(const Viewer& viewer, const std::string& incident, JstDay until,
                                    std::string_view reason) {
  TRYV(may_lead(viewer));
  TRYV(desk::check_reason(reason, kMostReason));
  if (until < jst_day(p_.clock.now())) {
    return fail(Errc::kBadInput, "a hold ends on a day to come", "保全の最終日は今日以降");
  }
  TRYV(p_.incidents.load(viewer, incident));
  const auto stream = retention::stream_of(incident);
  TRY(const auto events, p_.log.read(stream));
  TRY(const auto history, retention::fold(events));
  if (!history.begun.empty()) {
    return fail(Errc::kConflict, incident + ": its destruction has begun",
                incident + ": 破棄が始まっています");
  }
  const json::object body{{"reason", text(reason)}, {"until", format_day(until)}};
  TRYV(p_.log.append({viewer.user(), stream, "retention.held", canonical(body)}, p_.clock.now()));
  // Who began to destroy meanwhile looks for a hold after that, as this looks for a beginning.
  TRY(const auto now, p_.log.read(stream));
  TRY(const auto after, retention::fold(now));
  if (!after.begun.empty()) {
    return fail(Errc::kConflict,
                incident + ": its destruction began at the same time; see `retention due`",
                incident + ": 同時に破棄が始まりました。`retention due` で確かめてください");
  }
  return ok();
}

Result<void> RetentionService::release(const Viewer& viewer, const std::string& incident,
                                       std::string_view reason) {
  TRYV(may_lead(viewer));
  TRYV(desk::check_reason(reason, kMostReason));
  const auto stream = retention::stream_of(incident);
  TRY(const auto events, p_.log.read(stream));
  TRY(const auto history, retention::fold(events));
  if (!history.hold) {
    return fail(Errc::kNotFound, incident + " is under no hold",
                incident + " に保全の指定はありません");
  }
  const json::object body{{"reason", text(reason)}};
  TRYV(p_.log.append({viewer.user(), stream, "retention.released", canonical(body)},
                     p_.clock.now()));
  return ok();
}

}  // namespace hitokoe::incident
