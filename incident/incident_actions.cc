// What people do with incidents, and what they may see of them.
#include <algorithm>

#include "hitokoe/incident/casework_service.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/incident/receipts.h"
#include "incident/canonical_json.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

constexpr int kMaxTries = 16;
constexpr std::size_t kMaxNote = 2000;

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

Result<void> check_note(std::string_view note, std::string_view what) {
  if (note.size() > kMaxNote) {
    return fail(Errc::kLimit, std::string(what) + " is longer than 2000 bytes",
                std::string(what) + " が 2000 バイトを超えています");
  }
  return ok();
}

Result<void> may_lead(const Viewer& viewer) {
  if (viewer.role() == registry::Role::kCoordinator) return ok();
  return fail(Errc::kForbidden, "only a coordinator may do this", "取りまとめ役だけに許された操作");
}

// A coordinator for everyone, a party's person for the own party.
Result<void> may_act_for(const Viewer& viewer, std::string_view party) {
  if (viewer.role() == registry::Role::kParty && viewer.party() == party) return ok();
  return may_lead(viewer);
}

// Does something show that the party knew before `received`, or say when it knew?
bool known_otherwise(const Incident& in, std::string_view party, UtcTime received) {
  auto found = UtcTime::max();
  for (const auto& k : in.knowledge) {
    if (k.party != party) continue;
    if (k.basis == "opened") {
      found = std::min(found, k.known);
    } else if (k.basis != "alert" || k.known <= received) {
      return true;
    }
  }
  if (received <= found) return false;
  return !receipt_counts(found, received) ||
         std::ranges::find(in.done, party, &ClockDone::party) != in.done.end() ||
         std::ranges::find(in.facts, party, &FactRecord::controller) != in.facts.end();
}

Draft draft(const Viewer& viewer, std::string_view kind, const json::object& body) {
  return {viewer.user(), "", std::string(kind), canonical(body)};
}

}  // namespace

Result<void> IncidentService::change(
    const Viewer& viewer, const std::string& id,
    const std::function<Result<std::optional<Draft>>(const Incident&)>& decide) {
  for (int i = 0;; ++i) {
    TRY(const auto in, p_.store.load(viewer, id));
    if (in.state == State::kMerged) {
      return fail(Errc::kConflict, id + " is merged into another incident: record it there",
                  id + " は別の事案に統合されています。その事案に記録してください");
    }
    TRY(auto event, decide(in));
    if (!event) return ok();
    event->stream = stream_of(id);
    IncidentChange change;
    change.incident = id;
    change.revision = in.revision;
    change.event = std::move(*event);
    auto done = p_.store.commit(change, p_.clock.now());
    if (done) return ok();
    if (done.error().code != Errc::kConflict || i + 1 == kMaxTries) {
      return outcome::failure(done.error());
    }
  }
}

Result<std::vector<IncidentView>> IncidentService::list(const Viewer& viewer) {
  TRY(const auto ids, p_.store.ids(viewer));
  std::vector<IncidentView> views;
  for (const auto& id : ids) {
    TRY(auto view, show(viewer, id));
    views.push_back(std::move(view));
  }
  return views;
}

std::optional<Words> IncidentService::holiday_warning() const {
  const auto today = jst_day(p_.clock.now());
  const auto en = p_.holidays.warning(today, Language::kEnglish);
  const auto ja = p_.holidays.warning(today, Language::kJapanese);
  if (!en || !ja) return std::nullopt;
  return Words{*en, *ja};
}

Result<IncidentView> IncidentService::show(const Viewer& viewer, const std::string& id) {
  TRY(const auto in, p_.store.load(viewer, id));
  return view_of(in, viewer, p_.rules, p_.holidays, p_.clock.now());
}

Result<void> IncidentService::advance(const Viewer& viewer, const std::string& id, State to,
                                      std::string_view note) {
  TRYV(may_lead(viewer));
  TRYV(check_note(note, "note"));
  return change(viewer, id, [&](const Incident& in) -> Result<std::optional<Draft>> {
    const bool closes = to == State::kClosed && may_become(in.state, to);
    if (closes && p_.casework != nullptr) {
      TRYV(p_.casework->may_close(id));
    }
    if (!may_become(in.state, to)) {
      return fail(Errc::kConflict,
                  id + " is " + std::string(to_string(in.state)) + " and cannot become " +
                      std::string(to_string(to)),
                  id + " は「" + std::string(shown(in.state, Language::kJapanese)) +
                      "」のため、「" + std::string(shown(to, Language::kJapanese)) +
                      "」にできません");
    }
    return draft(
        viewer, "incident.advanced",
        {{"from", text(to_string(in.state))}, {"to", text(to_string(to))}, {"note", text(note)}});
  });
}

