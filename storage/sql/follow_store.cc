#include <boost/json.hpp>
#include <functional>

#include "hitokoe/storage/follow_up.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/campaign_rows.h"
#include "storage/sql/campaign_tally.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace sql {
namespace {

namespace json = boost::json;
using incident::FollowRow;
using incident::KnownCustomer;
using incident::MayTell;

constexpr std::uint64_t kBatch = 20'000;  // steps of one event

std::string pack(const incident::CorrectionChoice& choice) {
  json::array items;
  for (const auto item : choice.items) items.emplace_back(static_cast<int>(item));
  return json::serialize(json::object{
      {"version", choice.version}, {"items", std::move(items)}, {"controller", choice.controller}});
}

Result<incident::CorrectionChoice> unpack(const std::string& packed) {
  const auto corrupt = [] {
    return fail(Errc::kCorrupt, "database: campaign_follow.chosen",
                "データベース: campaign_follow.chosen");
  };
  json::error_code error;
  const auto value = json::parse(packed, error);
  if (error || !value.is_object()) return corrupt();
  incident::CorrectionChoice out;
  const auto& object = value.get_object();
  const auto* version = object.if_contains("version");
  const auto* items = object.if_contains("items");
  const auto* controller = object.if_contains("controller");
  if (version == nullptr || !version->is_int64() || items == nullptr || !items->is_array() ||
      controller == nullptr || !controller->is_string()) {
    return corrupt();
  }
  out.version = static_cast<std::uint32_t>(version->get_int64());
  for (const auto& item : items->get_array()) {
    if (!item.is_int64()) return corrupt();
    out.items.insert(static_cast<identity::FieldId>(item.get_int64()));
  }
  out.controller = std::string(controller->get_string());
  return out;
}

Result<std::vector<std::string>> campaigns(Transaction& tx, const std::string& incident) {
  return tx.column<std::string>(
      "SELECT c.id FROM campaign c JOIN campaign_family f ON f.campaign = c.id WHERE f.incident = "
      ":i ORDER BY c.created, length(c.incident), c.incident",
      incident);
}

class SqlFollowStore final : public incident::FollowStore {
 public:
  explicit SqlFollowStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<void> create(const incident::CampaignRow& row, const FollowRow& follow,
                      const incident::Draft& event, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto before, campaigns(tx, row.incident));
    if (before.empty() || before.back() != follow.after) {
      return fail(Errc::kConflict, row.incident + " got another campaign meanwhile: try again",
                  row.incident + " の一元連絡がその間に増えました: やり直してください");
    }
    TRY(const auto open,
        tx.value<std::string>("SELECT c.id FROM campaign c JOIN campaign_family f ON f.campaign = "
                              "c.id WHERE f.incident = :i AND c.state <> 'sent'",
                              row.incident));
    if (open) {
      return fail(Errc::kConflict,
                  *open +
                      " is not sent to the end: before the first mail \"campaign resolve\" and "
                      "\"campaign freeze\" take in what is new",
                  *open +
                      " の送信が終わっていません。最初の一通の前であれば campaign resolve と "
                      "campaign freeze で新しい分を加えられます");
    }
    TRYV(
        tx.run("INSERT INTO campaign (id, incident, state, version, revision, spec, data_key, "
               "created) VALUES (:id, :i, :s, 0, 0, :spec, :key, :at)",
               row.id, row.incident + "+" + std::to_string(before.size() + 1), to_string(row.state),
               incident::spec_to_json(row.spec), row.data_key, row.created));
    TRYV(
        tx.run("INSERT INTO campaign_follow (campaign, kind, after, chosen, reason) VALUES (:c, "
               ":k, :a, :x, :r)",
               row.id, to_string(follow.kind), follow.after, pack(follow.choice), follow.reason));
    TRYV(append_event(tx, event, at));
    return tx.commit();
  }

