#include "storage/sql/campaign_store.h"

#include <boost/json.hpp>

#include "storage/sql/audit_log.h"
#include "storage/sql/campaign_rows.h"

namespace hitokoe::storage::sql {

using incident::CampaignChange;
using incident::CampaignRow;
using incident::DeliveryState;
using incident::DeliveryStep;
using incident::Draft;

namespace {

namespace json = boost::json;

Result<void> put_subjects(Transaction& tx, const CampaignChange& c) {
  for (const auto& s : c.add_subjects) {
    TRYV(
        tx.run("INSERT INTO campaign_subject (campaign, controller, u, items, leaked_rows, "
               "unresolved) VALUES (:c, :k, :u, :i, :r, 0) ON CONFLICT (campaign, controller, u) "
               "DO UPDATE SET items = excluded.items, leaked_rows = excluded.leaked_rows",
               c.campaign, s.controller, s.u, pack_items(s.items), pack_rows(s.rows)));
  }
  return ok();
}

Result<void> put_bundle(Transaction& tx, const CampaignChange& c) {
  const auto& b = *c.bundle;
  auto put = tx.run(
      "INSERT INTO campaign_bundle (campaign, digest, controller, contacts, unresolved, missing, "
      "at) VALUES (:c, :d, :k, :n, :u, :m, :at)",
      c.campaign, b.row.digest, b.row.controller, b.row.contacts, b.row.unresolved, b.row.missing,
      b.row.at);
  if (!put && put.error().code == Errc::kConflict)
    return fail(Errc::kExists, "this contact bundle was imported before",
                "この連絡先の回答は取り込み済み");
  TRYV(std::move(put));
  TRYV(
      tx.run("UPDATE campaign_subject SET contact = NULL, unresolved = 0 WHERE campaign = :c AND "
             "controller = :k",
             c.campaign, b.row.controller));
  for (const auto& contact : b.contacts) {
    TRY(auto n, tx.run("UPDATE campaign_subject SET contact = :x WHERE campaign = :c AND "
                       "controller = :k AND u = :u",
                       contact.contact, c.campaign, b.row.controller, contact.u));
    if (n != 1)
      return fail(Errc::kBadInput, "a contact of a customer that was not asked for",
                  "照会していない顧客の連絡先があります");
  }
  for (const auto& u : b.unresolved) {
    TRYV(
        tx.run("UPDATE campaign_subject SET unresolved = 1 WHERE campaign = :c AND "
               "controller = :k AND u = :u",
               c.campaign, b.row.controller, u));
  }
  return ok();
}

Result<void> put_version(Transaction& tx, const CampaignChange& c) {
  const auto& v = *c.version;
  TRYV(tx.run(
      "INSERT INTO campaign_version (campaign, version, root, text_ja, text_en, desk, "
      "persons, customers, at) VALUES (:c, :v, :r, :ja, :en, :d, :p, :s, :at)",
      c.campaign, v.version, v.root, v.texts.ja, v.texts.en, v.desk, v.persons, v.customers, v.at));
  std::uint64_t position = 0;
  for (const auto& n : v.namings) {
    TRYV(
        tx.run("INSERT INTO campaign_naming (campaign, version, position, salt, controller, "
               "controller_name, holder, holder_name) VALUES (:c, :v, :p, :s, :k, :kn, :h, :hn)",
               c.campaign, v.version, position, n.salt, n.controller, n.controller_name, n.holder,
               n.holder_name));
    for (const auto& party : n.chain) {
      TRYV(
          tx.run("INSERT INTO campaign_naming_chain (campaign, version, position, party) VALUES "
                 "(:c, :v, :p, :y)",
                 c.campaign, v.version, position, party));
    }
    ++position;
  }
  for (const auto& party : v.concerned) {
    TRYV(tx.run("INSERT INTO campaign_concerned (campaign, version, party) VALUES (:c, :v, :p)",
                c.campaign, v.version, party));
  }
  return ok();
}

// A freeze replaces everybody; nobody may have been written to before.
Result<void> put_recipients(Transaction& tx, const CampaignChange& c, std::uint64_t event) {
  TRY(auto begun, tx.value<std::uint64_t>(
                      "SELECT count(*) FROM campaign_recipient WHERE campaign = :c AND state NOT "
                      "IN ('pending', 'no_contact', 'excluded')",
                      c.campaign));
  if (begun.value_or(0) != 0)
    return fail(Errc::kConflict, "mails of this campaign have gone out: it cannot be frozen again",
                "この一元連絡のメールは送信が始まっているため、凍結し直せません");
  // A decision about a person outlives the version in which it was made.
  TRY(auto decided, (tx.rows<std::string, std::string, std::string, std::optional<UtcTime>>(
                        "SELECT person, reply, settled_by, settled FROM campaign_recipient WHERE "
                        "campaign = :c AND state = 'excluded'",
                        c.campaign)));
  TRYV(tx.run("DELETE FROM campaign_recipient WHERE campaign = :c", c.campaign));
  for (const auto& r : c.recipients) {
    TRYV(tx.run(
        "INSERT INTO campaign_recipient (campaign, person, version, salt, controller, u, "
        "state, run, attempts, code, reply, settled_by, event) VALUES (:c, :p, :v, :s, "
        ":k, :u, :st, '', 0, 0, '', '', :e)",
        c.campaign, r.person, r.version, r.salt, r.controller, r.u, to_string(r.state), event));
  }
  for (const auto& [person, reason, by, at] : decided) {
    TRYV(
        tx.run("UPDATE campaign_recipient SET state = 'excluded', reply = :r, settled_by = :b, "
               "settled = :at WHERE campaign = :c AND person = :p",
               reason, by, at, c.campaign, person));
  }
  for (const auto& m : c.members) {
    TRYV(
        tx.run("UPDATE campaign_subject SET person = :p, salt = :s WHERE campaign = :c AND "
               "controller = :k AND u = :u",
               m.person, m.salt, c.campaign, m.controller, m.u));
  }
  return ok();
}

Result<void> put_approval(Transaction& tx, const CampaignChange& c) {
  const auto& a = *c.approval;
  TRY(auto already, tx.value<std::uint64_t>("SELECT count(*) FROM campaign_approval WHERE campaign "
                                            "= :c AND version = :v AND party = :p",
                                            c.campaign, a.version, a.party));
  if (already.value_or(0) != 0)
    return fail(Errc::kExists, a.party + " has approved version " + std::to_string(a.version),
                a.party + " は第 " + std::to_string(a.version) + " 版を承認済み");
  TRYV(
      tx.run("INSERT INTO campaign_approval (campaign, version, party, root, user, means, file, "
             "at) VALUES (:c, :v, :p, :r, :u, :m, :f, :at)",
             c.campaign, a.version, a.party, a.root, a.user, a.means, a.file, a.at));
  return ok();
}

bool settles(DeliveryState s) { return incident::is_end(s) && s != DeliveryState::kNoContact; }

// A row belongs to the run that took it; what is held or pending belongs to nobody.
Result<bool> step(Transaction& tx, const std::string& campaign, const DeliveryStep& s, UtcTime at) {
  const bool owned = s.from == DeliveryState::kSending || s.from == DeliveryState::kCommitting;
  const auto settled = settles(s.to) ? std::optional<UtcTime>(at) : std::nullopt;
  TRY(auto n,
      tx.run("UPDATE campaign_recipient SET state = :to, run = :run, code = :code, "
             "reply = :reply, settled_by = :by, settled = :at, attempts = attempts + :inc WHERE "
             "campaign = :c AND person = :p AND state = :from AND (:any OR run = :mine) AND "
             "(:free OR EXISTS (SELECT 1 FROM campaign WHERE id = :id AND state = 'sending'))",
             to_string(s.to), s.run, s.code, s.reply, s.by, settled,
             s.to == DeliveryState::kSending ? 1 : 0, campaign, s.person, to_string(s.from), !owned,
             s.run, s.from != DeliveryState::kPending || s.to == DeliveryState::kExcluded,
             campaign));
  return n == 1;
}

}  // namespace

Result<void> CampaignStore::create(const CampaignRow& row, const Draft& event, UtcTime at) {
  TRY(auto tx, Transaction::write(*db_));
  auto put = tx.run(
      "INSERT INTO campaign (id, incident, state, version, revision, spec, data_key, "
      "created) VALUES (:id, :i, :s, 0, 0, :spec, :key, :at)",
      row.id, row.incident, to_string(row.state), incident::spec_to_json(row.spec), row.data_key,
      row.created);
  if (!put && put.error().code == Errc::kConflict)
    return fail(Errc::kExists, row.incident + " has a campaign",
                row.incident + " の一元連絡はすでにあります");
  TRYV(std::move(put));
  TRYV(append_event(tx, event, at));
  return tx.commit();
}

Result<void> CampaignStore::change(const CampaignChange& c, const Draft& event, UtcTime at) {
  TRY(auto tx, Transaction::write(*db_));
  TRY(auto n, tx.run("UPDATE campaign SET state = :s, revision = revision + 1 WHERE id = :id AND "
                     "revision = :r",
                     to_string(c.state), c.campaign, c.revision));
  if (n != 1)
    return fail(Errc::kConflict, c.campaign + " was changed meanwhile: try again",
                c.campaign + " はその間に変更されました: やり直してください");
  TRY(auto appended, append_event(tx, event, at));
  if (c.spec) {
    TRYV(tx.run("UPDATE campaign SET spec = :s WHERE id = :id", incident::spec_to_json(*c.spec),
                c.campaign));
  }
  TRYV(put_subjects(tx, c));
  if (c.bundle) {
    TRYV(put_bundle(tx, c));
  }
  if (c.version) {
    TRYV(put_version(tx, c));
    TRYV(put_recipients(tx, c, appended.seq));
    TRYV(tx.run("UPDATE campaign SET version = :v WHERE id = :id", c.version->version, c.campaign));
  }
  if (c.approval) {
    TRYV(put_approval(tx, c));
  }
  return tx.commit();
}

Result<std::vector<bool>> CampaignStore::deliver(const std::string& campaign,
                                                 std::span<const DeliveryStep> steps,
                                                 const std::string& actor, UtcTime at) {
  TRY(auto tx, Transaction::write(*db_));
  std::vector<bool> done;
  json::array told;
  for (const auto& s : steps) {
    TRY(auto was, step(tx, campaign, s, at));
    done.push_back(was);
    if (!was) continue;
    json::object o{{"person", s.person}, {"from", to_string(s.from)}, {"to", to_string(s.to)}};
    if (s.code != 0) o["code"] = s.code;
    if (!s.by.empty()) o["by"] = s.by;
    told.push_back(std::move(o));
  }
  if (told.empty()) return done;
  TRY(auto event, append_event(tx,
                               {actor, "campaign/" + campaign, "campaign.delivery",
                                json::serialize(json::object{{"steps", std::move(told)}})},
                               at));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (done[i]) {
      TRYV(tx.run("UPDATE campaign_recipient SET event = :e WHERE campaign = :c AND person = :p",
                  event.seq, campaign, steps[i].person));
    }
  }
  TRYV(tx.commit());
  return done;
}

