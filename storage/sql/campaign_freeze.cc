#include "storage/sql/campaign_freeze.h"

#include "storage/sql/campaign_tally.h"
#include "storage/sql/row_values.h"

namespace hitokoe::storage::sql {

using incident::CampaignChange;
using incident::DeliveryState;
using incident::RecipientRow;
using incident::SubjectRow;

namespace {

Result<void> nobody_was_reached(Transaction& tx, const std::string& campaign) {
  TRY(auto begun, tx.value<std::uint64_t>(
                      "SELECT count(*) FROM campaign_carrier_tally WHERE campaign = :c AND "
                      "controller = '' AND n <> 0 AND what NOT IN ('pending', 'no_contact', "
                      "'excluded', 'retried')",
                      campaign));
  if (begun.value_or(0) == 0) return ok();
  return fail(Errc::kConflict, "mails of this campaign have gone out: it cannot be frozen again",
              "この一元連絡のメールは送信が始まっているため、凍結し直せません");
}

// Whoever is made of a customer that was excluded is that human being.
Result<void> exclude_again(Transaction& tx, const std::string& campaign, TallyChange& tally) {
  TRY(auto decided, (tx.rows<std::string, std::string, std::string, UtcTime>(
                        "SELECT s.person, e.reason, e.decided_by, e.at FROM campaign_exclusion e "
                        "JOIN campaign_subject s ON s.campaign = e.campaign AND s.controller = "
                        "e.controller AND s.u = e.u WHERE e.campaign = :c AND s.person IS NOT NULL "
                        "ORDER BY e.at, e.controller, e.u",
                        campaign)));
  for (const auto& [person, reason, by, at] : decided) {
    TRY(const auto before, tx.value<std::string>("SELECT state FROM campaign_recipient WHERE "
                                                 "campaign = :c AND person = :p",
                                                 campaign, person));
    TRY(const auto n,
        tx.run("UPDATE campaign_recipient SET state = 'excluded', reply = :r, settled_by = :b, "
               "settled = :at WHERE campaign = :c AND person = :p AND state <> 'excluded'",
               reason, by, at, campaign, person));
    if (n != 1) continue;
    TRY(const auto from, incident::delivery_state_by_name(before.value_or("")));
    TRYV(tally.move(tx, campaign, person, from, incident::DeliveryState::kExcluded));
  }
  return ok();
}

}  // namespace

Result<void> put_recipients(Transaction& tx, const CampaignChange& c, std::uint64_t event) {
  TRYV(nobody_was_reached(tx, c.campaign));
  TRYV(tx.run("DELETE FROM campaign_recipient WHERE campaign = :c", c.campaign));
  TRYV(tx.run("DELETE FROM campaign_member WHERE campaign = :c", c.campaign));
  TRYV(count_nobody(tx, c.campaign));
  TallyChange tally;
  std::vector<std::uint8_t> states;  // of the persons in their order, which is that of the members
  states.reserve(c.version ? c.version->persons : 0);
  RecipientRow r;
  TRYV(tx.run_each(
      "INSERT INTO campaign_recipient (campaign, person, version, salt, controller, u, state, run, "
      "attempts, code, reply, settled_by, event) VALUES (:c, :p, :v, :s, :k, :u, :st, '', 0, 0, "
      "'', '', :e)",
      [&](Values& row) {
        if (!c.recipient || !c.recipient(r)) return false;
        states.push_back(static_cast<std::uint8_t>(r.state));
        tally.add_person(r.state);
        set_row(row, c.campaign, r.person, r.version, r.salt, r.controller, r.u, to_string(r.state),
                event);
        return true;
      }));
  SubjectRow s;
  TRYV(
      tx.run_each("UPDATE campaign_subject SET person = :p, salt = :s WHERE campaign = :c AND "
                  "controller = :k AND u = :u",
                  [&](Values& row) {
                    if (!c.subject || !c.subject(s)) return false;
                    set_row(row, s.person, s.salt, c.campaign, s.controller, s.u);
                    return true;
                  }));
  std::string person, controller;  // of the member before
  std::size_t persons = 0;
  TRYV(tx.run_each(
      "INSERT INTO campaign_member (campaign, person, controller, u) VALUES (:c, :p, "
      ":k, :u)",
      [&](Values& row) {
        if (!c.member || !c.member(s)) return false;
        const bool other = s.person != person;
        if (other) ++persons;
        if ((other || s.controller != controller) && persons <= states.size())
          tally.add_member(s.controller, static_cast<DeliveryState>(states[persons - 1]));
        person = s.person;
        controller = s.controller;
        set_row(row, c.campaign, s.person, s.controller, s.u);
        return true;
      }));
  TRYV(exclude_again(tx, c.campaign, tally));
  return tally.write(tx, c.campaign);
}

Result<void> exclude_members(Transaction& tx, const std::string& campaign,
                             const incident::DeliveryStep& step, UtcTime at) {
  TRYV(
      tx.run("INSERT INTO campaign_exclusion (campaign, controller, u, reason, decided_by, at) "
             "SELECT campaign, controller, u, :r, :b, :at FROM campaign_member WHERE campaign = :c "
             "AND person = :p ON CONFLICT (campaign, controller, u) DO NOTHING",
             step.reply, step.by, at, campaign, step.person));
  return ok();
}

}  // namespace hitokoe::storage::sql