  Result<std::optional<FollowRow>> load(const std::string& campaign) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto found, (tx.row<std::string, std::string, std::string, std::string>(
                              "SELECT kind, after, chosen, reason FROM campaign_follow WHERE "
                              "campaign = :c",
                              campaign)));
    if (!found) return std::optional<FollowRow>();
    FollowRow row;
    row.campaign = campaign;
    TRY(row.kind, incident::follow_kind_by_name(std::get<0>(*found)));
    row.after = std::get<1>(*found);
    TRY(row.choice, unpack(std::get<2>(*found)));
    row.reason = std::get<3>(*found);
    return std::optional(std::move(row));
  }

  Result<std::vector<std::string>> campaigns_of(const std::string& incident) override {
    TRY(auto tx, Transaction::read(*db_));
    return campaigns(tx, incident);
  }

  Result<void> each_known(const std::string& incident, const std::string& except,
                          const std::string& controller,
                          const std::function<void(const KnownCustomer&)>& each) override {
    TRY(auto tx, Transaction::read(*db_));
    return tx.each<std::string, std::string, identity::Fingerprint, Bytes, std::string,
                   std::uint32_t, std::string, std::uint64_t>(
        [&](std::string campaign, std::string controller, const identity::Fingerprint& u,
            const Bytes& items, const std::string& state, std::uint32_t version,
            const std::string& by, std::uint64_t merged) -> Result<void> {
          KnownCustomer c;
          c.campaign = std::move(campaign);
          c.controller = std::move(controller);
          c.u = u;
          c.items = unpack_items(items);
          TRY(c.state, incident::delivery_state_by_name(state));
          c.version = version;
          c.one_notice = by == "one-notice";
          c.merged = merged != 0;
          each(c);
          return ok();
        },
        "SELECT s.campaign, s.controller, s.u, s.items, r.state, r.version, r.settled_by, "
        "(SELECT count(*) FROM incident i WHERE i.id = f.incident AND i.state = 'merged') "
        "FROM campaign c JOIN campaign_family f ON f.campaign = c.id "
        "JOIN campaign_subject s ON s.campaign = c.id "
        "JOIN campaign_recipient r ON r.campaign = s.campaign AND r.person = s.person "
        "WHERE f.family = COALESCE((SELECT family FROM incident_family WHERE incident = :i), :i2) "
        "AND c.id <> :x AND s.controller = :k AND (c.state IN ('sending', 'paused', 'sent') OR "
        "EXISTS (SELECT 1 FROM "
        "campaign_export e WHERE e.campaign = c.id))",
        incident, incident, except, controller);
  }

  Result<std::uint64_t> exclude_told(const std::string& campaign, const std::string& actor,
                                     UtcTime at) override {
    TRY(const bool others, has_family(campaign));
    if (!others) return std::uint64_t{0};
    TRY(auto tx, Transaction::write(*db_));
    // Not while the other one's attempt is on its way: it may go back. Whom no mail reached here
    // waits on, unless the other one did reach him.
    TRY(const auto told, (tx.rows<std::string, std::string, std::string>(
                             "SELECT r.person, r.state, min(t.told_by) FROM campaign_told t "
                             "CROSS JOIN campaign_recipient r ON r.campaign = t.campaign AND "
                             "r.person = t.person WHERE t.campaign = :c AND t.state NOT IN "
                             "('sending', 'committing') AND (r.state IN ('pending', 'no_contact') "
                             "OR (r.state IN ('refused', 'bounced', 'returned') AND t.state NOT IN "
                             "('refused', 'bounced', 'returned'))) AND (NOT EXISTS (SELECT 1 FROM "
                             "campaign_follow w WHERE w.campaign = t.campaign AND w.kind <> "
                             "'new_people') OR EXISTS (SELECT 1 FROM campaign_follow w JOIN "
                             "campaign_follow v ON v.kind = w.kind JOIN campaign c ON c.id = "
                             "w.campaign WHERE w.campaign = t.campaign AND v.campaign = t.told_by "
                             "AND t.settled >= c.created)) "
                             "GROUP BY r.person, r.state ORDER BY r.person LIMIT :n",
                             campaign, kBatch)));
    if (told.empty()) return std::uint64_t{0};
    json::array steps;
    steps.reserve(told.size());
    TallyChange tally;
    for (const auto& [person, state, by] : told) {
      TRYV(
          tx.run("UPDATE campaign_recipient SET state = 'excluded', settled_by = 'one-notice', "
                 "reply = :r, settled = :at WHERE campaign = :c AND person = :p",
                 "told by " + by, at, campaign, person));
      TRY(const auto from, incident::delivery_state_by_name(state));
      TRYV(tally.move(tx, campaign, person, from, incident::DeliveryState::kExcluded));
      steps.push_back(json::object{
          {"person", person}, {"from", state}, {"to", "excluded"}, {"by", "one-notice"}});
    }
    TRY(const auto event, append_event(tx,
                                       {actor, "campaign/" + campaign, "campaign.delivery",
                                        json::serialize(json::object{{"steps", std::move(steps)}})},
                                       at));
    for (const auto& [person, state, by] : told) {
      TRYV(tx.run("UPDATE campaign_recipient SET event = :e WHERE campaign = :c AND person = :p",
                  event.seq, campaign, person));
    }
    TRYV(tally.write(tx, campaign));
    TRYV(tx.commit());
    return static_cast<std::uint64_t>(told.size());
  }

  Result<MayTell> may_tell(const std::string& campaign, const std::string& person) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto merged,
        tx.value<std::uint64_t>("SELECT count(*) FROM campaign_family f JOIN incident i ON i.id = "
                                "f.incident AND i.state = 'merged' WHERE f.campaign = :c",
                                campaign));
    if (merged.value_or(0) != 0) return MayTell::kMerged;
    TRY(const auto blocked,
        tx.value<std::string>(
            "SELECT person FROM campaign_blocked WHERE campaign = :c AND person = "
            ":p LIMIT 1",
            campaign, person));
    return blocked ? MayTell::kTold : MayTell::kYes;
  }

 private:
  Result<bool> has_family(const std::string& campaign) {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto other,
        tx.value<std::string>("SELECT g.campaign FROM campaign_family f JOIN campaign_family g ON "
                              "g.family = f.family AND g.campaign <> f.campaign WHERE f.campaign = "
                              ":c LIMIT 1",
                              campaign));
    return other.has_value();
  }

  std::shared_ptr<Database> db_;
};

}  // namespace
}  // namespace sql

std::unique_ptr<incident::FollowStore> make_follow_store(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlFollowStore>(std::move(db));
}

}  // namespace hitokoe::storage