Result<void> IncidentService::clock_done(const Viewer& viewer, const std::string& id,
                                         std::string_view rule, std::string_view party,
                                         std::string_view note, std::string_view to) {
  TRYV(may_act_for(viewer, party));
  TRYV(check_note(note, "note"));
  return change(viewer, id, [&](const Incident& in) -> Result<std::optional<Draft>> {
    const auto clocks = clocks_of(in, p_.rules, p_.holidays, p_.clock.now());
    bool runs = false;
    bool open = false;
    for (const auto& c : clocks) {
      if (c.rule != rule || c.controller != party || (!to.empty() && c.to_whom != to)) continue;
      runs = true;
      open = open || !c.done;
    }
    if (!runs) {
      return fail(Errc::kNotFound, id + ": no clock of this rule runs for this party",
                  id + ": この事業者にこの期限はありません");
    }
    if (!open) return std::optional<Draft>();
    return draft(
        viewer, "incident.clock_done",
        {{"rule", text(rule)}, {"party", text(party)}, {"to", text(to)}, {"note", text(note)}});
  });
}

Result<void> IncidentService::set_known_at(const Viewer& viewer, const std::string& id,
                                           std::string_view party, UtcTime known,
                                           std::string_view reason) {
  TRYV(may_act_for(viewer, party));
  TRYV(check_note(reason, "reason"));
  if (reason.empty())
    return fail(Errc::kBadInput, "a changed time of knowledge needs a reason",
                "知った時を変えるには理由が必要");
  if (known > p_.clock.now()) {
    return fail(Errc::kBadInput, "nobody can have known at a time to come", "知った時が未来の時刻");
  }
  return change(viewer, id, [&](const Incident& in) -> Result<std::optional<Draft>> {
    const auto times = in.known_at();
    const auto current = times.find(std::string(party));
    if (current == times.end()) {
      return fail(Errc::kNotFound, id + ": this party is not concerned",
                  id + ": この事業者は関係していません");
    }
    return draft(viewer, "incident.known",
                 {{"party", text(party)},
                  {"at", text(format_utc(known))},
                  {"basis", "person"},
                  {"reason", text(reason)}});
  });
}

Result<void> IncidentService::alert_received(const std::string& id, std::string_view party,
                                             UtcTime received, std::string_view channel) {
  TRYV(check_note(channel, "channel"));
  const Viewer service("service", registry::Role::kCoordinator, "");
  return change(service, id, [&](const Incident& in) -> Result<std::optional<Draft>> {
    if (!in.known_at().contains(std::string(party)))
      return fail(Errc::kNotFound, id + ": this party is not concerned",
                  id + ": この事業者は関係していません");
    if (known_otherwise(in, party, received)) return std::optional<Draft>();
    return draft(service, "incident.known",
                 {{"party", text(party)},
                  {"at", text(format_utc(received))},
                  {"basis", "alert"},
                  {"reason", text(channel)}});
  });
}

Result<void> IncidentService::set_fact(const Viewer& viewer, const std::string& id, Fact fact,
                                       std::uint64_t value, std::string_view controller,
                                       std::string_view reason) {
  TRYV(may_act_for(viewer, controller));
  TRYV(check_note(reason, "reason"));
  if (reason.empty()) return fail(Errc::kBadInput, "a fact needs a reason", "事実には理由が必要");
  if (fact != Fact::kPossiblePeople && value > 1) {
    return fail(Errc::kBadInput, "this fact is yes or no", "この事実は yes または no");
  }
  if (value > 10'000'000'000ULL)
    return fail(Errc::kBadInput, "more people than there are", "人数が多すぎます");
  return change(viewer, id, [&](const Incident& in) -> Result<std::optional<Draft>> {
    if (!controller.empty() && !in.people().contains(std::string(controller))) {
      return fail(Errc::kNotFound, id + ": this carrier is not concerned",
                  id + ": この通信会社は関係していません");
    }
    for (auto f = in.facts.rbegin(); f != in.facts.rend(); ++f) {
      if (f->fact != fact || f->controller != controller) continue;
      if (f->value == value) return std::optional<Draft>();
      break;
    }
    return draft(viewer, "incident.fact",
                 {{"fact", text(to_string(fact))},
                  {"value", value},
                  {"controller", text(controller)},
                  {"reason", text(reason)}});
  });
}

}  // namespace hitokoe::incident
