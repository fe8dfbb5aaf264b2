#include "storage/sql/incident_tables.h"

namespace hitokoe::storage::sql {
namespace {

using incident::ExposureRecord;
using incident::HolderRecord;
using incident::Incident;

constexpr std::int64_t kWhole = -1;      // the place of what is said beside the holders
constexpr std::int64_t kBeforeAll = -1;  // the place of the verdict over all exposures

Result<void> write_explanation(Transaction& tx, const Incident& in, const ExposureRecord& e,
                               std::int64_t holder, const std::string& text) {
  if (text.empty()) return ok();
  TRYV(
      tx.run("INSERT INTO incident_explanation (incident, exposure, holder, explanation) "
             "VALUES (:incident, :exposure, :holder, :text)",
             in.id, e.id, holder, text));
  return ok();
}

Result<void> write_holder(Transaction& tx, const Incident& in, const ExposureRecord& e,
                          std::size_t position) {
  const HolderRecord& h = e.holders[position];
  TRYV(write_explanation(tx, in, e, static_cast<std::int64_t>(position), h.explanation));
  TRYV(
      tx.run("INSERT INTO incident_holder (incident, exposure, position, party, probability_e6, "
             "passed_on_e6, matched_rows, exclusive_rows, nameable) VALUES (:incident, :exposure, "
             ":position, :party, :probability, :passed_on, :matched, :exclusive, :nameable)",
             in.id, e.id, position, h.party, h.probability_e6, h.passed_on_e6, h.matched_rows,
             h.exclusive_rows, h.nameable));
  for (std::size_t s = 0; s < h.snapshots.size(); ++s) {
    const auto& snapshot = h.snapshots[s];
    TRYV(
        tx.run("INSERT INTO incident_holder_snapshot (incident, exposure, holder, position, "
               "snapshot, controller) VALUES (:incident, :exposure, :holder, :position, "
               ":snapshot, :controller)",
               in.id, e.id, position, s, snapshot.id, snapshot.controller));
    for (std::size_t a = 0; a < snapshot.above.size(); ++a) {
      TRYV(
          tx.run("INSERT INTO incident_above (incident, exposure, holder, snapshot, position, "
                 "party) VALUES (:incident, :exposure, :holder, :snapshot, :position, :party)",
                 in.id, e.id, position, s, a, snapshot.above[a]));
    }
  }
  return ok();
}

Result<void> write_exposure(Transaction& tx, const Incident& in, const ExposureRecord& e,
                            std::int64_t position) {
  TRYV(
      tx.run("DELETE FROM incident_exposure WHERE incident = :incident AND id = :id", in.id, e.id));
  TRYV(tx.run("DELETE FROM incident_exposure_carrier WHERE incident = :incident AND exposure = :id",
              in.id, e.id));
  TRYV(tx.run("DELETE FROM incident_capture WHERE incident = :incident AND exposure = :id", in.id,
              e.id));
  TRYV(tx.run("DELETE FROM incident_holder WHERE incident = :incident AND exposure = :id", in.id,
              e.id));
  TRYV(tx.run("DELETE FROM incident_holder_snapshot WHERE incident = :incident AND exposure = :id",
              in.id, e.id));
  TRYV(tx.run("DELETE FROM incident_above WHERE incident = :incident AND exposure = :id", in.id,
              e.id));
  TRYV(tx.run("DELETE FROM incident_explanation WHERE incident = :incident AND exposure = :id",
              in.id, e.id));
  TRYV(write_explanation(tx, in, e, kWhole, e.whole));
  TRYV(
      tx.run("INSERT INTO incident_exposure (incident, position, id, source, verdict, unknown_e6, "
             "matched_subjects, ambiguous_rows, canary, at) VALUES (:incident, :position, :id, "
             ":source, :verdict, :unknown, :matched, :ambiguous, :canary, :at)",
             in.id, position, e.id, e.source, static_cast<int>(e.verdict), e.unknown_e6,
             e.matched_subjects, e.ambiguous_rows, e.canary, e.at));
  for (const auto& carrier : e.carriers) {
    TRYV(
        tx.run("INSERT INTO incident_exposure_carrier (incident, exposure, carrier) "
               "VALUES (:incident, :exposure, :carrier)",
               in.id, e.id, carrier));
  }
  for (const auto& capture : e.captures) {
    TRYV(
        tx.run("INSERT INTO incident_capture (incident, exposure, capture) "
               "VALUES (:incident, :exposure, :capture)",
               in.id, e.id, capture));
  }
  for (std::size_t h = 0; h < e.holders.size(); ++h) {
    TRYV(write_holder(tx, in, e, h));
  }
  return ok();
}

// Carriers know of their incidents. A holder knows of an incident in which it is a candidate; the
// parties above it only once it may be named, for their knowing would name it.
Result<void> write_parties(Transaction& tx, const Incident& in) {
  std::set<std::pair<std::string, std::string>> parties;
  for (const auto& c : in.counts) parties.emplace(c.controller, c.controller);
  const auto add = [&](const ExposureRecord& e) {
    for (const auto& h : e.holders) {
      if (h.snapshots.empty()) parties.emplace(h.party, "");
      for (const auto& s : h.snapshots) {
        parties.emplace(h.party, s.controller);
        if (!h.nameable) continue;
        for (const auto& above : s.above) parties.emplace(above, s.controller);
      }
    }
  };
  for (const auto& e : in.exposures) add(e);
  if (in.together) add(*in.together);
  TRYV(tx.run("DELETE FROM incident_party WHERE incident = :incident", in.id));
  for (const auto& [party, controller] : parties) {
    TRYV(
        tx.run("INSERT INTO incident_party (incident, party, controller) "
               "VALUES (:incident, :party, :controller)",
               in.id, party, controller));
  }
  return ok();
}

Result<void> write_people(Transaction& tx, const Incident& in) {
  TRYV(tx.run("DELETE FROM incident_count WHERE incident = :incident", in.id));
  for (std::size_t i = 0; i < in.counts.size(); ++i) {
    const auto& c = in.counts[i];
    TRYV(
        tx.run("INSERT INTO incident_count (incident, position, controller, people, possible, at) "
               "VALUES (:incident, :position, :controller, :people, :possible, :at)",
               in.id, i, c.controller, c.people, c.possible, c.at));
  }
  TRYV(tx.run("DELETE FROM incident_item WHERE incident = :incident", in.id));
  for (const auto& [controller, fields] : in.items) {
    for (const auto field : fields) {
      TRYV(
          tx.run("INSERT INTO incident_item (incident, controller, field) "
                 "VALUES (:incident, :controller, :field)",
                 in.id, controller, static_cast<int>(field)));
    }
  }
  TRYV(tx.run("DELETE FROM incident_delegate WHERE incident = :incident", in.id));
  for (const auto& d : in.delegates) {
    TRYV(
        tx.run("INSERT INTO incident_delegate (incident, delegate, delegator, controller) "
               "VALUES (:incident, :delegate, :delegator, :controller)",
               in.id, d.delegate, d.delegator, d.controller));
  }
  return ok();
}

Result<void> write_history(Transaction& tx, const Incident& in) {
  TRYV(tx.run("DELETE FROM incident_transition WHERE incident = :incident", in.id));
  for (std::size_t i = 0; i < in.transitions.size(); ++i) {
    const auto& t = in.transitions[i];
    TRYV(
        tx.run("INSERT INTO incident_transition (incident, position, state, at, by, note) "
               "VALUES (:incident, :position, :state, :at, :by, :note)",
               in.id, i, to_string(t.to), t.at, t.by, t.note));
  }
  TRYV(tx.run("DELETE FROM incident_knowledge WHERE incident = :incident", in.id));
  for (std::size_t i = 0; i < in.knowledge.size(); ++i) {
    const auto& k = in.knowledge[i];
    TRYV(
        tx.run("INSERT INTO incident_knowledge (incident, position, party, known, basis, reason, "
               "by, recorded) VALUES (:incident, :position, :party, :known, :basis, :reason, :by, "
               ":recorded)",
               in.id, i, k.party, k.known, k.basis, k.reason, k.by, k.recorded));
  }
  TRYV(tx.run("DELETE FROM incident_fact WHERE incident = :incident", in.id));
  for (std::size_t i = 0; i < in.facts.size(); ++i) {
    const auto& f = in.facts[i];
    TRYV(
        tx.run("INSERT INTO incident_fact (incident, position, controller, fact, value, reason, "
               "by, recorded) VALUES (:incident, :position, :controller, :fact, :value, :reason, "
               ":by, :recorded)",
               in.id, i, f.controller, to_string(f.fact), f.value, f.reason, f.by, f.recorded));
  }
  TRYV(tx.run("DELETE FROM incident_done WHERE incident = :incident", in.id));
  for (std::size_t i = 0; i < in.done.size(); ++i) {
    const auto& d = in.done[i];
    TRYV(
        tx.run("INSERT INTO incident_done (incident, position, rule, party, told, note, by, at) "
               "VALUES (:incident, :position, :rule, :party, :told, :note, :by, :at)",
               in.id, i, d.rule, d.party, d.to, d.note, d.by, d.at));
  }
  return ok();
}

}  // namespace

Result<void> write_incident(Transaction& tx, const Incident& in, const std::string& exposure) {
  TRYV(
      tx.run("INSERT INTO incident (id, state, opened, revision) VALUES (:id, :state, :opened, "
             ":revision) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
             "opened = excluded.opened, revision = excluded.revision",
             in.id, to_string(in.state), in.opened, in.revision));
  for (std::size_t i = 0; i < in.exposures.size(); ++i) {
    if (!exposure.empty() && in.exposures[i].id != exposure) continue;
    TRYV(write_exposure(tx, in, in.exposures[i], static_cast<std::int64_t>(i)));
  }
  if (in.together && (exposure.empty() || exposure == in.together->id)) {
    TRYV(write_exposure(tx, in, *in.together, kBeforeAll));
  }
  TRYV(write_parties(tx, in));
  TRYV(write_people(tx, in));
  return write_history(tx, in);
}

Result<void> clear_incidents(Transaction& tx) {
  for (const char* sql :
       {"DELETE FROM incident", "DELETE FROM incident_party", "DELETE FROM incident_exposure",
        "DELETE FROM incident_exposure_carrier", "DELETE FROM incident_capture",
        "DELETE FROM incident_holder", "DELETE FROM incident_holder_snapshot",
        "DELETE FROM incident_above", "DELETE FROM incident_count", "DELETE FROM incident_item",
        "DELETE FROM incident_delegate", "DELETE FROM incident_transition",
        "DELETE FROM incident_knowledge", "DELETE FROM incident_fact", "DELETE FROM incident_done",
        "DELETE FROM incident_explanation"}) {
    TRYV(tx.run(sql));
  }
  return ok();
}

}  // namespace hitokoe::storage::sql
