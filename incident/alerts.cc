#include "hitokoe/incident/alerts.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestNote = 2000;

json::array array_of(const std::vector<std::string>& texts) {
  json::array all;
  for (const auto& text : texts) all.emplace_back(text);
  return all;
}

// Which part of a capture, without the name that somebody gave to a file in it.
std::string part_of(std::string_view document, std::string_view capture) {
  if (document == capture || !document.starts_with(capture)) return std::string(document);
  const auto dot = document.rfind('.');
  const auto ending = dot == std::string_view::npos ? std::string_view{} : document.substr(dot);
  const bool plain = ending.size() <= 6 && std::ranges::all_of(ending, [](char c) {
                       return c == '.' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
                     });
  return std::string(capture) + "!…" + (plain ? std::string(ending) : "");
}

}  // namespace

std::string_view to_string(AlertState state) {
  switch (state) {
    case AlertState::kOpen:
      return "open";
    case AlertState::kAcknowledged:
      return "acknowledged";
    case AlertState::kClosed:
      return "closed";
  }
  return "";
}

Result<AlertState> alert_state_by_name(std::string_view name) {
  for (const auto s : {AlertState::kOpen, AlertState::kAcknowledged, AlertState::kClosed}) {
    if (to_string(s) == name) return s;
  }
  return fail(Errc::kUsage, "states of alerts are open, acknowledged and closed",
              "警報の状態は open、acknowledged、closed");
}

std::string terms_difference(const matcher::TermFile& before, const matcher::TermFile& after) {
  std::map<std::string, std::pair<const matcher::Term*, const matcher::Term*>> terms;
  for (const auto& t : before.terms) terms[t.id].first = &t;
  for (const auto& t : after.terms) terms[t.id].second = &t;
  json::array added;
  json::array changed;
  json::array removed;
  for (const auto& [id, both] : terms) {
    if (both.first == nullptr) {
      added.emplace_back(id);
    } else if (both.second == nullptr) {
      removed.emplace_back(id);
    } else if (*both.first != *both.second) {
      changed.emplace_back(id);
    }
  }
  if (before.names != after.names) {
    (!before.names ? added : !after.names ? removed : changed).emplace_back("registry_names");
  }
  return json::serialize(
      json::object{{"added", added}, {"changed", changed}, {"removed", removed}});
}

std::string alert_id(std::string_view capture, std::string_view term) {
  std::string both(capture);
  both += '\0';
  both += term;
  return "ALR-" + crypto::sha256_hex(as_bytes(both)).substr(0, 16);
}

Result<Draft> alert_change(const registry::Viewer& viewer, const Alert& alert, AlertState to,
                           std::string_view note) {
  if (!viewer.may_change()) {
    return fail(Errc::kForbidden, "this account may look, but change nothing",
                "このアカウントは見るだけで、変更できません");
  }
  if (note.size() > kLongestNote) {
    return fail(Errc::kBadInput, "a note has 2,000 bytes at most", "メモは 2,000 バイトまでです");
  }
  const std::string kind = to == AlertState::kOpen ? "reopened" : std::string(to_string(to));
  return Draft{viewer.user(), "alert/" + alert.id, "alert." + kind,
               json::serialize(
                   json::object{{"capture", alert.capture}, {"note", note}, {"term", alert.term}})};
}

bool may_see_alert(const registry::Viewer& viewer, const std::vector<std::string>& carriers) {
  if (viewer.role() == registry::Role::kDesk) return false;
  if (viewer.sees_all_parties()) return true;
  return std::ranges::find(carriers, viewer.party()) != carriers.end();
}

std::string to_json(const Alert& a) {
  json::array places;
  for (const auto& p : a.places) {
    places.push_back({{"line", p.line}, {"byte", p.byte}, {"context", p.context}});
  }
  const auto time = [](const std::optional<UtcTime>& t) {
    return t ? json::value(format_utc(*t)) : json::value(nullptr);
  };
  return json::serialize(json::object{{"id", a.id},
                                      {"term", a.term},
                                      {"kind", matcher::to_string(a.kind)},
                                      {"severity", matcher::to_string(a.severity)},
                                      {"term_note", a.term_note},
                                      {"carriers", array_of(a.carriers)},
                                      {"capture", a.capture},
                                      {"source", a.source},
                                      {"document", a.document},
                                      {"count", a.count},
                                      {"likeness", matcher::to_string(a.likeness)},
                                      {"places", places},
                                      {"found", format_utc(a.found)},
                                      {"muted", a.muted},
                                      {"notified", time(a.notified)},
                                      {"hunt", a.hunt},
                                      {"state", to_string(a.state)},
                                      {"changed", time(a.changed)},
                                      {"changed_by", a.changed_by},
                                      {"note", a.note}});
}

std::vector<Alert> alerts_of(const std::vector<matcher::Term>& terms,
                             const std::vector<matcher::DocumentHits>& documents,
                             std::string_view capture, std::string_view source, UtcTime found) {
  std::map<std::uint32_t, Alert> by_term;
  for (const auto& document : documents) {
    for (const auto& hit : document.hits) {
      const auto [at, is_new] = by_term.try_emplace(hit.term);
      Alert& a = at->second;
      a.count += hit.count;
      if (!is_new) continue;
      const auto& term = terms[hit.term];
      a.id = alert_id(capture, term.id);
      a.term = term.id;
      a.kind = term.kind;
      a.severity = term.severity;
      a.term_note = term.note;
      a.carriers = term.carriers;
      a.capture = capture;
      a.source = source;
      a.document = part_of(document.document, capture);
      a.likeness = hit.likeness;
      a.places = hit.places;
      a.found = found;
    }
  }
  std::vector<Alert> alerts;
  alerts.reserve(by_term.size());
  for (auto& [term, alert] : by_term) alerts.push_back(std::move(alert));
  return alerts;
}

}  // namespace hitokoe::incident
