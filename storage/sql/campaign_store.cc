#include "storage/sql/campaign_store.h"

#include <boost/json.hpp>

#include "storage/sql/audit_log.h"
#include "storage/sql/campaign_freeze.h"
#include "storage/sql/campaign_rows.h"
#include "storage/sql/campaign_tally.h"
#include "storage/sql/row_values.h"

namespace hitokoe::storage::sql {

using incident::CampaignChange;
using incident::CampaignRow;
using incident::DeliveryState;
using incident::DeliveryStep;
using incident::Draft;

namespace {

namespace json = boost::json;

Result<void> put_subjects(Transaction& tx, const CampaignChange& c) {
  if (!c.add_subject) return ok();
  incident::SubjectRow s;
  TRYV(tx.run_each(
      "INSERT INTO campaign_subject (campaign, controller, u, items, leaked_rows, "
      "unresolved) VALUES (:c, :k, :u, :i, :r, 0) ON CONFLICT (campaign, controller, "
      "u) DO UPDATE SET items = excluded.items, leaked_rows = excluded.leaked_rows",
      [&](Values& row) {
        if (!c.add_subject(s)) return false;
        set_row(row, c.campaign, s.controller, s.u, pack_items(s.items), pack_rows(s.rows));
        return true;
      }));
  TRYV(tx.run("DELETE FROM campaign_customers WHERE campaign = :c", c.campaign));
  TRYV(
      tx.run("INSERT INTO campaign_customers (campaign, controller, customers) SELECT campaign, "
             "controller, count(*) FROM campaign_subject WHERE campaign = :c "
             "GROUP BY campaign, controller",
             c.campaign));
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
  TRYV(tx.run("DELETE FROM campaign_contact WHERE campaign = :c AND controller = :k", c.campaign,
              b.row.controller));
  TRYV(
      tx.run("UPDATE campaign_subject SET unresolved = 0 WHERE campaign = :c AND controller = :k "
             "AND unresolved <> 0",
             c.campaign, b.row.controller));
  auto contact = b.contacts.begin();
  TRY(const auto kept,
      tx.run_each("INSERT INTO campaign_contact (campaign, controller, u, contact) SELECT "
                  "campaign, controller, u, :x FROM campaign_subject WHERE campaign = :c AND "
                  "controller = :k AND u = :u",
                  [&](Values& row) {
                    if (contact == b.contacts.end()) return false;
                    set_row(row, contact->contact, c.campaign, b.row.controller, contact->u);
                    ++contact;
                    return true;
                  }));
  if (kept != b.contacts.size())
    return fail(Errc::kBadInput, "a contact of a customer that was not asked for",
                "照会していない顧客の連絡先があります");
  auto u = b.unresolved.begin();
  TRYV(
      tx.run_each("UPDATE campaign_subject SET unresolved = 1 WHERE campaign = :c AND controller = "
                  ":k AND u = :u",
                  [&](Values& row) {
                    if (u == b.unresolved.end()) return false;
                    set_row(row, c.campaign, b.row.controller, *u++);
                    return true;
                  }));
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
Result<bool> step(Transaction& tx, const std::string& campaign, const DeliveryStep& s, UtcTime at,
                  std::uint64_t event) {
  const bool owned = s.from == DeliveryState::kSending || s.from == DeliveryState::kCommitting;
  const auto settled = settles(s.to) ? std::optional<UtcTime>(at) : std::nullopt;
  TRY(auto n,
      tx.run("UPDATE campaign_recipient SET state = :to, run = :run, code = :code, "
             "reply = :reply, settled_by = :by, settled = :at, attempts = attempts + :inc, "
             "event = :e WHERE campaign = :c AND person = :p AND state = :from AND "
             "(:any = 1 OR run = :mine) AND "
             "(:claims = 0 OR NOT EXISTS (SELECT 1 FROM campaign_blocked b WHERE "
             "b.campaign = :bc AND b.person = :bp))",
             to_string(s.to), s.run, s.code, s.reply, s.by, settled,
             s.to == DeliveryState::kSending ? 1 : 0, event, campaign, s.person, to_string(s.from),
             !owned, s.run, s.to == DeliveryState::kSending, campaign, s.person));
  if (n == 1 && s.to == DeliveryState::kExcluded) {
    TRYV(exclude_members(tx, campaign, s, at));
  }
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
  TRY(const auto number,
      tx.value<std::uint64_t>("SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_event"));
  const auto event = number.value_or(1);
  std::optional<bool> sending;
  std::vector<bool> done;
  done.reserve(steps.size());
  TallyChange tally;
  json::array told;
  for (const auto& s : steps) {
    // Out of `pending` only while the campaign is sent; a decision not to write is always heard.
    if (s.from == DeliveryState::kPending && s.to != DeliveryState::kExcluded) {
      if (!sending) {
        TRY(const auto state,
            tx.value<std::string>("SELECT state FROM campaign WHERE id = :id", campaign));
        sending = state == "sending";
      }
      if (!*sending) {
        done.push_back(false);
        continue;
      }
    }
    TRY(auto was, step(tx, campaign, s, at, event));
    done.push_back(was);
    if (!was) continue;
    TRYV(tally.move(tx, campaign, s.person, s.from, s.to));
    json::object o{{"person", s.person}, {"from", to_string(s.from)}, {"to", to_string(s.to)}};
    if (s.code != 0) o["code"] = s.code;
    if (!s.by.empty()) o["by"] = s.by;
    told.push_back(std::move(o));
  }
  if (told.empty()) return done;
  TRYV(append_event(tx,
                    {actor, "campaign/" + campaign, "campaign.delivery",
                     json::serialize(json::object{{"steps", std::move(told)}})},
                    at));
  TRYV(tally.write(tx, campaign));
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
  TRY(const auto begun,
      tx.column<std::string>("SELECT person FROM campaign_recipient WHERE campaign = :c AND state "
                             "= 'sending' AND run <> :r ORDER BY person",
                             campaign, run));
  const std::uint64_t freed = begun.size();
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
  TRYV(
      tx.run("UPDATE campaign_recipient SET state = 'pending', run = '' WHERE campaign = :c AND "
             "state = 'sending' AND run <> :r",
             campaign, run));
  TallyChange tally;
  for (const auto& p : begun) {
    TRYV(tally.move(tx, campaign, p, DeliveryState::kSending, DeliveryState::kPending));
  }
  for (const auto& p : held) {
    TRYV(tally.move(tx, campaign, p, DeliveryState::kCommitting, DeliveryState::kUnknownHeld));
  }
  TRYV(tally.write(tx, campaign));
  TRYV(tx.commit());
  return std::pair<std::uint64_t, std::uint64_t>(freed, held.size());
}

}  // namespace hitokoe::storage::sql

namespace hitokoe::storage {

std::unique_ptr<incident::CampaignStore> make_campaign_store(std::shared_ptr<Database> db) {
  return std::make_unique<sql::CampaignStore>(std::move(db));
}

}  // namespace hitokoe::storage
