// From a confirmed incident to delivered notices: campaign, contacts, freeze, approvals, mails,
// proof.
#include <algorithm>

#include "drill/steps.h"
#include "drill/words.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/run_alone.h"
#include "hitokoe/incident/campaign_delivery.h"
#include "hitokoe/net/smtp_relay.h"

namespace hitokoe::drill {
namespace {

using incident::DeliveryReport;
using incident::DeliveryState;

constexpr std::string_view kLead = "kou";

incident::CampaignSpec spec() {
  incident::CampaignSpec s;
  s.lead = kLead;
  s.from = "notice@kou.test";
  s.desk = {"専用お問い合わせ窓口（訓練）", "0120-000-000", "desk@kou.test", "9:00-18:00 (JST)"};
  s.summary = {
      "お客さまの情報を含むデータがインターネット上に掲載されていることを確認しました。"
      "これは訓練であり、実在の方の情報ではありません。",
      "Data about you was found on a public page. This is an exercise; nobody's real data "
      "is concerned."};
  s.secondary = {"現時点で確認されていません。", "None is known so far."};
  s.prevention = {"委託先の管理を見直します。",
                  "We are reviewing how our contractors are managed."};
  return s;
}

std::uint64_t at(const incident::CampaignStore::Counts& counts, DeliveryState state) {
  return counts[static_cast<std::size_t>(state)];
}

const Holding& current_base(const Context& c, const std::string& carrier) {
  for (const auto& holding : c.world.holdings()) {
    if (holding.own && holding.holder == carrier && holding.as_of == AsOf::kSummer) return holding;
  }
  std::abort();  // every carrier of the world has one
}

// People who are customers of more than one carrier.
Result<std::uint64_t> joined_people(Context& c, const std::string& campaign) {
  TRY(auto* campaigns, c.campaigns());
  TRY(const auto proofs, campaigns->proof(c.coordinator(), campaign, ""));
  return static_cast<std::uint64_t>(
      std::count_if(proofs.begin(), proofs.end(),
                    [](const incident::PersonProof& p) { return p.controllers.size() > 1; }));
}

Result<std::unique_ptr<net::MailRelay>> relay(Context& c) {
  net::SmtpOptions options;
  options.helo = "notice.kou.test";
  if (c.options.smtp.empty()) {
    TRY(auto* loopback, c.loopback());
    options.url = "smtp://localhost:" + std::to_string(loopback->mail_port());
    options.ca_file = loopback->mail_certificate();
  } else {
    options.url = "smtp://" + c.options.smtp;
    options.ca_file = c.options.smtp_ca;
  }
  return net::make_smtp_relay(std::move(options));
}

Task<Result<void>> tell_progress(Context& c, incident::CampaignDelivery& delivery,
                                 const bool& ended) {
  std::uint64_t told = 0;  // tenths
  while (!ended) {
    const auto now = delivery.progress();
    if (now.done * 10 / std::max<std::uint64_t>(now.total, 1) != told) {
      told = now.done * 10 / std::max<std::uint64_t>(now.total, 1);
      c.say_progress("send: " + std::to_string(now.done) + "/" + std::to_string(now.total));
    }
    CO_TRYV(co_await c.sleeper.sleep_for(std::chrono::milliseconds(100)));
  }
  co_return ok();
}

Task<Result<DeliveryReport>> deliver(Context& c, incident::CampaignDelivery& delivery,
                                     TaskGroup& group) {
  bool ended = false;
  group.spawn("progress", tell_progress(c, delivery, ended));
  auto report = co_await delivery.run();
  ended = true;
  group.stop();
  co_await group.join();
  co_return report;
}

}  // namespace

Result<StepRecord> begin_campaign(Context& c) {
  TRY(auto* campaigns, c.campaigns());
  TRY(const auto view, c.incident());
  const auto made = campaigns->create(c.coordinator(), view.id, spec());
  if (!made && made.error().code != Errc::kExists) return outcome::failure(made.error());
  StepRecord r;
  r.facts = {{"lead", std::string(kLead)}};
  r.ja = "一元連絡を開始、代表は " + c.world.company(kLead).name + "、窓口 0120-000-000";
  r.en = "one campaign begun, led by kou; desk 0120-000-000";
  return r;
}

Result<StepRecord> resolve_contacts(Context& c) {
  TRY(auto* campaigns, c.campaigns());
  TRY(auto* incidents, c.incidents());
  TRY(const auto campaign, c.campaign());
  TRY(const auto view, c.incident());
  TRY(const auto subjects, incidents->subjects(view.id));
  TRY(const auto requests, campaigns->resolve(c.coordinator(), campaign, view, subjects));
  std::uint64_t contacts = 0;
  std::uint64_t unresolved = 0;
  for (const auto& request : requests) {
    const auto folder = c.company_folder(request.party);
    const auto bundle = folder / "contacts.bundle";
    TRYV(write_file_durably(folder / "contacts.request", request.file));
    const Holding& base = current_base(c, request.party);
    TRY(auto* agent, c.agent(request.party));
    identity::ResolveJob job;
    job.key = folder / ("own-" + request.party + ".hkk");
    job.request = folder / "contacts.request";
    job.customers.path = c.customers_csv(base);
    TRY(job.customers.columns, identity::ColumnMap::parse(c.world.columns(base)));
    job.out = bundle;
    TRYV(agent->resolve(job, [](const identity::ContactRequest&) -> Result<void> { return ok(); }));
    TRY(const auto file, read_file(bundle));
    const auto imported = campaigns->import_bundle(c.coordinator(), campaign, file);
    if (!imported && imported.error().code != Errc::kExists) {
      return outcome::failure(imported.error());
    }
  }
  TRY(const auto status, campaigns->status(c.coordinator(), campaign));
  for (const auto& bundle : status.bundles) {
    contacts += bundle.contacts;
    unresolved += bundle.unresolved;
  }
  StepRecord r;
  r.facts = {{"carriers", std::to_string(requests.size())},
             {"contacts", std::to_string(contacts)},
             {"unresolved", std::to_string(unresolved)}};
  r.ja = "通信会社 " + count(requests.size()) + " 社のエージェントが連絡先 " + count(contacts) +
         " 件を封印して回答 (該当なし " + count(unresolved) + ")";
  r.en = count(requests.size()) + " carriers' agents answered with " + count(contacts) +
         " sealed contacts (" + count(unresolved) + " not found)";
  return r;
}

Result<StepRecord> freeze(Context& c) {
  TRY(auto* campaigns, c.campaigns());
  TRY(const auto campaign, c.campaign());
  TRY(auto status, campaigns->status(c.coordinator(), campaign));
  if (status.row.version == 0 || status.row.state == incident::CampaignState::kResolving) {
    TRY(const auto view, c.incident());
    TRYV(campaigns->freeze(c.coordinator(), campaign, view, {}));
    TRY(status, campaigns->status(c.coordinator(), campaign));
  }
  TRY(const auto joined, joined_people(c, campaign));
  const auto without = at(status.counts, DeliveryState::kNoContact);
  std::uint64_t customers = 0;
  for (const auto& [carrier, n] : status.customers) customers += n;
  StepRecord r;
  r.facts = {{"persons", std::to_string(status.persons)},
             {"customers", std::to_string(customers)},
             {"joined", std::to_string(joined)},
             {"no_contact", std::to_string(without)}};
  r.ja = "顧客 " + count(customers) + " 件を本人 " + count(status.persons) + " 人に名寄せ (両社 " +
         count(joined) + " 人、宛先なし " + count(without) + " 人)、文面と宛先を凍結";
  r.en = count(customers) + " customers joined to " + count(status.persons) + " persons (" +
         count(joined) + " of both carriers, " + count(without) +
         " without an address); text and recipients frozen";
  return r;
}

Result<StepRecord> approve(Context& c) {
  TRY(auto* campaigns, c.campaigns());
  TRY(const auto campaign, c.campaign());
  TRY(const auto requests, campaigns->approval_requests(c.coordinator(), campaign));
  std::string parties;
  for (const auto& request : requests) {
    const auto folder = c.company_folder(request.party);
    TRYV(write_file_durably(folder / "approval.request", request.file));
    TRY(auto* agent, c.agent(request.party));
    // The slice is computed from the proof: what is signed is what was seen.
    TRY(const auto seen, agent->read_approval_request(folder / "approval.request"));
    TRYV(agent->approve(seen.request, folder / "approval.signed"));
    TRY(const auto file, read_file(folder / "approval.signed"));
    const auto given = campaigns->approve(c.coordinator(), campaign, file);
    if (!given && given.error().code != Errc::kExists) return outcome::failure(given.error());
    parties += (parties.empty() ? "" : ", ") + request.party;
  }
  TRY(const auto state, campaigns->approvals(c.coordinator(), campaign));
  if (!state.complete())
    return fail(Errc::kConflict, "not every party approved", "承認していない事業者があります");
  StepRecord r;
  r.facts = {{"approvals", std::to_string(state.given.size())}, {"parties", parties}};
  r.ja = "関係 " + count(state.given.size()) + " 社が同じ内容に署名 (" + parties + ")";
  r.en = count(state.given.size()) + " parties signed the same root (" + parties + ")";
  return r;
}

Result<StepRecord> send(Context& c) {
  TRY(auto* campaigns, c.campaigns());
  TRY(auto* store, c.campaign_store());
  TRY(auto* keys, c.keys());
  TRY(const auto* registry, c.registry());
  TRY(const auto campaign, c.campaign());
  TRY(auto status, campaigns->status(c.coordinator(), campaign));
  if (status.row.state == incident::CampaignState::kApproved ||
      status.row.state == incident::CampaignState::kPaused) {
    TRYV(campaigns->start(c.coordinator(), campaign));
  }
  if (status.row.state != incident::CampaignState::kSent) {
    TRY(const auto smtp, relay(c));
    asio::io_context io;
    TaskGroup group(io.get_executor());
    CpuPool pool(1);
    incident::DeliveryOptions options;
    options.first_backoff = std::chrono::milliseconds(200);
    TRY(const auto delivery,
        incident::CampaignDelivery::prepare(
            {*store, *registry, *keys, c.parts.clock, c.parts.random}, c.world.company(kLead).name,
            c.coordinator(), campaign,
            {*store, *smtp, c.parts.clock, c.sleeper, &pool, c.parts.log.named("campaign")},
            options));
    TRY(const auto report, run_alone(io, deliver(c, *delivery, group)));
    if (report.end != DeliveryReport::End::kDone) {
      return fail(
          Errc::kUnavailable,
          "the relay did not take every mail: " + std::string(incident::to_string(report.end)),
          "中継サーバがすべてのメールを受け付けませんでした: " +
              std::string(incident::to_string(report.end)));
    }
    TRYV(campaigns->finish(c.coordinator(), campaign));
  }
  TRY(status, campaigns->status(c.coordinator(), campaign));
  const auto accepted = at(status.counts, DeliveryState::kAccepted);
  const auto refused = at(status.counts, DeliveryState::kRefused);
  const auto held = at(status.counts, DeliveryState::kUnknownHeld);
  StepRecord r;
  r.facts = {{"accepted", std::to_string(accepted)},
             {"refused", std::to_string(refused)},
             {"held", std::to_string(held)}};
  r.ja = "一人一通を送信: 受理 " + count(accepted) + "、拒否 " + count(refused) +
         "、結果不明で保留 " + count(held) + " (STARTTLS)";
  r.en = "one mail a person sent: " + count(accepted) + " accepted, " + count(refused) +
         " refused, " + count(held) + " unknown and held (STARTTLS)";
  return r;
}

Result<StepRecord> check_proof(Context& c) {
  TRY(auto* campaigns, c.campaigns());
  TRY(const auto campaign, c.campaign());
  TRY(const auto proofs, campaigns->proof(c.coordinator(), campaign, ""));
  std::uint64_t settled = 0;
  for (const auto& proof : proofs) {
    const bool is_settled =
        proof.state == DeliveryState::kAccepted || proof.state == DeliveryState::kRefused ||
        proof.state == DeliveryState::kUnknownHeld || proof.state == DeliveryState::kNoContact;
    settled += is_settled ? 1U : 0U;
  }
  if (settled != proofs.size()) {
    return fail(Errc::kInternal, "some persons are neither accepted, refused nor held",
                "受理・拒否・保留のどれでもない人がいます");
  }
  StepRecord r;
  r.facts = {{"proofs", std::to_string(proofs.size())}};
  r.ja = "本人 " + count(proofs.size()) + " 人全員の結果を証跡で確認";
  r.en = "the outcome of all " + count(proofs.size()) + " persons is on record";
  if (!c.options.smtp.empty()) return r;
  TRY(auto* loopback, c.loopback());
  const auto mail = loopback->mail();
  r.facts["duplicates"] = std::to_string(mail.duplicates);
  r.ja += "、メールサーバの受信 " + count(mail.accepted) + " 通、重複 " + count(mail.duplicates);
  r.en += "; the mail server holds " + count(mail.accepted) + " mails, " + count(mail.duplicates) +
          " twice";
  return r;
}

Result<StepRecord> verify_audit(Context& c) {
  TRY(auto database, c.db());
  TRY(auto* keys, c.keys());
  const auto log = storage::make_audit_log(database);
  TRY(const auto sign, keys->service_sign());
  TRYV(log->checkpoint(sign, c.parts.clock.now()));
  TRY(const auto checkpoints, log->checkpoints());
  incident::AuditVerifier verifier(checkpoints, sign.public_key);
  TRYV(log->for_each([&](const incident::Event& event) -> Result<void> {
    verifier.add(event);
    return ok();
  }));
  if (const auto finding = verifier.finish()) {
    return fail(Errc::kCorrupt,
                Words{"audit event ", "監査記録 "} + (std::to_string(finding->seq) + ": ") +
                    Words{std::string(to_string(finding->kind)),
                          std::string(explain(finding->kind, Language::kJapanese))});
  }
  TRYV(c.journal.set_note("audit_events", std::to_string(verifier.head().events)));
  StepRecord r;
  r.ja = "監査記録の連鎖と署名を検証、改ざんなし";
  r.en = "the audit log's chain and signatures hold";
  return r;
}

}  // namespace hitokoe::drill
