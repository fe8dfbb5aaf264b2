#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/random.h"
#include "storage/sql/campaign_rows.h"
#include "storage/sql/campaign_store.h"

namespace hitokoe::storage::sql {

using incident::ApprovalRow;
using incident::BundleRow;
using incident::CampaignRow;
using incident::NamingRow;
using incident::RecipientRow;
using incident::SubjectRow;
using incident::VersionRow;

namespace {

#define HITOKOE_SUBJECTS                                                                    \
  "SELECT s.controller, s.u, s.items, s.leaked_rows, x.contact, s.unresolved, s.person, "   \
  "s.salt FROM campaign_subject s LEFT JOIN campaign_contact x ON x.campaign = s.campaign " \
  "AND x.controller = s.controller AND x.u = s.u "

using OptionalText = std::optional<std::string>;
using OptionalBytes = std::optional<Bytes>;

Result<CampaignRow> campaign_row(std::string id, const std::string& incident,
                                 const std::string& state, std::uint32_t version,
                                 std::uint64_t revision, const std::string& spec, Bytes data_key,
                                 UtcTime created) {
  CampaignRow row;
  TRY(row.state, incident::campaign_state_by_name(state));
  TRY(row.spec, incident::spec_from_json(spec));
  row.id = std::move(id);
  row.incident = incident.substr(0, incident.find('+'));  // its second campaign has "+2" there
  row.version = version;
  row.revision = revision;
  row.data_key = std::move(data_key);
  row.created = created;
  return row;
}

Result<SubjectRow> subject_row(std::string controller, const identity::Fingerprint& u,
                               const Bytes& items, const Bytes& rows, OptionalBytes contact,
                               bool unresolved, OptionalText person, const OptionalBytes& salt) {
  SubjectRow row;
  TRY(row.rows, unpack_rows(rows));
  row.controller = std::move(controller);
  row.u = u;
  row.items = unpack_items(items);
  row.contact = std::move(contact).value_or(Bytes{});
  row.unresolved = unresolved;
  row.person = std::move(person).value_or("");
  if (salt) {
    if (salt->size() != row.salt.size())
      return fail(Errc::kCorrupt, "database: campaign_subject.salt has another size",
                  "データベース: campaign_subject.salt の大きさが違います");
    std::copy(salt->begin(), salt->end(), row.salt.begin());
  }
  return row;
}

template <class... A>
Result<std::vector<SubjectRow>> select_subjects(Database& db, std::string_view sql,
                                                const A&... args) {
  TRY(auto tx, Transaction::read(db));
  std::vector<SubjectRow> out;
  const auto each = [&](std::string controller, identity::Fingerprint u, const Bytes& items,
                        const Bytes& rows, OptionalBytes contact, bool unresolved,
                        OptionalText person, const OptionalBytes& salt) -> Result<void> {
    TRY(auto row, subject_row(std::move(controller), u, items, rows, std::move(contact), unresolved,
                              std::move(person), salt));
    out.push_back(std::move(row));
    return ok();
  };
  TRYV((tx.each<std::string, identity::Fingerprint, Bytes, Bytes, OptionalBytes, bool, OptionalText,
                OptionalBytes>(each, sql, args...)));
  return out;
}

}  // namespace

Result<std::vector<CampaignRow>> CampaignStore::list() {
  TRY(auto tx, Transaction::read(*db_));
  std::vector<CampaignRow> out;
  const auto each = [&](std::string id, const std::string& incident, const std::string& state,
                        std::uint32_t version, std::uint64_t revision, const std::string& spec,
                        Bytes data_key, UtcTime created) -> Result<void> {
    TRY(auto row, campaign_row(std::move(id), incident, state, version, revision, spec,
                               std::move(data_key), created));
    out.push_back(std::move(row));
    return ok();
  };
  TRYV((tx.each<std::string, std::string, std::string, std::uint32_t, std::uint64_t, std::string,
                Bytes, UtcTime>(
      each,
      "SELECT id, incident, state, version, revision, spec, data_key, created FROM campaign "
      "ORDER BY created, id")));
  return out;
}

Result<CampaignRow> CampaignStore::load(const std::string& campaign) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto found,
      (tx.row<std::string, std::string, std::string, std::uint32_t, std::uint64_t, std::string,
              Bytes, UtcTime>(
          "SELECT id, incident, state, version, revision, spec, data_key, created FROM campaign "
          "WHERE id = :id",
          campaign)));
  if (!found)
    return fail(Errc::kNotFound, "there is no campaign " + campaign,
                "一元連絡 " + campaign + " はありません");
  return std::apply(
      [](auto&&... column) { return campaign_row(std::forward<decltype(column)>(column)...); },
      std::move(*found));
}

