#include "storage/sql/incident_moves.h"

#include <boost/json.hpp>

#include "hitokoe/storage/moves.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/campaign_tally.h"
#include "storage/sql/due_verdicts.h"
#include "storage/sql/incident_tables.h"

namespace hitokoe::storage {
namespace sql {

using incident::Event;
using incident::IncidentMove;
using incident::MoveRecord;
using registry::Viewer;

namespace json = boost::json;

Result<void> write_move(Transaction& tx, const std::string& id, const Event& event) {
  if (!incident::is_move(event.kind)) return ok();
  TRY(const auto body, incident::decode_move(event.body));
  json::array exposures;
  for (const auto& e : body.exposures) exposures.emplace_back(e);
  constexpr std::string_view kPrefix = "incident.";
  TRYV(
      tx.run("INSERT INTO incident_move (incident, event, kind, other, exposures, reason, by, at) "
             "VALUES (:i, :e, :k, :o, :x, :r, :b, :at)",
             id, event.seq, event.kind.substr(kPrefix.size()), body.other,
             json::serialize(exposures), body.reason, event.actor, event.at));
  // One family from now on, whatever is undone: the smallest of both names.
  std::string family;
  std::vector<std::string> old;
  for (const auto& one : {id, body.other}) {
    TRY(const auto known,
        tx.value<std::string>("SELECT family FROM incident_family WHERE incident = :i", one));
    old.push_back(known.value_or(one));
    if (family.empty() || old.back() < family) family = old.back();
  }
  for (const auto& name : old) {
    TRYV(tx.run("UPDATE incident_family SET family = :f WHERE family = :o", family, name));
  }
  for (const auto& one : {id, body.other}) {
    TRYV(
        tx.run("INSERT INTO incident_family (incident, family) VALUES (:i, :f) "
               "ON CONFLICT (incident) DO UPDATE SET family = excluded.family",
               one, family));
  }
  return ok();
}

Result<void> clear_moves(Transaction& tx) {
  TRYV(tx.run("DELETE FROM incident_move"));
  TRYV(tx.run("DELETE FROM incident_family"));
  return ok();
}

namespace {

constexpr std::size_t kStepsOfAnEvent = 20'000;

Result<void> clear_one(Transaction& tx, const std::string& id) {
  for (const char* statement : {"DELETE FROM incident_party WHERE incident = :i",
                                "DELETE FROM incident_exposure WHERE incident = :i",
                                "DELETE FROM incident_exposure_carrier WHERE incident = :i",
                                "DELETE FROM incident_capture WHERE incident = :i",
                                "DELETE FROM incident_holder WHERE incident = :i",
                                "DELETE FROM incident_holder_snapshot WHERE incident = :i",
                                "DELETE FROM incident_above WHERE incident = :i",
                                "DELETE FROM incident_explanation WHERE incident = :i"}) {
    TRYV(tx.run(statement, id));
  }
  return ok();
}

Result<void> drop_exposures(Transaction& tx, const IncidentMove::Side& side) {
  for (const auto* exposures : {&side.gone, &side.anew}) {
    for (const auto& exposure : *exposures) {
      TRYV(tx.run("DELETE FROM incident_subjects WHERE incident = :i AND exposure = :e",
                  side.incident, exposure));
      TRYV(tx.run("DELETE FROM incident_contribution WHERE incident = :i AND exposure = :e",
                  side.incident, exposure));
    }
  }
  return ok();
}

// Nothing was sent: what it asked for may be another incident's now, so that it begins anew.
Result<void> begin_anew(Transaction& tx, const std::string& campaign, const std::string& actor,
                        UtcTime at) {
  for (const char* statement : {"DELETE FROM campaign_recipient WHERE campaign = :c",
                                "DELETE FROM campaign_member WHERE campaign = :c",
                                "DELETE FROM campaign_contact WHERE campaign = :c",
                                "DELETE FROM campaign_subject WHERE campaign = :c",
                                "DELETE FROM campaign_customers WHERE campaign = :c",
                                "DELETE FROM campaign_carrier_tally WHERE campaign = :c",
                                "DELETE FROM campaign_build WHERE campaign = :c",
                                "DELETE FROM campaign_bundle WHERE campaign = :c"}) {
    TRYV(tx.run(statement, campaign));
  }
  TRYV(tx.run("UPDATE campaign SET state = 'draft', revision = revision + 1 WHERE id = :c",
              campaign));
  TRYV(append_event(tx, {actor, "campaign/" + campaign, "campaign.begun_anew", "{}"}, at));
  return ok();
}

// Who waits, and has no customer left in this incident, is told by the other one.
Result<void> exclude_leaving(Transaction& tx, const std::string& campaign,
                             const IncidentMove::Side& side, const std::string& actor, UtcTime at) {
  std::vector<std::string> persons;
  for (const auto& [controller, u] : side.leaving) {
    TRY(const auto person,
        tx.value<std::string>("SELECT person FROM campaign_subject WHERE campaign = :c AND "
                              "controller = :k AND u = :u AND person IS NOT NULL",
                              campaign, controller, u));
    TRYV(tx.run("DELETE FROM campaign_left WHERE campaign = :c AND controller = :k AND u = :u",
                campaign, controller, u));
    TRYV(tx.run("INSERT INTO campaign_left (campaign, controller, u) VALUES (:c, :k, :u)", campaign,
                controller, u));
    if (person) persons.push_back(*person);
  }
  json::array told;
  const auto tell = [&]() -> Result<void> {
    if (told.empty()) return ok();
    TRYV(append_event(tx,
                      {actor, "campaign/" + campaign, "campaign.delivery",
                       json::serialize(json::object{{"steps", std::move(told)}})},
                      at));
    told = json::array();
    return ok();
  };
  TallyChange tally;
  for (const auto& person : persons) {
    if (told.size() == kStepsOfAnEvent) {
      TRYV(tell());
    }
    TRY(const auto before, tx.value<std::string>("SELECT state FROM campaign_recipient WHERE "
                                                 "campaign = :c AND person = :p",
                                                 campaign, person));
    TRY(const auto n,
        tx.run("UPDATE campaign_recipient SET state = 'excluded', settled_by = 'one-notice', "
               "reply = 'moved to another incident', settled = :at WHERE campaign = :c AND "
               "person = :p AND state IN ('pending', 'no_contact') AND NOT EXISTS (SELECT 1 FROM "
               "campaign_member s WHERE s.campaign = :c2 AND s.person = :p2 AND NOT EXISTS "
               "(SELECT 1 FROM campaign_left l WHERE l.campaign = s.campaign AND l.controller = "
               "s.controller AND l.u = s.u))",
               at, campaign, person, campaign, person));
    if (n == 1) {
      TRY(const auto from, incident::delivery_state_by_name(before.value_or("")));
      TRYV(tally.move(tx, campaign, person, from, incident::DeliveryState::kExcluded));
      told.push_back(json::object{{"person", person}, {"from", "waiting"}, {"to", "excluded"}});
    }
  }
  TRYV(tally.write(tx, campaign));
  return tell();
}

Result<void> settle_campaigns(Transaction& tx, const IncidentMove::Side& side,
                              const std::string& actor, UtcTime at) {
  TRY(const auto campaigns,
      (tx.rows<std::string, std::string, std::uint64_t>(
          "SELECT c.id, c.state, (SELECT count(*) FROM campaign_recipient r WHERE r.campaign = "
          "c.id "
          "AND r.state NOT IN ('pending', 'no_contact', 'excluded')) FROM campaign c "
          "JOIN campaign_family f ON f.campaign = c.id WHERE f.incident = :i ORDER BY c.id",
          side.incident)));
  for (const auto& [id, state, begun] : campaigns) {
    for (const auto& [controller, u] : side.returning) {
      TRYV(tx.run("DELETE FROM campaign_left WHERE campaign = :c AND controller = :k AND u = :u",
                  id, controller, u));
    }
    if (state == "sending") {
      return fail(Errc::kConflict, id + " is being sent: pause it first",
                  id + " は送信中です。先に一時停止してください");
    }
    if (side.gone.empty()) continue;
    if (begun == 0 && state != "paused" && state != "sent") {
      TRYV(begin_anew(tx, id, actor, at));
    } else {
      TRYV(exclude_leaving(tx, id, side, actor, at));
    }
  }
  return ok();
}

Result<void> write_side(Transaction& tx, const IncidentMove::Side& side, UtcTime at) {
  const std::string stream = incident::stream_of(side.incident);
  TRY(auto events, read_stream(tx, stream));
  if ((events.empty() ? 0 : events.back().seq) != side.revision) {
    return fail(Errc::kUnavailable, "the incident was changed meanwhile; read it again",
                "事案はその間に変更されました。読み直してください");
  }
  TRYV(settle_campaigns(tx, side, side.events.front().actor, at));
  TRYV(drop_exposures(tx, side));
  for (const auto& draft : side.events) {
    if (draft.stream != stream) {
      return fail(Errc::kInternal, "move store: the event is not of this incident",
                  "統合の保存: この事案の記録ではありません");
    }
    TRY(auto event, append_event(tx, draft, at));
    TRYV(write_move(tx, side.incident, event));
    events.push_back(std::move(event));
  }
  for (const auto& chunk : side.subjects) {
    TRYV(
        tx.run("INSERT INTO incident_subjects (incident, seq, number, controller, exposure, "
               "people, sealed) VALUES (:incident, :seq, :number, :controller, :exposure, "
               ":people, :sealed)",
               side.incident, events.back().seq, chunk.number, chunk.controller, chunk.exposure,
               chunk.count, chunk.sealed));
  }
  for (const auto& [exposure, sealed] : side.contributions) {
    TRYV(
        tx.run("INSERT INTO incident_contribution (incident, exposure, sealed) "
               "VALUES (:incident, :exposure, :sealed) ON CONFLICT (incident, exposure) "
               "DO UPDATE SET sealed = excluded.sealed",
               side.incident, exposure, sealed));
  }
  TRY(const auto folded, incident::fold(events));
  TRYV(clear_one(tx, side.incident));
  TRYV(write_incident(tx, folded, ""));
  // What it spoke of is not what the incident is made of any more.
  if (incident::is_over(folded.state)) return drop_verdict(tx, side.incident);
  return ask_verdict(tx, side.incident, events.back().seq, events.back().actor, at);
}

class SqlMoveStore final : public incident::MoveStore {
 public:
  explicit SqlMoveStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> commit(const IncidentMove& move, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    if (move.all) {
      TRY(const auto newest,
          tx.value<std::uint64_t>("SELECT COALESCE(MAX(revision), 0) FROM incident"));
      if (newest.value_or(0) != *move.all) {
        return fail(Errc::kUnavailable, "the incidents were changed meanwhile; read them again",
                    "事案はその間に変更されました。読み直してください");
      }
    }
    for (const auto& side : move.sides) {
      TRYV(write_side(tx, side, at));
    }
    const std::string prefix = incident::casework_stream("");
    for (const auto& draft : move.casework) {
      TRYV(append_event(tx, draft, at));
      TRY(const auto events, read_stream(tx, draft.stream));
      TRYV(incident::fold_casework(draft.stream.substr(prefix.size()), events));
    }
    return tx.commit();
  }

