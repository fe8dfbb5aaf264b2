#include "hitokoe/drill/drill.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "drill/context.h"
#include "drill/steps.h"
#include "drill/words.h"
#include "hitokoe/base/file.h"
#include "hitokoe/service/accounts.h"
#include "hitokoe/service/service.h"
#include "hitokoe/storage/accounts.h"

namespace hitokoe::drill {
namespace {

constexpr std::array<Step, 16> kSteps = {{
    {"files", "顧客ファイル", "Customer files", make_files},
    {"registry", "委託台帳", "Registry", apply_registry},
    {"keys", "鍵の授受", "Key ceremony", hold_ceremony},
    {"fingerprints", "指紋の作成", "Fingerprints", make_fingerprints},
    {"index", "照合用索引", "Index", fill_index},
    {"leak", "流出", "Leak", plant_leak},
    {"crawl", "巡回", "Crawl", crawl},
    {"match", "照合と検知", "Match", match},
    {"confirm", "事案の確認", "Confirm", confirm_incident},
    {"campaign", "一元連絡の開始", "Campaign", begin_campaign},
    {"contacts", "連絡先の照会", "Contacts", resolve_contacts},
    {"freeze", "名寄せと凍結", "Join and freeze", freeze},
    {"approve", "各社の承認", "Approvals", approve},
    {"send", "送信", "Send", send},
    {"proof", "証跡の確認", "Proof", check_proof},
    {"audit", "監査記録の検証", "Audit log", verify_audit},
}};

std::string position(std::size_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "[%2zu/%zu] ", number, kSteps.size());
  return text;
}

Result<StepRecord> run_step(Context& c, const Step& step) {
  const auto begin = c.parts.clock.steady();
  auto record = step.run(c);
  if (!record) {
    return fail(record.error().code, Words{"drill, step " + std::string(step.id) + ": ",
                                           "訓練の手順「" + std::string(step.ja) + "」: "} +
                                         record.error().words());
  }
  record.value().step = step.id;
  record.value().took = std::chrono::duration_cast<Duration>(c.parts.clock.steady() - begin);
  TRYV(c.journal.add(record.value()));
  return record;
}

std::uint64_t at(const incident::CampaignStore::Counts& counts, incident::DeliveryState state) {
  return counts[static_cast<std::size_t>(state)];
}

void look_for_findings(DrillOutcome& out) {
  if (!out.right()) out.findings.push_back("another party than the culprit ranks first");
  if (out.persons != out.people_leaked) {
    out.findings.push_back("persons found differ from the people whose rows leaked");
  }
  if (out.accepted + out.refused + out.held + out.no_contact != out.persons) {
    out.findings.push_back("the outcomes do not add up to the persons");
  }
  if (!out.own_mail_server) return;
  if (out.duplicates > 0) out.findings.push_back("the mail server has a mail twice");
  if (out.received < out.accepted || out.received > out.accepted + out.held) {
    out.findings.push_back("the mail server holds other mails than the proof says");
  }
}

Result<DrillOutcome> outcome_of(Context& c) {
  DrillOutcome out;
  for (const auto& r : c.journal.steps()) out.steps.push_back({r.step, r.ja, r.en, r.took});
  TRY(const auto view, c.incident());
  out.verdict = matcher::to_string(view.verdict);
  if (!view.holders.empty()) {
    out.named = view.holders.front().party;
    out.probability = view.holders.front().probability;
    out.copy_probability = out.probability + view.holders.front().passed_on();
  }
  out.truth = c.leak.culprit;
  out.truth_snapshot = c.leak.snapshot;
  out.people_leaked = c.leak.people.size();
  TRY(auto* campaigns, c.campaigns());
  TRY(const auto campaign, c.campaign());
  TRY(const auto status, campaigns->status(c.coordinator(), campaign));
  using enum incident::DeliveryState;
  out.persons = status.persons;
  out.accepted = at(status.counts, kAccepted);
  out.refused = at(status.counts, kRefused);
  out.held = at(status.counts, kUnknownHeld);
  out.no_contact = at(status.counts, kNoContact);
  out.own_mail_server = c.options.smtp.empty();
  if (out.own_mail_server) {
    TRY(auto* loopback, c.loopback());
    const auto mail = loopback->mail();
    out.received = mail.accepted;
    out.duplicates = mail.duplicates;
  }
  out.audit_events =
      std::strtoull(c.journal.note("audit_events").value_or("0").c_str(), nullptr, 10);
  look_for_findings(out);
  return out;
}

Result<std::string> token_for(service::Accounts& accounts, const service::NewAccount& account) {
  const auto made = accounts.add(account, "drill");
  if (!made && made.error().code != Errc::kExists) return outcome::failure(made.error());
  TRY(const auto token, accounts.issue_token(account.user, "drill", std::chrono::hours(24)));
  return token.expose();
}

}  // namespace

std::span<const Step> steps() { return kSteps; }

Drill::Drill(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Drill::Drill(Drill&&) noexcept = default;
Drill& Drill::operator=(Drill&&) noexcept = default;
Drill::~Drill() = default;

Result<Drill> Drill::open(const DrillOptions& options, DrillParts parts) {
  TRY(auto context, Context::open(options, std::move(parts)));
  return Drill(std::move(context));
}

Result<DrillOutcome> Drill::run() {
  Context& c = *context_;
  const bool ja = c.options.language == Language::kJapanese;
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    const Step& step = kSteps[i];
    const std::string head = position(i + 1) + std::string(step.id);
    if (const auto* done = c.journal.find(std::string(step.id))) {
      c.say_progress(head + ": done before — " + (ja ? done->ja : done->en));
      continue;
    }
    c.say_progress(head + ": begins — " + std::string(ja ? step.ja : step.en));
    TRY(const auto record, run_step(c, step));
    c.say_progress(head + ": done " + seconds(std::chrono::duration<double>(record.took).count()) +
                   " s — " + (ja ? record.ja : record.en));
  }
  return outcome_of(c);
}

Result<void> Drill::serve(const std::string& address, std::uint16_t port,
                          const std::function<void(const Console&)>& ready) {
  Context& c = *context_;
  TRY(auto* keys, c.keys());
  TRY(auto database, c.db());
  if (c.options.paste_url.empty()) {
    TRYV(c.loopback());  // what the crawler goes on looking at
  }
  const auto store = storage::make_account_store(database);
  service::Accounts accounts({*store, *keys, c.parts.clock, c.parts.random});
  Console console;
  console.party = c.leak.culprit;
  TRY(console.coordinator_token,
      token_for(accounts, {"drill", registry::Role::kCoordinator, "", std::nullopt}));
  TRY(console.party_token, token_for(accounts, {"drill-" + console.party, registry::Role::kParty,
                                                console.party, std::nullopt}));
  service::Config config;
  config.http.address = address;
  config.http.port = port;
  config.sources = c.sources_yaml();
  return service::serve({c.data(), *keys, database, c.parts.clock, c.parts.random, c.parts.log},
                        std::move(config), {}, [&](const std::string& url) {
                          console.url = url + "/";
                          ready(console);
                        });
}

Result<void> write_pastes(std::uint64_t seed, const std::filesystem::path& folder) {
  const World world(seed);
  const Leak leak = make_leak(world, seed);
  TRYV(make_private_dir(folder));
  for (const auto& paste : make_pastes(leak, seed)) {
    TRYV(write_file_durably(folder / (paste.key + ".txt"), as_bytes(paste.bytes), 0644));
  }
  return ok();
}

}  // namespace hitokoe::drill