Result<std::vector<SubjectRow>> CampaignStore::subjects(const std::string& campaign,
                                                        const std::string& controller) {
  if (controller.empty()) {
    return select_subjects(
        *db_, HITOKOE_SUBJECTS "WHERE s.campaign = :c ORDER BY s.controller, s.u", campaign);
  }
  return select_subjects(
      *db_, HITOKOE_SUBJECTS "WHERE s.campaign = :c AND s.controller = :k ORDER BY s.u", campaign,
      controller);
}

Result<std::vector<SubjectRow>> CampaignStore::subjects_after(const std::string& campaign,
                                                              const incident::SubjectPlace& after,
                                                              std::size_t most, bool contacts) {
  if (contacts) {
    return select_subjects(*db_,
                           HITOKOE_SUBJECTS
                           "WHERE s.campaign = :c AND (s.controller, s.u) > (:k, :u) ORDER BY "
                           "s.controller, s.u LIMIT :n",
                           campaign, after.controller, after.u, most);
  }
  return select_subjects(*db_,
                         "SELECT controller, u, items, leaked_rows, NULL, unresolved, person, salt "
                         "FROM campaign_subject WHERE campaign = :c AND (controller, u) > (:k, :u) "
                         "ORDER BY controller, u LIMIT :n",
                         campaign, after.controller, after.u, most);
}

Result<std::map<std::string, std::uint64_t>> CampaignStore::customers(
    const std::string& campaign, const std::string& controller) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto rows, (tx.rows<std::string, std::uint64_t>(
                     "SELECT controller, customers FROM campaign_customers WHERE campaign = :c AND "
                     "(:k = '' OR controller = :k2)",
                     campaign, controller, controller)));
  std::map<std::string, std::uint64_t> out;
  for (auto& [carrier, n] : rows) out.emplace(std::move(carrier), n);
  return out;
}

Result<std::vector<SubjectRow>> CampaignStore::members(const std::string& campaign,
                                                       const std::string& person) {
  return select_subjects(*db_,
                         "SELECT s.controller, s.u, s.items, s.leaked_rows, x.contact, "
                         "s.unresolved, s.person, s.salt FROM campaign_member m JOIN "
                         "campaign_subject s ON s.campaign = m.campaign AND s.controller = "
                         "m.controller AND s.u = m.u AND s.person = m.person LEFT JOIN "
                         "campaign_contact x ON x.campaign = "
                         "m.campaign AND x.controller = m.controller AND x.u = m.u WHERE "
                         "m.campaign = :c AND m.person = :p ORDER BY m.controller, m.u",
                         campaign, person);
}

Result<std::vector<BundleRow>> CampaignStore::bundles(const std::string& campaign) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto rows,
      (tx.rows<std::string, crypto::Digest, std::uint64_t, std::uint64_t, std::uint64_t, UtcTime>(
          "SELECT controller, digest, contacts, unresolved, missing, at "
          "FROM campaign_bundle WHERE campaign = :c ORDER BY at, digest",
          campaign)));
  std::vector<BundleRow> out;
  for (auto& [controller, digest, contacts, unresolved, missing, at] : rows)
    out.push_back({std::move(controller), digest, contacts, unresolved, missing, at});
  return out;
}

