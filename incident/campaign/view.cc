#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/identity/guardian.h"
#include "hitokoe/incident/campaign_service.h"
#include "hitokoe/net/smtp_relay.h"
#include "incident/campaign/access.h"
#include "incident/campaign/composer.h"
#include "incident/campaign/mime.h"
#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

constexpr std::size_t kMostSamples = 100;

// A build that has said nothing for so long has ended in a crash; while it writes, nobody can say
// anything.
constexpr Duration kSilentBuild = std::chrono::minutes(3);
constexpr Duration kOldBuild = std::chrono::minutes(15);

double rate_of(const DeliveryPace& pace) {
  const auto seconds = std::chrono::duration<double>(pace.took).count();
  return seconds > 0 ? static_cast<double>(pace.mails - 1) / seconds : 0;
}

// Fewer mails of a carrier than these tell nothing of how fast its own go.
constexpr std::uint64_t kFewMails = 20;

// Of `only`, of whose persons `pending` wait; empty: of everybody.
Result<double> rate_for(CampaignStore& store, const std::string& campaign, const std::string& only,
                        const DeliveryPace& own, std::uint64_t pending) {
  if (only.empty() || own.mails >= kFewMails || pending == 0) return rate_of(own);
  TRY(const auto counts, store.counts(campaign, ""));
  const auto waiting = std::max(pending, counts[static_cast<std::size_t>(DeliveryState::kPending)]);
  TRY(const auto all, store.pace(campaign, ""));
  return rate_of(all) * static_cast<double>(pending) / static_cast<double>(waiting);
}

}  // namespace

Result<CampaignStatus> CampaignService::status(const Viewer& viewer, const std::string& campaign) {
  CampaignStatus out;
  TRY(out.row, parts_.store.load(campaign));
  TRYV(must_be_concerned(viewer, parts_.store, out.row));
  const auto only = narrowed_to(viewer);
  TRY(out.counts, parts_.store.counts(campaign, only));
  for (auto n : out.counts) out.persons += n;
  TRY(out.customers, parts_.store.customers(campaign, only));
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
    TRY(out.build, parts_.store.build(campaign));
    const auto silent = out.build ? parts_.clock.now() - out.build->at : Duration::zero();
    if (silent > kOldBuild) {
      out.build.reset();
    } else if (silent > kSilentBuild && out.build->stage != "write") {
      out.build->stage = "stopped";
    }
  }
  TRY(const auto pace, parts_.store.pace(campaign, only));
  out.retried = pace.retried;
  const auto pending = out.counts[static_cast<std::size_t>(DeliveryState::kPending)];
  TRY(out.per_second, rate_for(parts_.store, campaign, only, pace, pending));
  if (out.row.state == CampaignState::kSending && out.per_second > 0) {
    out.remaining = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(static_cast<double>(pending) / out.per_second));
  }
  out.row.data_key.clear();
  if (!viewer.sees_all_parties()) out.row.spec = {};
  return out;
}

namespace {

std::string masked_name(std::string text, const std::string& name) {
  const auto masked = identity::mask(identity::FieldId::kName, name);
  for (std::size_t at = 0; !name.empty() && (at = text.find(name, at)) != std::string::npos;
       at += masked.size()) {
    text.replace(at, name.size(), masked);
  }
  return text;
}

}  // namespace

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
  std::vector<PreviewMail> out;
  if (samples == 0) return out;
  TRYV(each_recipient(
      parts_.store, campaign, std::nullopt, [&](const RecipientRow& r) -> Result<bool> {
        if (r.state == DeliveryState::kNoContact) return true;
        TRY(auto d, composer.draft(r));
        if (d.address.empty()) return true;
        auto body = masked_name(std::move(d.notice.body), d.name);
        if (identity::is_to_guardian(d.name)) {  // the English text has the name alone
          body = masked_name(std::move(body),
                             d.name.substr(0, d.name.size() - identity::kGuardian.size()));
        }
        out.push_back({r.person, identity::mask(identity::FieldId::kEmail, d.address),
                       std::move(d.notice.subject), std::move(body)});
        return out.size() < std::min(samples, kMostSamples);
      }));
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
