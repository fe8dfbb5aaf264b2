#include "incident/moves/fold.h"

#include <algorithm>

#include "hitokoe/incident/incident.h"
#include "hitokoe/incident/receipts.h"
#include "incident/canonical_json.h"

namespace hitokoe::incident {
namespace {

constexpr std::string_view kPrefix = "incident/";

void count_people(Incident& in, const ExposureRecord& record, UtcTime at) {
  std::uint64_t ambiguous = 0;
  for (const auto& e : in.exposures) ambiguous = std::max(ambiguous, e.ambiguous_rows);
  auto people = in.people();
  for (const auto& c : record.controllers) people[c.controller] += c.added;
  for (const auto& [controller, n] : people) {
    const PeopleCount now{controller, n, n + ambiguous, at};
    const auto last = std::find_if(in.counts.rbegin(), in.counts.rend(), [&](const PeopleCount& p) {
      return p.controller == controller;
    });
    if (last != in.counts.rend() && last->people == now.people && last->possible == now.possible) {
      continue;
    }
    in.counts.push_back(now);
  }
}

Result<void> apply_exposure(Incident& in, const Event& e, bool opening) {
  TRY(auto record, decode_exposure(e.body));
  record.at = e.at;
  if (opening) {
    in.opened = e.at;
    in.state = State::kOpen;
    // What circulates was taken out by somebody: rule 7 item 3 is assumed until a person says no.
    in.facts.push_back({"", Fact::kWrongful, 1, "circulating", e.actor, e.at});
  }
  const auto same = std::find_if(in.exposures.begin(), in.exposures.end(),
                                 [&](const ExposureRecord& x) { return x.id == record.id; });
  const bool known = same != in.exposures.end();
  ExposureRecord kept = record;
  for (const auto& c : record.controllers) kept.carriers.insert(c.controller);
  if (known) kept.carriers.merge(same->carriers);
  kept.controllers.clear();
  kept.delegates.clear();
  kept.known.clear();
  kept.subjects_sha256.clear();
  if (known != (e.kind == "incident.updated")) {
    return fail(Errc::kCorrupt, "an exposure is joined once, and updated after it was joined",
                "流通の合流は一度だけ、更新は合流の後");
  }
  if (known) {
    *same = std::move(kept);
  } else {
    in.exposures.push_back(std::move(kept));
  }
  for (const auto& c : record.controllers) {
    if (!c.items.empty()) in.items[c.controller].insert(c.items.begin(), c.items.end());
  }
  count_people(in, record, e.at);
  in.delegates.insert(record.delegates.begin(), record.delegates.end());
  for (const auto& party : record.known) {
    in.knowledge.push_back({party, e.at, "opened", "", e.actor, e.at});
  }
  return ok();
}

// What all exposures say together; people and items are theirs.
Result<void> apply_attributed(Incident& in, const Event& e) {
  TRY(auto record, decode_exposure(e.body));
  if (record.id != kTogether) {
    return fail(Errc::kCorrupt, "not the verdict over all exposures", "全体の判定ではありません");
  }
  record.at = e.at;
  for (const auto& c : record.controllers) record.carriers.insert(c.controller);
  in.delegates.insert(record.delegates.begin(), record.delegates.end());
  for (const auto& party : record.known) {
    in.knowledge.push_back({party, e.at, "opened", "", e.actor, e.at});
  }
  record.controllers.clear();
  record.delegates.clear();
  record.known.clear();
  in.together = std::move(record);
  return ok();
}

Result<void> apply_advanced(Incident& in, const Event& e) {
  TRY(const auto r, BodyReader::parse(e.body));
  TRY(const auto name, r.text("to"));
  const auto to = state_by_name(name);
  if (!to || !may_become(in.state, to.value())) {
    return fail(Errc::kCorrupt, "not a step of an incident's life",
                "事案の状態としてあり得ない移り方");
  }
  in.state = to.value();
  in.transitions.push_back({to.value(), e.at, e.actor, r.text_or_empty("note")});
  return ok();
}

Result<void> apply_known(Incident& in, const Event& e) {
  TRY(const auto r, BodyReader::parse(e.body));
  Knowledge k;
  TRY(k.party, r.text("party"));
  TRY(const auto at, r.text("at"));
  TRY(k.known, parse_utc(at));
  TRY(k.basis, r.text("basis"));
  k.reason = r.text_or_empty("reason");
  k.by = e.actor;
  k.recorded = e.at;
  in.knowledge.push_back(std::move(k));
  return ok();
}

Result<void> apply_fact(Incident& in, const Event& e) {
  TRY(const auto r, BodyReader::parse(e.body));
  FactRecord f;
  TRY(const auto name, r.text("fact"));
  const auto fact = fact_by_name(name);
  if (!fact) return fail(Errc::kCorrupt, "no such fact", "知らない事実");
  f.fact = fact.value();
  TRY(f.value, r.number("value"));
  f.controller = r.text_or_empty("controller");
  f.reason = r.text_or_empty("reason");
  f.by = e.actor;
  f.recorded = e.at;
  in.facts.push_back(std::move(f));
  return ok();
}

Result<void> apply_done(Incident& in, const Event& e) {
  TRY(const auto r, BodyReader::parse(e.body));
  ClockDone d;
  TRY(d.rule, r.text("rule"));
  TRY(d.party, r.text("party"));
  d.to = r.text_or_empty("to");
  d.note = r.text_or_empty("note");
  d.by = e.actor;
  d.at = e.at;
  in.done.push_back(std::move(d));
  return ok();
}

Result<void> apply(Incident& in, const Event& e) {
  if (e.kind == "incident.opened") return apply_exposure(in, e, true);
  if (e.kind == "incident.joined") return apply_exposure(in, e, false);
  if (e.kind == "incident.updated") return apply_exposure(in, e, false);
  if (e.kind == "incident.attributed") return apply_attributed(in, e);
  if (e.kind == "incident.advanced") return apply_advanced(in, e);
  if (e.kind == "incident.known") return apply_known(in, e);
  if (e.kind == "incident.fact") return apply_fact(in, e);
  if (e.kind == "incident.clock_done") return apply_done(in, e);
  if (is_move(e.kind)) return moves::apply(in, e);
  return fail(Errc::kCorrupt, "no such kind of event", "知らない種類の記録");
}

}  // namespace

std::string stream_of(std::string_view incident) { return std::string(kPrefix).append(incident); }

Result<Incident> fold(std::span<const Event> events) {
  if (events.empty())
    return fail(Errc::kNotFound, "no such incident", "そのような事案はありません");
  Incident in;
  if (!events.front().stream.starts_with(kPrefix)) {
    return fail(Errc::kCorrupt, "the stream is not an incident's", "事案の流れではありません");
  }
  in.id = events.front().stream.substr(kPrefix.size());
  for (const auto& e : events) {
    const bool first = &e == &events.front();
    auto applied = first == (e.kind == "incident.opened")
                       ? apply(in, e)
                       : Result<void>(fail(Errc::kCorrupt, "an incident is opened once, and first",
                                           "事案の開始は一度だけ、最初の記録"));
    if (!applied) {
      return fail(Errc::kCorrupt, Words{"audit event ", "監査記録 "} +
                                      (std::to_string(e.seq) + " (" + in.id + "): ") +
                                      applied.error().words());
    }
    in.revision = e.seq;
  }
  return in;
}

std::set<std::string> Incident::captures() const {
  std::set<std::string> out;
  for (const auto& e : exposures) out.insert(e.captures.begin(), e.captures.end());
  return out;
}

std::map<std::string, std::uint64_t> Incident::people() const {
  std::map<std::string, std::uint64_t> out;
  for (const auto& c : counts) out[c.controller] = c.people;
  return out;
}

bool receipt_counts(UtcTime found, UtcTime received) { return jst_day(found) == jst_day(received); }

std::map<std::string, UtcTime> Incident::known_at() const {
  std::map<std::string, UtcTime> found;
  for (const auto& k : knowledge) {
    if (k.basis != "opened") continue;
    const auto [first, fresh] = found.try_emplace(k.party, k.known);
    if (!fresh) first->second = std::min(first->second, k.known);
  }
  const auto rank = [&](const Knowledge& k) {
    if (k.basis == "person" || k.basis == "merged") return 2;
    const auto first = found.find(k.party);
    const bool usable =
        k.basis == "alert" && first != found.end() && receipt_counts(first->second, k.known);
    return usable ? 1 : 0;
  };
  std::map<std::string, const Knowledge*> best;
  for (const auto& k : knowledge) {
    const Knowledge*& b = best[k.party];
    const bool better = b == nullptr || rank(k) > rank(*b) ||
                        (rank(k) == rank(*b) && (rank(k) == 2 || k.known < b->known));
    if (better) b = &k;
  }
  std::map<std::string, UtcTime> out;
  for (const auto& [party, k] : best) out[party] = k->known;
  return out;
}

}  // namespace hitokoe::incident
