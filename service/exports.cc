#include "service/exports.h"

#include <algorithm>
#include <boost/json.hpp>

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using registry::Role;
using registry::Viewer;

constexpr std::pair<ExportKind, std::string_view> kNames[] = {
    {ExportKind::kIncidents, "incidents"}, {ExportKind::kClocks, "clocks"},
    {ExportKind::kCounts, "counts"},       {ExportKind::kAlerts, "alerts"},
    {ExportKind::kCampaigns, "campaigns"}, {ExportKind::kAudit, "audit"},
    {ExportKind::kRegistry, "registry"},
};

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
json::value joined(const List& list) {
  std::string out;
  for (const auto& one : list) out += (out.empty() ? "" : " ") + std::string(one);
  return text(out);
}

Result<ExportTable> incidents(const ExportParts& parts, const Viewer& viewer) {
  ExportTable t{"incidents",
                {"id", "state", "opened", "revision", "overdue", "people", "items", "exposures",
                 "captures", "named"},
                {}};
  TRY(const auto all, parts.incidents.list(viewer));
  for (const auto& v : all) {
    std::uint64_t people = 0;
    for (const auto& [carrier, n] : v.subjects) people += n;
    std::vector<std::string> named;
    for (const auto& h : v.holders) {
      if (h.nameable) named.push_back(h.party);
    }
    t.rows.push_back({text(v.id), text(to_string(v.state)), text(format_utc(v.opened)), v.revision,
                      v.overdue(), people, joined(v.items), v.exposures.size(), v.captures.size(),
                      joined(named)});
  }
  return t;
}

Result<ExportTable> clocks(const ExportParts& parts, const Viewer& viewer) {
  ExportTable t{
      "clocks",
      {"incident", "rule", "party", "to_whom", "started", "due", "due_day", "late", "done",
       "status", "before_roll", "uncertain", "reason", "text_ja", "text_en", "law"},
      {}};
  TRY(const auto all, parts.incidents.list(viewer));
  for (const auto& v : all) {
    for (const auto& c : v.clocks) {
      t.rows.push_back({text(v.id), text(c.rule), text(c.controller), text(c.to_whom),
                        text(format_utc(c.started)), time_or_null(c.due),
                        c.due ? text(format_day(jst_day(*c.due))) : json::value(nullptr),
                        time_or_null(c.late), time_or_null(c.done), text(to_string(c.status)),
                        time_or_null(c.before_roll), c.uncertain, text(c.reason), text(c.text_ja),
                        text(c.text_en), text(c.source)});
    }
  }
  return t;
}

Result<ExportTable> counts(const ExportParts& parts, const Viewer& viewer) {
  ExportTable t{"counts", {"incident", "carrier", "people"}, {}};
  TRY(const auto all, parts.incidents.list(viewer));
  for (const auto& v : all) {
    for (const auto& [carrier, n] : v.subjects) t.rows.push_back({text(v.id), text(carrier), n});
  }
  return t;
}

Error too_many() {
  return {Errc::kLimit, "more rows than one file may hold", "一つのファイルに入りきらない数です"};
}

Result<ExportTable> alerts(const ExportParts& parts, const Viewer& viewer) {
  ExportTable t{"alerts",
                {"id", "term", "kind", "severity", "carriers", "capture", "source", "count",
                 "likeness", "found", "muted", "state", "changed", "changed_by"},
                {}};
  incident::AlertFilter filter;
  filter.limit = 1000;
  for (;;) {
    TRY(const auto page, parts.alerts.list(viewer, filter));
    for (const auto& a : page) {
      t.rows.push_back({text(a.id), text(a.term), text(matcher::to_string(a.kind)),
                        text(matcher::to_string(a.severity)), joined(a.carriers), text(a.capture),
                        text(a.source), a.count, text(matcher::to_string(a.likeness)),
                        text(format_utc(a.found)), a.muted, text(to_string(a.state)),
                        time_or_null(a.changed), text(a.changed_by)});
    }
    if (t.rows.size() > kMostExported) return outcome::failure(too_many());
    if (page.size() < filter.limit) return t;
    filter.after = page.back().id;
  }
}

// A party knows of a campaign with its own customers, or one that it is asked to approve.
Result<bool> knows_of(incident::CampaignStore& store, const Viewer& viewer,
                      const incident::CampaignRow& row) {
  if (viewer.sees_all_parties()) return true;
  TRY(const auto own, store.customers(row.id, viewer.party()));
  if (!own.empty() || row.version == 0) return !own.empty();
  TRY(const auto version, store.version(row.id, row.version));
  return std::ranges::find(version.concerned, viewer.party()) != version.concerned.end();
}

// Where campaigns stand: numbers of persons by outcome, a party's own ones only. No contacts.
Result<ExportTable> campaigns(const ExportParts& parts, const Viewer& viewer) {
  ExportTable t{"campaigns", {"id", "incident", "state", "version", "created", "persons"}, {}};
  for (std::size_t s = 0; s < incident::kDeliveryStates; ++s) {
    t.columns.emplace_back(to_string(static_cast<incident::DeliveryState>(s)));
  }
  TRY(const auto known, parts.incidents.list(viewer));
  std::set<std::string> ids;
  for (const auto& v : known) ids.insert(v.id);
  const std::string only = viewer.role() == Role::kParty ? viewer.party() : "";
  TRY(const auto all, parts.campaigns.list());
  for (const auto& row : all) {
    if (!ids.contains(row.incident)) continue;
    TRY(const bool known_to, knows_of(parts.campaigns, viewer, row));
    if (!known_to) continue;
    TRY(const auto counts, parts.campaigns.counts(row.id, only));
    std::uint64_t persons = 0;
    for (const auto n : counts) persons += n;
    std::vector<json::value> cells{text(row.id),
                                   text(row.incident),
                                   text(to_string(row.state)),
                                   row.version,
                                   text(format_utc(row.created)),
                                   persons};
    for (const auto n : counts) cells.emplace_back(n);
    t.rows.push_back(std::move(cells));
  }
  return t;
}

