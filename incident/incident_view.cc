#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/incident/incident.h"
#include "incident/verdict_name.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

json::value text(std::string_view s) { return json::string(s.data(), s.size()); }

template <class T>
json::value time_or_null(const std::optional<T>& t) {
  if (!t) return nullptr;
  if constexpr (std::is_same_v<T, UtcTime>) {
    return text(format_utc(*t));
  } else {
    return text(format_day(*t));
  }
}

template <class List>
json::array texts(const List& list) {
  json::array out;
  for (const auto& s : list) out.push_back(text(s));
  return out;
}

// Of one party over all exposures: the report that is surest that its copy leaked, of those that
// may name it where there are such, so that nobody is named beside figures that do not allow it.
// Two reports of one leak are not independent: nothing is added up.
std::vector<IncidentHolder> merge_holders(std::span<const ExposureRecord> exposures,
                                          const Viewer& viewer) {
  std::map<std::string, IncidentHolder> merged;
  std::map<std::string, std::pair<bool, std::uint64_t>>
      surest;  // may be named; its copy, in millionths
  for (const auto& e : exposures) {
    for (const auto& h : e.holders) {
      IncidentHolder& m = merged[h.party];
      m.party = h.party;
      m.counts_shown = viewer.sees_all_parties() || viewer.party() == h.party;
      for (const auto& s : h.snapshots) {
        if (std::find(m.snapshots.begin(), m.snapshots.end(), s.id) == m.snapshots.end()) {
          m.snapshots.push_back(s.id);
        }
      }
      const std::pair sure(h.nameable, std::uint64_t{h.probability_e6} + h.passed_on_e6);
      if (sure >= surest[h.party]) {
        surest[h.party] = sure;
        m.nameable = h.nameable;
        m.probability = h.probability_e6 / 1e6;
        m.passed_on_e6 = h.passed_on_e6;
        m.matched_rows = h.matched_rows;
        m.exclusive_rows = h.exclusive_rows;
      }
    }
  }
  std::vector<IncidentHolder> out;
  out.reserve(merged.size());
  for (auto& [party, h] : merged) out.push_back(std::move(h));
  std::stable_sort(out.begin(), out.end(), [&](const IncidentHolder& a, const IncidentHolder& b) {
    return surest.at(a.party) > surest.at(b.party);
  });
  return out;
}

json::object holder_json(const IncidentHolder& h) {
  json::value matched = nullptr;
  json::value exclusive = nullptr;
  if (h.counts_shown) {
    matched = h.matched_rows;
    exclusive = h.exclusive_rows;
  }
  return {{"party", text(h.party)},
          {"snapshots", texts(h.snapshots)},
          {"probability", h.probability},
          {"passed_on_probability", h.passed_on()},
          {"matched_rows", std::move(matched)},
          {"exclusive_rows", std::move(exclusive)},
          {"nameable", h.nameable}};
}

json::object clock_json(const ClockView& c) {
  return {{"rule", text(c.rule)},
          {"rule_version", text(c.rule_version)},
          {"effective", text(format_day(c.effective))},
          {"law", text(c.source)},
          {"controller", text(c.controller)},
          {"to_whom", text(c.to_whom)},
          {"started", text(format_utc(c.started))},
          {"due", time_or_null(c.due)},
          {"due_day", c.due ? text(format_day(jst_day(*c.due))) : json::value(nullptr)},
          {"late", time_or_null(c.late)},
          {"done", time_or_null(c.done)},
          {"status", text(to_string(c.status))},
          {"before_roll", time_or_null(c.before_roll)},
          {"uncertain", c.uncertain},
          {"reason", text(c.reason)},
          {"text_ja", text(c.text_ja)},
          {"text_en", text(c.text_en)}};
}

}  // namespace

bool IncidentView::overdue() const {
  return std::any_of(clocks.begin(), clocks.end(), [](const ClockView& c) {
    return c.status == ClockStatus::kOverdue || c.status == ClockStatus::kLate;
  });
}