Result<VersionRow> CampaignStore::version(const std::string& campaign, std::uint32_t version) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto found,
      (tx.row<crypto::Digest, std::string, std::string, std::string, std::uint64_t, std::uint64_t,
              UtcTime>("SELECT root, text_ja, text_en, desk, persons, customers, at FROM "
                       "campaign_version WHERE campaign = :c AND version = :v",
                       campaign, version)));
  if (!found)
    return fail(Errc::kNotFound, campaign + " has no version " + std::to_string(version),
                campaign + " に第 " + std::to_string(version) + " 版はありません");
  VersionRow out;
  out.version = version;
  std::tie(out.root, out.texts.ja, out.texts.en, out.desk, out.persons, out.customers, out.at) =
      std::move(*found);
  TRY(out.concerned, tx.column<std::string>("SELECT party FROM campaign_concerned WHERE "
                                            "campaign = :c AND version = :v ORDER BY party",
                                            campaign, version));
  TRY(auto namings,
      (tx.rows<identity::Salt, std::string, std::string, std::string, std::string>(
          "SELECT salt, controller, controller_name, holder, holder_name FROM campaign_naming "
          "WHERE campaign = :c AND version = :v ORDER BY position",
          campaign, version)));
  std::uint64_t position = 0;
  for (auto& [salt, controller, controller_name, holder, holder_name] : namings) {
    TRY(auto chain,
        tx.column<std::string>("SELECT party FROM campaign_naming_chain WHERE campaign = :c AND "
                               "version = :v AND position = :p ORDER BY party",
                               campaign, version, position++));
    out.namings.push_back(NamingRow{salt, std::move(controller), std::move(controller_name),
                                    std::move(holder), std::move(holder_name), std::move(chain)});
  }
  return out;
}

Result<std::vector<ApprovalRow>> CampaignStore::approvals(const std::string& campaign,
                                                          std::uint32_t version) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto rows, (tx.rows<std::string, crypto::Digest, std::string, std::string, Bytes, UtcTime>(
                     "SELECT party, root, user, means, file, at FROM campaign_approval WHERE "
                     "campaign = :c AND version = :v ORDER BY party",
                     campaign, version)));
  std::vector<ApprovalRow> out;
  for (auto& [party, root, user, means, file, at] : rows) {
    out.push_back(
        {version, std::move(party), root, std::move(user), std::move(means), std::move(file), at});
  }
  return out;
}

namespace {

template <class... A>
Result<std::vector<RecipientRow>> select_recipients(Transaction& tx, std::string_view sql,
                                                    const A&... args) {
  std::vector<RecipientRow> out;
  const auto each = [&](std::string person, std::uint32_t version, identity::Salt salt,
                        std::string source, identity::Fingerprint u, const std::string& state,
                        std::uint32_t attempts, int code, std::string reply, std::string by,
                        std::optional<UtcTime> settled, std::uint64_t event,
                        const std::string& channel) -> Result<void> {
    TRY(auto known, incident::delivery_state_by_name(state));
    TRY(auto way, incident::channel_by_name(channel));
    out.push_back({std::move(person), version, salt, std::move(source), u, known, attempts, code,
                   std::move(reply), std::move(by), settled, event, way});
    return ok();
  };
  TRYV((tx.each<std::string, std::uint32_t, identity::Salt, std::string, identity::Fingerprint,
                std::string, std::uint32_t, int, std::string, std::string, std::optional<UtcTime>,
                std::uint64_t, std::string>(each, sql, args...)));
  return out;
}

template <class... A>
Result<std::vector<RecipientRow>> select_recipients(Database& db, std::string_view sql,
                                                    const A&... args) {
  TRY(auto tx, Transaction::read(db));
  return select_recipients(tx, sql, args...);
}

// A set of rows as one number: sums of keyed hashes, so that two sets that lie in different orders
// are compared without looking each row up in the other one. Nobody knows the key: rows that were
// changed on purpose have another sum, too.
class RowSum {
 public:
  explicit RowSum(const crypto::Hmac& mac) : mac_(mac) {}
  void add(const std::string& person, const std::string& controller, const Bytes& u) {
    row_.clear();
    put_string(row_, person);
    put_string(row_, controller);
    put_bytes(row_, u);
    const auto hash = mac_.mac(row_);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      std::uint64_t lane = 0;
      for (std::size_t k = 0; k < 8; ++k) lane = lane << 8U | hash[8 * i + k];
      lanes_[i] += lane;
    }
  }
  bool operator==(const RowSum& other) const { return lanes_ == other.lanes_; }

