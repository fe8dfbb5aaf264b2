// Bodies of the events of moves, and how they change an incident.
#include <algorithm>

#include "incident/canonical_json.h"
#include "incident/moves/fold.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

constexpr std::string_view kKinds[] = {"incident.merged",    "incident.merged_into",
                                       "incident.unmerged",  "incident.restored",
                                       "incident.split_off", "incident.split_from"};

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

template <class List>
json::array texts(const List& list) {
  json::array out;
  for (const auto& s : list) out.emplace_back(text(s));
  return out;
}

json::array fields(const std::set<identity::FieldId>& items) {
  json::array out;
  for (const auto field : items) out.emplace_back(text(identity::field_info(field).name));
  return out;
}

json::object encode(const Contents& c) {
  json::array exposures;
  for (const auto& e : c.exposures) {
    const auto first = c.first_seen.find(e.id);
    exposures.push_back(
        json::object{{"record", text(encode_exposure(e))},
                     {"carriers", texts(e.carriers)},
                     {"at", format_utc(e.at)},
                     {"first", format_utc(first == c.first_seen.end() ? e.at : first->second)}});
  }
  json::array counts;
  for (const auto& n : c.counts) {
    counts.push_back(json::object{{"controller", text(n.controller)},
                                  {"people", n.people},
                                  {"possible", n.possible},
                                  {"at", format_utc(n.at)}});
  }
  json::array knowledge;
  for (const auto& k : c.knowledge) {
    knowledge.push_back(json::object{{"party", text(k.party)},
                                     {"known", format_utc(k.known)},
                                     {"basis", text(k.basis)},
                                     {"reason", text(k.reason)},
                                     {"by", text(k.by)},
                                     {"recorded", format_utc(k.recorded)}});
  }
  json::array facts;
  for (const auto& f : c.facts) {
    facts.push_back(json::object{{"controller", text(f.controller)},
                                 {"fact", text(to_string(f.fact))},
                                 {"value", f.value},
                                 {"reason", text(f.reason)},
                                 {"by", text(f.by)},
                                 {"recorded", format_utc(f.recorded)}});
  }
  json::array done;
  for (const auto& d : c.done) {
    done.push_back(json::object{{"rule", text(d.rule)},
                                {"party", text(d.party)},
                                {"to", text(d.to)},
                                {"note", text(d.note)},
                                {"by", text(d.by)},
                                {"at", format_utc(d.at)}});
  }
  json::array items;
  for (const auto& [controller, set] : c.items) {
    items.push_back(json::object{{"controller", text(controller)}, {"items", fields(set)}});
  }
  json::array delegates;
  for (const auto& d : c.delegates) {
    delegates.push_back(json::object{{"delegate", text(d.delegate)},
                                     {"delegator", text(d.delegator)},
                                     {"controller", text(d.controller)}});
  }
  return {{"exposures", std::move(exposures)}, {"counts", std::move(counts)},
          {"knowledge", std::move(knowledge)}, {"facts", std::move(facts)},
          {"done", std::move(done)},           {"items", std::move(items)},
          {"delegates", std::move(delegates)}};
}

Result<UtcTime> time(const BodyReader& r, std::string_view key) {
  TRY(const auto written, r.text(key));
  return parse_utc(written);
}

Result<void> decode_exposures(const BodyReader& r, Contents& out) {
  TRY(const auto exposures, r.objects("exposures"));
  out.exposures.reserve(exposures.size());
  for (const auto& e : exposures) {
    TRY(const auto body, e.text("record"));
    TRY(auto record, decode_exposure(body));
    TRY(const auto carriers, e.texts("carriers"));
    record.carriers.insert(carriers.begin(), carriers.end());
    TRY(record.at, time(e, "at"));
    TRY(const auto first, time(e, "first"));
    out.first_seen.emplace(record.id, first);
    out.exposures.push_back(std::move(record));
  }
  return ok();
}

Result<void> decode_people(const BodyReader& r, Contents& out) {
  TRY(const auto counts, r.objects("counts"));
  out.counts.reserve(counts.size());
  for (const auto& c : counts) {
    PeopleCount n;
    TRY(n.controller, c.text("controller"));
    TRY(n.people, c.number("people"));
    TRY(n.possible, c.number("possible"));
    TRY(n.at, time(c, "at"));
    out.counts.push_back(std::move(n));
  }
  TRY(const auto items, r.objects("items"));
  for (const auto& i : items) {
    TRY(const auto controller, i.text("controller"));
    auto& set = out.items[controller];
    TRY(const auto names, i.texts("items"));
    for (const auto& name : names) {
      const auto field = identity::field_by_name(name);
      if (!field)
        return fail(Errc::kCorrupt, "event body: no such field", "監査記録の本文: 知らない項目");
      set.insert(field.value());
    }
  }
  TRY(const auto delegates, r.objects("delegates"));
  for (const auto& d : delegates) {
    DelegateEdge edge;
    TRY(edge.delegate, d.text("delegate"));
    TRY(edge.delegator, d.text("delegator"));
    TRY(edge.controller, d.text("controller"));
    out.delegates.insert(std::move(edge));
  }
  return ok();
}