IncidentView view_of(const Incident& in, const Viewer& viewer, const ClockRules& rules,
                     const Holidays& holidays, UtcTime now) {
  IncidentView v;
  v.id = in.id;
  v.state = in.state;
  v.opened = in.opened;
  v.revision = in.revision;
  for (const auto& e : in.exposures) v.exposures.push_back(e.id);
  for (const auto& c : in.captures()) v.captures.push_back(c);
  // All judged together, where that was done; else what each of them said.
  std::span<const ExposureRecord> exposures = in.exposures;
  if (in.together) exposures = {&*in.together, 1};
  v.holders = merge_holders(exposures, viewer);

  const auto surest = std::max_element(exposures.begin(), exposures.end(),
                                       [](const ExposureRecord& a, const ExposureRecord& b) {
                                         return std::pair(a.attribution_shown, a.matched_subjects) <
                                                std::pair(b.attribution_shown, b.matched_subjects);
                                       });
  v.attribution_shown = surest != exposures.end() && surest->attribution_shown;
  if (v.attribution_shown) {
    v.verdict = surest->verdict;
    v.unknown_probability = surest->unknown_e6 / 1e6;
    const bool named = std::any_of(v.holders.begin(), v.holders.end(),
                                   [](const IncidentHolder& h) { return h.nameable; });
    if (named && !in.together) v.verdict = matcher::Verdict::kNamed;
  }

  for (const auto& [controller, n] : in.people()) {
    if (viewer.sees_all_parties() || controller == viewer.party()) v.subjects[controller] = n;
  }
  v.known_at = in.known_at();
  v.clocks = clocks_of(in, rules, holidays, now);
  std::set<identity::FieldId> items;
  for (const auto& [controller, fields] : in.items) items.insert(fields.begin(), fields.end());
  for (const auto field : items) v.items.emplace_back(identity::field_info(field).name);
  v.transitions = in.transitions;
  v.knowledge = in.knowledge;
  v.facts = in.facts;
  if (viewer.role() == registry::Role::kParty) {
    // The rows that let a delegate's clock be worked out are not all for its eyes.
    std::erase_if(v.clocks, [&](const ClockView& c) { return c.controller != viewer.party(); });
  }
  return v;
}

std::string to_json(const IncidentView& v) {
  json::array holders;
  for (const auto& h : v.holders) holders.push_back(holder_json(h));
  json::object subjects;
  for (const auto& [controller, n] : v.subjects) subjects[controller] = n;
  json::object known;
  for (const auto& [party, at] : v.known_at) known[party] = text(format_utc(at));
  json::array clocks;
  for (const auto& c : v.clocks) clocks.push_back(clock_json(c));
  json::array history;
  for (const auto& t : v.transitions) {
    history.push_back(json::object{{"to", text(to_string(t.to))},
                                   {"at", text(format_utc(t.at))},
                                   {"by", text(t.by)},
                                   {"note", text(t.note)}});
  }
  json::array knowledge;
  for (const auto& k : v.knowledge) {
    knowledge.push_back(json::object{{"party", text(k.party)},
                                     {"known", text(format_utc(k.known))},
                                     {"basis", text(k.basis)},
                                     {"reason", text(k.reason)},
                                     {"by", text(k.by)},
                                     {"recorded", text(format_utc(k.recorded))}});
  }
  json::array facts;
  for (const auto& f : v.facts) {
    facts.push_back(json::object{{"fact", text(to_string(f.fact))},
                                 {"value", f.value},
                                 {"controller", text(f.controller)},
                                 {"reason", text(f.reason)},
                                 {"by", text(f.by)},
                                 {"recorded", text(format_utc(f.recorded))}});
  }
  json::value verdict = nullptr;
  json::value unknown = nullptr;
  if (v.attribution_shown) {
    verdict = text(verdict_name(v.verdict));
    unknown = v.unknown_probability;
  }
  return json::serialize(json::object{
      {"id", text(v.id)},
      {"state", text(to_string(v.state))},
      {"opened", text(format_utc(v.opened))},
      {"revision", v.revision},
      {"overdue", v.overdue()},
      {"verdict", std::move(verdict)},
      {"holders", std::move(holders)},
      {"unknown_probability", std::move(unknown)},
      {"subjects", std::move(subjects)},
      {"items", texts(v.items)},
      {"exposures", texts(v.exposures)},
      {"captures", texts(v.captures)},
      {"known_at", std::move(known)},
      {"clocks", std::move(clocks)},
      {"history", std::move(history)},
      {"knowledge", std::move(knowledge)},
      {"facts", std::move(facts)},
  });
}

}  // namespace hitokoe::incident
