#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/incident/campaign_service.h"
#include "hitokoe/net/smtp_relay.h"
#include "incident/campaign/access.h"
#include "incident/campaign/composer.h"
#include "incident/campaign/mime.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

constexpr Duration kRateWindow = std::chrono::minutes(1);
constexpr std::size_t kMostSamples = 100;

// Mails settled by the relay's answer per second, over the last minute before the last of them.
double rate_of(const std::vector<RecipientRow>& recipients) {
  std::vector<UtcTime> times;
  for (const auto& r : recipients) {
    if (r.settled && r.settled_by == "smtp") times.push_back(*r.settled);
  }
  if (times.size() < 2) return 0;
  const auto last = *std::max_element(times.begin(), times.end());
  auto first = last;
  std::uint64_t n = 0;
  for (auto t : times) {
    if (last - t > kRateWindow) continue;
    first = std::min(first, t);
    ++n;
  }
  const auto seconds = std::chrono::duration<double>(last - first).count();
  return seconds > 0 ? static_cast<double>(n - 1) / seconds : 0;
}

}  // namespace

Result<CampaignStatus> CampaignService::status(const Viewer& viewer, const std::string& campaign) {
  CampaignStatus out;
  TRY(out.row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, out.row));
  const auto only = narrowed_to(viewer);
  TRY(out.counts, parts_.store.counts(campaign, only));
  for (auto n : out.counts) out.persons += n;
  TRY(auto subjects, parts_.store.subjects(campaign, only));
  for (const auto& s : subjects) ++out.customers[s.controller];
  TRY(auto bundles, parts_.store.bundles(campaign));
  for (const auto& [carrier, n] : out.customers) {
    const bool answered = std::any_of(bundles.begin(), bundles.end(),
                                      [&](const BundleRow& b) { return b.controller == carrier; });
    if (!answered) out.unanswered.push_back(carrier);
  }
  for (auto& b : bundles) {
    if (only.empty() || b.controller == only) out.bundles.push_back(std::move(b));
  }
  TRY(out.approvals, approvals(viewer, campaign));
  if (viewer.sees_all_parties()) {
    TRY(out.exports, parts_.store.exports(campaign));
  }
  TRY(auto recipients, parts_.store.recipients(campaign, only));
  out.per_second = rate_of(recipients);
  for (const auto& r : recipients) out.retried += r.attempts > 1 ? r.attempts - 1 : 0;
  const auto pending = out.counts[static_cast<std::size_t>(DeliveryState::kPending)];
  if (out.row.state == CampaignState::kSending && out.per_second > 0) {
    out.remaining = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(static_cast<double>(pending) / out.per_second));
  }
  out.row.data_key.clear();
  if (!viewer.sees_all_parties()) out.row.spec = {};
  return out;
}

Result<std::vector<PersonProof>> CampaignService::proof(const Viewer& viewer,
                                                        const std::string& campaign,
                                                        const std::string& person) {
  if (viewer.role() != registry::Role::kParty) {
    TRYV(must_see_all(viewer));
  }
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, row));
  const auto only = narrowed_to(viewer);
  TRY(auto subjects, parts_.store.subjects(campaign, only));
  std::map<std::string, std::vector<std::string>> carriers;
  for (const auto& s : subjects) {
    auto& theirs = carriers[s.person];
    if (theirs.empty() || theirs.back() != s.controller) theirs.push_back(s.controller);
  }
  TRY(auto recipients, parts_.store.recipients(campaign, only));
  std::vector<PersonProof> out;
  for (auto& r : recipients) {
    // A contractor is no customer's carrier: it sees nobody.
    if (!only.empty() && carriers.count(r.person) == 0) continue;
    if (!person.empty() && r.person != person) continue;
    out.push_back({r.person, r.version, notice_message_id(row, r.person, r.version),
                   carriers[r.person], r.state, r.attempts, r.code, std::move(r.reply),
                   std::move(r.settled_by), r.settled, r.event, r.channel});
  }
  if (!person.empty() && out.empty())
    return fail(Errc::kNotFound, campaign + " has no person with this id",
                campaign + " にこの番号の人はいません");
  return out;
}

Result<std::vector<PreviewMail>> CampaignService::preview(const Viewer& viewer,
                                                          const std::string& campaign,
                                                          std::size_t samples) {
  TRYV(must_see_all(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.version == 0)
    return fail(Errc::kConflict, campaign + " is not frozen yet",
                campaign + " はまだ凍結されていません");
  TRY(auto version, parts_.store.version(campaign, row.version));
  TRY(auto vault, ContactVault::open(parts_.keys, row));
  const NoticeComposer composer(parts_.store, row, version, std::move(vault), "", "");
  TRY(auto recipients, parts_.store.recipients(campaign, ""));
  std::vector<PreviewMail> out;
  for (const auto& r : recipients) {
    if (out.size() >= std::min(samples, kMostSamples)) break;
    if (r.state == DeliveryState::kNoContact) continue;
    TRY(auto d, composer.draft(r));
    if (d.address.empty()) continue;
    const auto masked = identity::mask(identity::FieldId::kName, d.name);
    auto body = std::move(d.notice.body);
    for (std::size_t at = 0; !d.name.empty() && (at = body.find(d.name, at)) != std::string::npos;
         at += masked.size())
      body.replace(at, d.name.size(), masked);
    out.push_back({r.person, identity::mask(identity::FieldId::kEmail, d.address),
                   std::move(d.notice.subject), std::move(body)});
  }
  return out;
}

Result<net::Mail> CampaignService::test_mail(const Viewer& viewer, const std::string& campaign,
                                             const std::string& to) {
  TRYV(must_lead(viewer));
  if (!net::usable_address(to))
    return fail(Errc::kBadInput, "no mail address that can be used",
                "使えるメールアドレスではありません");
  TRY(const auto row, parts_.store.load(campaign));
  TRY(auto samples, preview(viewer, campaign, 1));
  if (samples.empty())
    return fail(Errc::kNotFound, "nobody in it has a mail address: there is no mail to try",
                "メールアドレスのある人がいないため、試すメールがありません");
  const auto* lead = parts_.registry.party(row.spec.lead);
  std::array<std::uint8_t, 8> number{};
  parts_.random.fill(number);
  NoticeMail mail;
  mail.from_name = lead == nullptr ? row.spec.lead : lead->name;
  mail.from = row.spec.from;
  mail.to = to;
  mail.reply_to = row.spec.desk.email;
  mail.subject = "【試験送信】[TEST] " + samples.front().subject;
  mail.message_id = row.id + ".test-" + to_hex(number) +
                    row.spec.from.substr(std::min(row.spec.from.find('@'), row.spec.from.size()));
  mail.text = std::move(samples.front().body);
  mail.date = parts_.clock.now();
  const boost::json::object body{{"version", row.version}};
  TRYV(parts_.store.note(::hitokoe::incident::campaign::draft(
                             viewer, campaign, "campaign.test_sent", boost::json::serialize(body)),
                         mail.date));
  return net::Mail{row.spec.from, to, mail.message_id, compose(mail)};
}

}  // namespace hitokoe::incident
