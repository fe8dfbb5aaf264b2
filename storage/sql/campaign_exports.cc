#include <boost/json.hpp>

#include "storage/sql/audit_log.h"
#include "storage/sql/campaign_store.h"
#include "storage/sql/campaign_tally.h"

namespace hitokoe::storage::sql {

using incident::Draft;
using incident::ExportRow;

Result<void> CampaignStore::add_export(const std::string& campaign, const ExportRow& row,
                                       std::span<const std::string> persons, UtcTime at) {
  TRY(auto tx, Transaction::write(*db_));
  TRY(const auto changed,
      tx.value<std::string>("SELECT state FROM campaign WHERE id = :id AND (version <> :v OR state "
                            "IN ('draft', 'resolving'))",
                            campaign, row.version));
  if (changed)
    return fail(Errc::kConflict, campaign + " was changed since it was frozen: freeze it again",
                campaign + " は凍結の後に変更されています: もう一度凍結してください");
  auto put = tx.run(
      "INSERT INTO campaign_export (campaign, number, channel, version, encoding, manifest, "
      "persons, user, at) VALUES (:c, :n, :w, :v, :e, :m, :p, :u, :at)",
      campaign, row.number, to_string(row.channel), row.version, row.encoding, row.manifest,
      persons.size(), row.user, at);
  if (!put && put.error().code == Errc::kConflict)
    return fail(Errc::kConflict, campaign + " was exported meanwhile: try again",
                campaign + " はその間に書き出されました: やり直してください");
  TRYV(std::move(put));
  const boost::json::object body{{"number", row.number},
                                 {"channel", to_string(row.channel)},
                                 {"version", row.version},
                                 {"persons", persons.size()},
                                 {"manifest", to_hex(row.manifest)}};
  TRY(auto event,
      append_event(
          tx, {row.user, "campaign/" + campaign, "campaign.exported", boost::json::serialize(body)},
          at));
  TallyChange tally;
  std::uint64_t position = 0;
  for (const auto& person : persons) {
    TRY(const auto before, tx.value<std::string>("SELECT state FROM campaign_recipient WHERE "
                                                 "campaign = :c AND person = :p",
                                                 campaign, person));
    TRYV(
        tx.run("INSERT INTO campaign_export_person (campaign, number, position, person) VALUES "
               "(:c, :n, :i, :p)",
               campaign, row.number, position++, person));
    TRY(auto n,
        tx.run("UPDATE campaign_recipient SET state = 'exported', channel = :w, settled = "
               ":at, settled_by = :u, event = :e, run = '', code = 0, reply = '' WHERE "
               "campaign = :c AND person = :p AND version = :v AND state IN ('no_contact', "
               "'refused', 'bounced', 'returned') AND NOT EXISTS (SELECT 1 FROM campaign_blocked b "
               "WHERE b.campaign = :bc AND b.person = :bp)",
               to_string(row.channel), at, row.user, event.seq, campaign, person, row.version,
               campaign, person));
    if (n != 1)
      return fail(Errc::kConflict, person + " is not waiting for another channel",
                  person + " は別の手段を待つ状態ではありません");
    TRY(const auto from, incident::delivery_state_by_name(before.value_or("")));
    TRYV(tally.move(tx, campaign, person, from, incident::DeliveryState::kExported));
  }
  TRYV(tally.write(tx, campaign));
  return tx.commit();
}

Result<std::vector<ExportRow>> CampaignStore::exports(const std::string& campaign) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto rows, (tx.rows<std::uint32_t, std::string, std::uint32_t, std::string, crypto::Digest,
                          std::uint64_t, std::string, UtcTime>(
                     "SELECT number, channel, version, encoding, manifest, persons, user, at FROM "
                     "campaign_export WHERE campaign = :c ORDER BY number",
                     campaign)));
  std::vector<ExportRow> out;
  for (auto& [number, channel, version, encoding, manifest, persons, user, at] : rows) {
    TRY(auto way, incident::channel_by_name(channel));
    out.push_back(
        {number, way, version, std::move(encoding), manifest, persons, std::move(user), at});
  }
  return out;
}

Result<std::vector<std::string>> CampaignStore::exported(const std::string& campaign,
                                                         std::uint32_t number) {
  TRY(auto tx, Transaction::read(*db_));
  return tx.column<std::string>(
      "SELECT person FROM campaign_export_person WHERE campaign = :c AND number = :n ORDER BY "
      "position",
      campaign, number);
}

Result<void> CampaignStore::add_refusal(const std::string& campaign,
                                        const incident::RefusalRow& row, const Draft& event,
                                        UtcTime at) {
  TRY(auto tx, Transaction::write(*db_));
  TRY(auto approved,
      tx.value<std::uint64_t>("SELECT count(*) FROM campaign_approval WHERE campaign "
                              "= :c AND version = :v AND party = :p",
                              campaign, row.version, row.party));
  auto put = tx.run(
      "INSERT INTO campaign_refusal (campaign, version, party, user, reason, at) VALUES (:c, :v, "
      ":p, :u, :r, :at)",
      campaign, row.version, row.party, row.user, row.reason, at);
  if (approved.value_or(0) != 0 || (!put && put.error().code == Errc::kConflict))
    return fail(Errc::kExists,
                row.party + " has answered for version " + std::to_string(row.version),
                row.party + " は第 " + std::to_string(row.version) + " 版に回答済み");
  TRYV(std::move(put));
  TRYV(append_event(tx, event, at));
  return tx.commit();
}

Result<std::vector<incident::RefusalRow>> CampaignStore::refusals(const std::string& campaign,
                                                                  std::uint32_t version) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto rows, (tx.rows<std::string, std::string, std::string, UtcTime>(
                     "SELECT party, user, reason, at FROM campaign_refusal WHERE campaign = :c AND "
                     "version = :v ORDER BY party",
                     campaign, version)));
  std::vector<incident::RefusalRow> out;
  for (auto& [party, user, reason, at] : rows)
    out.push_back({version, std::move(party), std::move(user), std::move(reason), at});
  return out;
}

Result<void> CampaignStore::note(const Draft& event, UtcTime at) {
  TRY(auto tx, Transaction::write(*db_));
  TRYV(append_event(tx, event, at));
  return tx.commit();
}

}  // namespace hitokoe::storage::sql
