// What a viewer may see of an incident. The filter is in every query: `everything` is 1 for those
// who see all parties, else only rows of `party` come back (docs/incident.md, "Who sees what").
#include "storage/sql/incident_tables.h"

namespace hitokoe::storage::sql {
namespace {

using incident::ExposureRecord;
using incident::HolderRecord;
using incident::HolderSnapshot;
using incident::Incident;
using matcher::Verdict;
using registry::Role;
using registry::Viewer;

struct Scope {
  int everything = 0;
  std::string party;  // of a kParty viewer
};

auto not_found(const std::string& id) {
  // The same text whether it does not exist or is not the viewer's; ids are ours, no outside text.
  return fail(Errc::kNotFound, "no incident " + id.substr(0, 64),
              "事案 " + id.substr(0, 64) + " はありません");
}

Result<Verdict> verdict_of(int stored) {
  if (stored < 0 || stored > static_cast<int>(Verdict::kNoMatch)) {
    return fail(Errc::kCorrupt, "incident table: no such verdict", "事案の表: 知らない判定");
  }
  return static_cast<Verdict>(stored);
}

Result<void> read_exposures(Transaction& tx, const Scope& who, Incident& in) {
  // A carrier sees exposures with its customers; a holder, and who is above a named one, that there
  // is one. The verdict "named" is told only to whom the name is told.
  using Row = std::tuple<std::string, std::string, int, std::uint32_t, std::uint64_t, std::uint64_t,
                         bool, UtcTime, bool>;
  TRY(const auto rows,
      (tx.rows<std::string, std::string, int, std::uint32_t, std::uint64_t, std::uint64_t, bool,
               UtcTime, bool>(
          "WITH seen AS ("
          "  SELECT e.*,"
          "    EXISTS (SELECT 1 FROM incident_exposure_carrier c WHERE c.incident = e.incident"
          "      AND c.exposure = e.id AND c.carrier = :party) AS carrier,"
          "    EXISTS (SELECT 1 FROM incident_holder h WHERE h.incident = e.incident"
          "      AND h.exposure = e.id AND h.party = :party) AS holder,"
          "    EXISTS (SELECT 1 FROM incident_holder h JOIN incident_above a"
          "      ON a.incident = h.incident AND a.exposure = h.exposure AND a.holder = h.position"
          "      WHERE h.incident = e.incident AND h.exposure = e.id AND h.nameable = 1"
          "      AND a.party = :party) AS above"
          "  FROM incident_exposure e WHERE e.incident = :id),"
          " told AS (SELECT *, :everything = 1 OR (carrier AND (verdict <> :named OR above))"
          "   AS attribution FROM seen) "
          "SELECT id, CASE WHEN :everything = 1 OR carrier THEN source ELSE '' END,"
          "  CASE WHEN attribution THEN verdict ELSE :none END,"
          "  CASE WHEN attribution THEN unknown_e6 ELSE 0 END,"
          "  CASE WHEN :everything = 1 THEN matched_subjects ELSE 0 END,"
          "  CASE WHEN :everything = 1 THEN ambiguous_rows ELSE 0 END,"
          "  CASE WHEN :everything = 1 THEN canary ELSE 0 END, at, attribution "
          "FROM told WHERE :everything = 1 OR carrier OR holder OR above ORDER BY position",
          who.party, in.id, who.everything, static_cast<int>(Verdict::kNamed),
          static_cast<int>(Verdict::kNoMatch))));
  for (const Row& row : rows) {
    ExposureRecord& e = in.exposures.emplace_back();
    int verdict = 0;
    std::tie(e.id, e.source, verdict, e.unknown_e6, e.matched_subjects, e.ambiguous_rows, e.canary,
             e.at, e.attribution_shown) = row;
    TRY(e.verdict, verdict_of(verdict));
  }
  return ok();
}

Result<void> read_exposure_lists(Transaction& tx, const Scope& who, const std::string& id,
                                 ExposureRecord& e) {
  TRY(const auto carriers, tx.column<std::string>("SELECT carrier FROM incident_exposure_carrier "
                                                  "WHERE incident = :id AND exposure = :exposure "
                                                  "AND (:everything = 1 OR carrier = :party)",
                                                  id, e.id, who.everything, who.party));
  e.carriers.insert(carriers.begin(), carriers.end());
  TRY(e.captures,
      tx.column<std::string>(
          "SELECT capture FROM incident_capture k "
          "WHERE incident = :id AND exposure = :exposure AND (:everything = 1 OR EXISTS "
          "(SELECT 1 FROM incident_exposure_carrier c WHERE c.incident = k.incident "
          "AND c.exposure = k.exposure AND c.carrier = :party)) ORDER BY capture",
          id, e.id, who.everything, who.party));
  return ok();
}

Result<void> read_holders(Transaction& tx, const Scope& who, const std::string& id,
                          ExposureRecord& e) {
  // A party sees itself; and a holder below it on a chain once that may be named, without counts
  // that may be of another carrier's rows.
  TRY(const auto holders,
      (tx.rows<std::int64_t, std::string, std::uint32_t, std::uint32_t, std::uint64_t,
               std::uint64_t, bool, std::string>(
          "SELECT position, party, probability_e6, passed_on_e6,"
          "  CASE WHEN :everything = 1 OR party = :party THEN matched_rows ELSE 0 END,"
          "  CASE WHEN :everything = 1 OR party = :party THEN exclusive_rows ELSE 0 END, nameable,"
          "  COALESCE((SELECT explanation FROM incident_explanation x WHERE x.incident = h.incident"
          "    AND x.exposure = h.exposure AND x.holder = h.position"
          "    AND (:everything = 1 OR h.party = :party)), '') "
          "FROM incident_holder h WHERE incident = :id AND exposure = :exposure "
          "AND (:everything = 1 OR party = :party OR (nameable = 1 AND EXISTS "
          "(SELECT 1 FROM incident_above a WHERE a.incident = h.incident AND a.exposure = "
          "h.exposure AND a.holder = h.position AND a.party = :party))) ORDER BY position",
          who.everything, who.party, id, e.id)));
  for (const auto& [position, party, probability, passed_on, matched, exclusive, nameable,
                    explanation] : holders) {
    HolderRecord& h = e.holders.emplace_back();
    h.party = party;
    h.probability_e6 = probability;
    h.passed_on_e6 = passed_on;
    h.matched_rows = matched;
    h.exclusive_rows = exclusive;
    h.nameable = nameable;
    h.explanation = explanation;
    TRY(const auto snapshots,
        (tx.rows<std::int64_t, std::string, std::string>(
            "SELECT position, snapshot, controller FROM incident_holder_snapshot s "
            "WHERE incident = :id AND exposure = :exposure AND holder = :holder "
            "AND (:everything = 1 OR :self = 1 OR EXISTS (SELECT 1 FROM incident_above a "
            "WHERE a.incident = s.incident AND a.exposure = s.exposure AND a.holder = s.holder "
            "AND a.snapshot = s.position AND a.party = :party)) ORDER BY position",
            id, e.id, position, who.everything, party == who.party ? 1 : 0, who.party)));
    for (const auto& [at, snapshot, controller] : snapshots) {
      HolderSnapshot& s = h.snapshots.emplace_back();
      s.id = snapshot;
      s.controller = controller;
      TRY(s.above, tx.column<std::string>(
                       "SELECT party FROM incident_above WHERE incident = :id "
                       "AND exposure = :exposure AND holder = :holder AND snapshot = :snapshot "
                       "AND (:everything = 1 OR party = :party) ORDER BY position",
                       id, e.id, position, at, who.everything, who.party));
    }
  }
  return ok();
}

// The verdict over all exposures stands before them. What it says beside the holders names parties.
Result<void> take_together(Transaction& tx, const Scope& who, Incident& in) {
  if (in.exposures.empty() || in.exposures.front().id != incident::kTogether) return ok();
  in.together = std::move(in.exposures.front());
  in.exposures.erase(in.exposures.begin());
  TRY(const auto whole,
      tx.value<std::string>("SELECT explanation FROM incident_explanation WHERE incident = :id "
                            "AND exposure = :exposure AND holder = -1 AND :everything = 1",
                            in.id, in.together->id, who.everything));
  in.together->whole = whole.value_or("");
  return ok();
}

Result<void> read_people(Transaction& tx, const Scope& who, Incident& in) {
  TRYV((tx.each<std::string, std::uint64_t, std::uint64_t, UtcTime>(
      [&](std::string controller, std::uint64_t people, std::uint64_t possible,
          UtcTime at) -> Result<void> {
        in.counts.push_back({std::move(controller), people, possible, at});
        return ok();
      },
      "SELECT controller, people, possible, at FROM incident_count WHERE incident = :id "
      "AND (:everything = 1 OR controller IN "
      "(SELECT controller FROM incident_party WHERE incident = :id AND party = :party)) "
      "ORDER BY position",
      in.id, who.everything, who.party)));
  TRYV((tx.each<std::string, std::uint8_t>(
      [&](std::string controller, std::uint8_t field) -> Result<void> {
        in.items[std::move(controller)].insert(static_cast<identity::FieldId>(field));
        return ok();
      },
      "SELECT controller, field FROM incident_item WHERE incident = :id "
      "AND (:everything = 1 OR controller IN "
      "(SELECT controller FROM incident_party WHERE incident = :id AND party = :party))",
      in.id, who.everything, who.party)));
  return tx.each<std::string, std::string, std::string>(
      [&](std::string delegate, std::string delegator, std::string controller) -> Result<void> {
        in.delegates.insert({std::move(delegate), std::move(delegator), std::move(controller)});
        return ok();
      },
      "SELECT delegate, delegator, controller FROM incident_delegate WHERE incident = :id "
      "AND (:everything = 1 OR delegate = :party)",
      in.id, who.everything, who.party);
}

// Everyone who knows of an incident sees its steps; notes and names are the coordinators'.
Result<void> read_transitions(Transaction& tx, const Scope& who, Incident& in) {
  return tx.each<std::string, UtcTime, std::string, std::string>(
      [&](const std::string& state, UtcTime at, std::string by, std::string note) -> Result<void> {
        const auto to = incident::state_by_name(state);
        if (!to)
          return fail(Errc::kCorrupt, "incident table: no such state", "事案の表: 知らない状態");
        in.transitions.push_back({to.value(), at, std::move(by), std::move(note)});
        return ok();
      },
      "SELECT state, at, CASE WHEN :everything = 1 THEN by ELSE '' END, "
      "CASE WHEN :everything = 1 THEN note ELSE '' END "
      "FROM incident_transition WHERE incident = :id ORDER BY position",
      who.everything, in.id);
}

Result<void> read_history(Transaction& tx, const Scope& who, Incident& in) {
  TRYV((tx.each<std::string, UtcTime, std::string, std::string, std::string, UtcTime>(
      [&](std::string party, UtcTime known, std::string basis, std::string reason, std::string by,
          UtcTime recorded) -> Result<void> {
        in.knowledge.push_back({std::move(party), known, std::move(basis), std::move(reason),
                                std::move(by), recorded});
        return ok();
      },
      "SELECT party, known, basis, reason, CASE WHEN :everything = 1 THEN by ELSE '' END, recorded "
      "FROM incident_knowledge WHERE incident = :id AND (:everything = 1 OR party = :party) "
      "ORDER BY position",
      who.everything, in.id, who.party)));
  TRYV((tx.each<std::string, std::string, std::uint64_t, std::string, std::string, UtcTime>(
      [&](std::string controller, const std::string& name, std::uint64_t value, std::string reason,
          std::string by, UtcTime recorded) -> Result<void> {
        const auto fact = incident::fact_by_name(name);
        if (!fact)
          return fail(Errc::kCorrupt, "incident table: no such fact", "事案の表: 知らない事実");
        in.facts.push_back({std::move(controller), fact.value(), value, std::move(reason),
                            std::move(by), recorded});
        return ok();
      },
      "SELECT controller, fact, value, "
      "CASE WHEN :everything = 1 OR controller = :party THEN reason ELSE '' END, "
      "CASE WHEN :everything = 1 THEN by ELSE '' END, recorded "
      "FROM incident_fact WHERE incident = :id AND (:everything = 1 OR controller = '' "
      "OR controller IN (SELECT controller FROM incident_party WHERE incident = :id "
      "AND party = :party)) ORDER BY position",
      who.everything, who.party, in.id)));
  return tx.each<std::string, std::string, std::string, std::string, std::string, UtcTime>(
      [&](std::string rule, std::string party, std::string to, std::string note, std::string by,
          UtcTime at) -> Result<void> {
        in.done.push_back(
            {std::move(rule), std::move(party), std::move(to), std::move(note), std::move(by), at});
        return ok();
      },
      "SELECT rule, party, told, note, CASE WHEN :everything = 1 THEN by ELSE '' END, at "
      "FROM incident_done WHERE incident = :id AND (:everything = 1 OR party = :party) "
      "ORDER BY position",
      who.everything, in.id, who.party);
}

}  // namespace

Result<Incident> read_incident(Transaction& tx, const Viewer& viewer, const std::string& id) {
  Scope who;
  who.everything = viewer.role() == Role::kCoordinator || viewer.role() == Role::kAuditor ? 1 : 0;
  who.party = viewer.role() == Role::kParty ? viewer.party() : "";
  const int exists_for_all = viewer.sees_all_parties() ? 1 : 0;

  TRY(const auto row, (tx.row<std::string, UtcTime, std::uint64_t>(
                          "SELECT state, opened, revision FROM incident i WHERE id = :id "
                          "AND (:all = 1 OR EXISTS (SELECT 1 FROM incident_party p "
                          "WHERE p.incident = i.id AND p.party = :party))",
                          id, exists_for_all, who.party)));
  if (!row) return not_found(id);
  Incident in;
  in.id = id;
  const auto state = incident::state_by_name(std::get<0>(*row));
  if (!state)
    return fail(Errc::kCorrupt, "incident table: no such state", "事案の表: 知らない状態");
  in.state = state.value();
  in.opened = std::get<1>(*row);
  in.revision = std::get<2>(*row);
  TRYV(read_transitions(tx, who, in));
  // Operators and the desk see that there is an incident, and where it stands.
  if (who.everything == 0 && who.party.empty()) return in;
  TRYV(read_exposures(tx, who, in));
  for (auto& e : in.exposures) {
    TRYV(read_exposure_lists(tx, who, id, e));
    TRYV(read_holders(tx, who, id, e));
  }
  TRYV(take_together(tx, who, in));
  TRYV(read_people(tx, who, in));
  TRYV(read_history(tx, who, in));
  return in;
}

}  // namespace hitokoe::storage::sql