Result<std::pair<std::uint64_t, std::uint64_t>> CampaignStore::recover(const std::string& campaign,
                                                                       const std::string& run,
                                                                       const std::string& actor,
                                                                       UtcTime at) {
  TRY(auto tx, Transaction::write(*db_));
  TRY(auto held, tx.column<std::string>("SELECT person FROM campaign_recipient WHERE campaign = :c "
                                        "AND state = 'committing' AND run <> :r ORDER BY person",
                                        campaign, run));
  TRY(auto freed, tx.run("UPDATE campaign_recipient SET state = 'pending', run = '' WHERE "
                         "campaign = :c AND state = 'sending' AND run <> :r",
                         campaign, run));
  if (held.empty() && freed == 0) return std::pair<std::uint64_t, std::uint64_t>(0, 0);
  json::array persons;
  for (const auto& p : held) persons.emplace_back(p);
  TRY(auto event,
      append_event(tx,
                   {actor, "campaign/" + campaign, "campaign.recovered",
                    json::serialize(json::object{{"freed", freed}, {"held", std::move(persons)}})},
                   at));
  for (const auto& p : held) {
    TRYV(
        tx.run("UPDATE campaign_recipient SET state = 'unknown_held', settled = :at, event = :e "
               "WHERE campaign = :c AND person = :p",
               at, event.seq, campaign, p));
  }
  TRYV(tx.commit());
  return std::pair<std::uint64_t, std::uint64_t>(freed, held.size());
}

}  // namespace hitokoe::storage::sql

namespace hitokoe::storage {

std::unique_ptr<incident::CampaignStore> make_campaign_store(std::shared_ptr<Database> db) {
  return std::make_unique<sql::CampaignStore>(std::move(db));
}

}  // namespace hitokoe::storage