  Result<std::vector<MoveRecord>> list(const Viewer& viewer, const std::string& id) override {
    TRY(auto tx, Transaction::read(*db_));
    TRYV(read_incident(tx, viewer, id));
    const bool open =
        viewer.role() == registry::Role::kCoordinator || viewer.role() == registry::Role::kAuditor;
    const int all = viewer.sees_all_parties() ? 1 : 0;
    std::vector<MoveRecord> out;
    TRYV((tx.each<std::uint64_t, std::string, std::string, std::string, std::string, std::string,
                  UtcTime>(
        [&](std::uint64_t event, std::string kind, std::string other, const std::string& exposures,
            std::string reason, std::string by, UtcTime when) -> Result<void> {
          MoveRecord m;
          m.event = event;
          m.kind = std::move(kind);
          m.other = std::move(other);
          m.at = when;
          if (open) {
            m.reason = std::move(reason);
            m.by = std::move(by);
            json::error_code error;
            const auto parsed = json::parse(exposures, error);
            if (error || !parsed.is_array())
              return fail(Errc::kCorrupt, "move table: exposures", "統合の表: 流通");
            for (const auto& e : parsed.get_array()) {
              if (e.is_string()) m.exposures.emplace_back(e.get_string());
            }
          }
          out.push_back(std::move(m));
          return ok();
        },
        "SELECT event, kind, other, exposures, reason, by, at FROM incident_move m "
        "WHERE incident = :i AND (:all = 1 OR EXISTS (SELECT 1 FROM incident_party p WHERE "
        "p.incident = m.other AND p.party = :party)) ORDER BY event",
        id, all, all == 1 ? std::string() : viewer.party())));
    return out;
  }

  Result<std::vector<incident::CampaignSubjectKey>> left(const std::string& id) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto rows, (tx.rows<std::string, identity::Fingerprint>(
                             "SELECT DISTINCT l.controller, l.u FROM campaign_left l JOIN "
                             "campaign_family f ON f.campaign = l.campaign WHERE f.incident = :i",
                             id)));
    std::vector<incident::CampaignSubjectKey> out;
    out.reserve(rows.size());
    for (const auto& [controller, u] : rows) out.emplace_back(controller, u);
    return out;
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace
}  // namespace sql

std::unique_ptr<incident::MoveStore> make_move_store(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlMoveStore>(std::move(db));
}

}  // namespace hitokoe::storage