 private:
  const crypto::Hmac& mac_;
  std::array<std::uint64_t, 4> lanes_{};
  Bytes row_;
};

// Whose customers the persons are is kept twice, by customer and by person: the same rows. Both are
// read once, each in its own order.
Result<void> members_are_those_of_the_customers(Transaction& tx, const std::string& campaign) {
  std::array<std::uint8_t, 32> key{};
  SystemRandom().fill(key);
  const crypto::Hmac mac(key);
  RowSum members(mac), customers(mac);
  const auto read = [&](RowSum& sum, std::string_view sql) {
    return tx.each<std::string, std::string, Bytes>(
        [&](const std::string& person, const std::string& controller,
            const Bytes& u) -> Result<void> {
          sum.add(person, controller, u);
          return ok();
        },
        sql, campaign);
  };
  TRYV(read(members, "SELECT person, controller, u FROM campaign_member WHERE campaign = :c"));
  TRYV(read(customers,
            "SELECT person, controller, u FROM campaign_subject WHERE campaign = :c AND person IS "
            "NOT NULL AND person <> ''"));
  if (members == customers) return ok();
  return fail(Errc::kCorrupt, campaign + ": persons and customers do not belong together",
              campaign + ": 本人と顧客の対応が壊れています");
}

}  // namespace

Result<RecipientRow> CampaignStore::recipient(const std::string& campaign,
                                              const std::string& person) {
  TRY(auto found, select_recipients(
                      *db_,
                      "SELECT person, version, salt, controller, u, state, attempts, code, reply, "
                      "settled_by, settled, event, channel FROM campaign_recipient WHERE campaign "
                      "= :c AND person = :p",
                      campaign, person));
  if (found.empty())
    return fail(Errc::kNotFound, campaign + " has no person with this id",
                campaign + " にこの番号の人はいません");
  return std::move(found.front());
}

Result<std::vector<RecipientRow>> CampaignStore::recipients(const std::string& campaign,
                                                            const std::string& controller) {
  return select_recipients(
      *db_,
      "SELECT person, version, salt, controller, u, state, attempts, code, reply, settled_by, "
      "settled, event, channel FROM campaign_recipient AS r WHERE campaign = :c AND (:k = '' OR "
      "EXISTS "
      "(SELECT 1 FROM campaign_member AS m WHERE m.campaign = r.campaign AND "
      "m.person = r.person AND m.controller = :k2)) ORDER BY person",
      campaign, controller, controller);
}

Result<std::vector<RecipientRow>> CampaignStore::recipients_after(
    const std::string& campaign, const std::string& after, std::size_t most,
    std::optional<incident::DeliveryState> state) {
  if (state) {
    return select_recipients(
        *db_,
        "SELECT person, version, salt, controller, u, state, attempts, code, reply, settled_by, "
        "settled, event, channel FROM campaign_recipient WHERE campaign = :c AND state = :s AND "
        "person > :p ORDER BY person LIMIT :n",
        campaign, to_string(*state), after, most);
  }
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto page,
      select_recipients(
          tx,
          "SELECT person, version, salt, controller, u, state, attempts, code, reply, settled_by, "
          "settled, event, channel FROM campaign_recipient WHERE campaign = :c AND person > :p "
          "ORDER BY person LIMIT :n",
          campaign, after, most));
  // With the last page, for all: who reads them to the end knows.
  if (page.size() < most) {
    TRYV(members_are_those_of_the_customers(tx, campaign));
  }
  return page;
}

#undef HITOKOE_SUBJECTS

}  // namespace hitokoe::storage::sql