Result<ExportTable> audit(const ExportParts& parts, const Viewer& viewer) {
  if (viewer.role() != Role::kCoordinator && viewer.role() != Role::kAuditor) {
    return fail(Errc::kForbidden, "the audit log is for coordinators and auditors",
                "監査記録は取りまとめ役と監査だけが見られます");
  }
  ExportTable t{"audit", {"seq", "at", "actor", "stream", "kind", "body", "hash"}, {}};
  TRYV(parts.audit.for_each([&](const incident::Event& e) -> Result<void> {
    if (t.rows.size() >= kMostExported) {
      return outcome::failure(too_many());
    }
    t.rows.push_back({e.seq, text(format_utc(e.at)), text(e.actor), text(e.stream), text(e.kind),
                      text(e.body), text(to_hex(e.hash))});
    return ok();
  }));
  return t;
}

// Delegations, with what was handed over under them. A party sees those that it is a side of.
Result<ExportTable> registry(const ExportParts& parts, const Viewer& viewer) {
  ExportTable t{
      "registry",
      {"delegation", "controller", "from", "to", "under", "type", "purposes", "items", "begins",
       "ends", "consent_by", "consent_on", "returned_on", "snapshots", "records"},
      {}};
  const bool all = viewer.role() == Role::kCoordinator || viewer.role() == Role::kAuditor;
  TRY(const auto registry, parts.registry.load());
  for (const auto& d : registry.delegations()) {
    const bool own =
        viewer.role() == Role::kParty &&
        (d.controller == viewer.party() || d.from == viewer.party() || d.to == viewer.party());
    if (!all && !own) continue;
    std::vector<std::string> items;
    items.reserve(d.items.size());
    for (const auto field : d.items) items.emplace_back(identity::field_info(field).name);
    std::vector<std::string> snapshots;
    std::uint64_t records = 0;
    for (const auto& s : registry.snapshots()) {
      if (s.delegation != d.id) continue;
      snapshots.push_back(s.id);
      records += s.records;
    }
    const auto day = [](const std::optional<registry::Consent>& c) {
      return c ? text(format_day(c->on)) : json::value(nullptr);
    };
    t.rows.push_back({text(d.id), text(d.controller), text(d.from), text(d.to), text(d.under),
                      text(registry::to_string(d.type)), joined(d.purposes), joined(items),
                      text(format_day(d.begins)), time_or_null(d.ends),
                      d.consent ? text(d.consent->by) : json::value(nullptr), day(d.consent),
                      day(d.returned), joined(snapshots), records});
  }
  return t;
}

// What spreadsheets take for the beginning of a formula, in half and full width (OWASP, "CSV
// Injection").
bool looks_like_formula(std::string_view s) {
  if (s.empty()) return false;
  if (std::string_view("=+-@\t\r\n").find(s.front()) != std::string_view::npos) return true;
  for (const std::string_view wide : {"＝", "＋", "－", "＠"}) {
    if (s.starts_with(wide)) return true;
  }
  return false;
}

void write_cell(std::string& out, const json::value& value) {
  if (value.is_null()) return;
  if (!value.is_string()) {
    out += json::serialize(value);
    return;
  }
  const auto& held = value.get_string();
  std::string cell(held.data(), held.size());
  if (looks_like_formula(cell)) cell.insert(0, 1, '\'');
  if (cell.find_first_of("\",\r\n") == std::string::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

std::string_view to_string(ExportKind kind) {
  for (const auto& [k, name] : kNames) {
    if (k == kind) return name;
  }
  return "";
}

Result<ExportKind> export_kind_by_name(std::string_view name) {
  std::string known;
  for (const auto& [kind, n] : kNames) {
    if (n == name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(n);
  }
  return fail(Errc::kUsage, "what can be exported: " + known, "書き出せるもの: " + known);
}

std::string to_csv(const ExportTable& table) {
  std::string out = "\xef\xbb\xbf";
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    out += (c == 0 ? "" : ",") + table.columns[c];
  }
  out += "\r\n";
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (c > 0) out += ',';
      write_cell(out, row[c]);
    }
    out += "\r\n";
  }
  return out;
}

std::string to_json(const ExportTable& table) {
  json::array rows;
  rows.reserve(table.rows.size());
  for (const auto& row : table.rows) {
    json::object one;
    for (std::size_t c = 0; c < row.size() && c < table.columns.size(); ++c) {
      one[table.columns[c]] = row[c];
    }
    rows.push_back(std::move(one));
  }
  return json::serialize(json::object{{table.name, std::move(rows)}});
}

Result<ExportTable> export_table(const ExportParts& parts, const Viewer& viewer, ExportKind kind) {
  switch (kind) {
    case ExportKind::kIncidents:
      return incidents(parts, viewer);
    case ExportKind::kClocks:
      return clocks(parts, viewer);
    case ExportKind::kCounts:
      return counts(parts, viewer);
    case ExportKind::kAlerts:
      return alerts(parts, viewer);
    case ExportKind::kCampaigns:
      return campaigns(parts, viewer);
    case ExportKind::kAudit:
      return audit(parts, viewer);
    case ExportKind::kRegistry:
      return registry(parts, viewer);
  }
  return fail(Errc::kInternal, "no such export", "そのような書き出しはありません");
}

}  // namespace hitokoe::service