Result<void> decode_history(const BodyReader& r, Contents& out) {
  TRY(const auto knowledge, r.objects("knowledge"));
  out.knowledge.reserve(knowledge.size());
  for (const auto& n : knowledge) {
    Knowledge k;
    TRY(k.party, n.text("party"));
    TRY(k.known, time(n, "known"));
    TRY(k.basis, n.text("basis"));
    k.reason = n.text_or_empty("reason");
    k.by = n.text_or_empty("by");
    TRY(k.recorded, time(n, "recorded"));
    out.knowledge.push_back(std::move(k));
  }
  TRY(const auto facts, r.objects("facts"));
  out.facts.reserve(facts.size());
  for (const auto& n : facts) {
    FactRecord f;
    f.controller = n.text_or_empty("controller");
    TRY(const auto name, n.text("fact"));
    const auto fact = fact_by_name(name);
    if (!fact) return fail(Errc::kCorrupt, "no such fact", "知らない事実");
    f.fact = fact.value();
    TRY(f.value, n.number("value"));
    f.reason = n.text_or_empty("reason");
    f.by = n.text_or_empty("by");
    TRY(f.recorded, time(n, "recorded"));
    out.facts.push_back(std::move(f));
  }
  TRY(const auto done, r.objects("done"));
  out.done.reserve(done.size());
  for (const auto& n : done) {
    ClockDone d;
    TRY(d.rule, n.text("rule"));
    TRY(d.party, n.text("party"));
    d.to = n.text_or_empty("to");
    d.note = n.text_or_empty("note");
    d.by = n.text_or_empty("by");
    TRY(d.at, time(n, "at"));
    out.done.push_back(std::move(d));
  }
  return ok();
}

void replace(Incident& in, Contents contents) {
  in.exposures = std::move(contents.exposures);
  in.counts = std::move(contents.counts);
  in.knowledge = std::move(contents.knowledge);
  in.facts = std::move(contents.facts);
  in.done = std::move(contents.done);
  in.items = std::move(contents.items);
  in.delegates = std::move(contents.delegates);
  in.together.reset();  // it spoke of other exposures
}

}  // namespace

bool is_move(std::string_view kind) { return std::ranges::find(kKinds, kind) != std::end(kKinds); }

std::string encode_move(const MoveBody& body) {
  json::array subjects;
  for (const auto& [exposure, digest] : body.subjects) {
    subjects.push_back(json::object{{"exposure", text(exposure)}, {"sha256", text(digest)}});
  }
  json::object out{{"other", text(body.other)},
                   {"reason", text(body.reason)},
                   {"exposures", texts(body.exposures)},
                   {"gone", texts(body.gone)},
                   {"subjects", std::move(subjects)}};
  if (body.state) out["state"] = text(to_string(*body.state));
  if (body.contents) out["contents"] = json::array{encode(*body.contents)};
  return canonical(out);
}

Result<MoveBody> decode_move(std::string_view body) {
  TRY(const auto r, BodyReader::parse(body));
  MoveBody out;
  TRY(out.other, r.text("other"));
  out.reason = r.text_or_empty("reason");
  TRY(out.exposures, r.texts("exposures"));
  TRY(out.gone, r.texts("gone"));
  TRY(const auto subjects, r.objects("subjects"));
  for (const auto& s : subjects) {
    TRY(const auto exposure, s.text("exposure"));
    TRY(const auto digest, s.text("sha256"));
    out.subjects.emplace(exposure, digest);
  }
  if (const auto state = r.text_or_empty("state"); !state.empty()) {
    const auto known = state_by_name(state);
    if (!known) return fail(Errc::kCorrupt, "no such state", "知らない状態");
    out.state = known.value();
  }
  const auto contents = r.objects("contents");
  if (contents && contents.value().size() == 1) {
    auto& made = out.contents.emplace();
    TRYV(decode_exposures(contents.value().front(), made));
    TRYV(decode_people(contents.value().front(), made));
    TRYV(decode_history(contents.value().front(), made));
  }
  return out;
}

std::string to_json(const std::string& incident, const std::vector<MoveRecord>& moves) {
  json::array list;
  for (const auto& m : moves) {
    list.push_back(json::object{{"kind", text(m.kind)},
                                {"other", text(m.other)},
                                {"exposures", texts(m.exposures)},
                                {"reason", text(m.reason)},
                                {"by", text(m.by)},
                                {"at", format_utc(m.at)},
                                {"event", m.event}});
  }
  return json::serialize(json::object{{"incident", text(incident)}, {"moves", std::move(list)}});
}

namespace moves {

Contents contents_of(const Incident& in) {
  Contents c;
  c.exposures = in.exposures;
  c.counts = in.counts;
  c.knowledge = in.knowledge;
  c.facts = in.facts;
  c.done = in.done;
  c.items = in.items;
  c.delegates = in.delegates;
  return c;
}

Result<void> apply(Incident& in, const Event& e) {
  TRY(auto body, decode_move(e.body));
  const bool ends = e.kind == "incident.merged_into";
  const bool begins = e.kind == "incident.restored";
  if ((in.state == State::kMerged) != begins || (!ends && !body.contents) ||
      (begins && !body.state)) {
    return fail(Errc::kCorrupt, "not a move that is possible here", "ここではあり得ない統合・分離");
  }
  if (body.contents) replace(in, std::move(*body.contents));
  if (ends || begins) {
    in.state = ends ? State::kMerged : *body.state;
    in.transitions.push_back({in.state, e.at, e.actor, body.reason});
  }
  return ok();
}

}  // namespace moves
}  // namespace hitokoe::incident
