#include "drill/context.h"

#include <charconv>

#include "hitokoe/base/file.h"
#include "hitokoe/storage/captures.h"

namespace hitokoe::drill {
namespace {

constexpr std::size_t kPassphraseBytes = 24;

// The exercise's own passphrase, for the key store and the agents' homes.
Result<SecretText> own_passphrase(const std::filesystem::path& file, Random& random) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    SecretBytes raw{Bytes(kPassphraseBytes)};
    random.fill(raw.expose());
    const SecretText made(to_base64url(raw.expose()));
    TRYV(write_file_durably(file, as_bytes(made.expose())));
  }
  TRY(const auto bytes, read_file(file, 1024));
  return SecretText(std::string(as_text(bytes)));
}

std::uint16_t port_of(const std::optional<std::string>& note) {
  std::uint16_t port = 0;
  if (note) std::from_chars(note->data(), note->data() + note->size(), port);
  return port;
}

}  // namespace

Context::Context(const DrillOptions& o, DrillParts p, Journal j, SecretText passphrase)
    : options(o),
      parts(std::move(p)),
      world(o.seed),
      leak(make_leak(world, o.seed)),
      journal(std::move(j)),
      passphrase_(std::move(passphrase)) {}

Result<std::unique_ptr<Context>> Context::open(const DrillOptions& options, DrillParts parts) {
  const auto folder = options.data / "drill";
  TRYV(make_private_dir(options.data));
  TRY(auto journal, Journal::open(folder, options.seed));
  TRY(auto passphrase, own_passphrase(folder / "passphrase", parts.random));
  return std::unique_ptr<Context>(
      new Context(options, std::move(parts), std::move(journal), std::move(passphrase)));
}

std::filesystem::path Context::company_folder(std::string_view company) const {
  return folder() / "companies" / company;
}
std::filesystem::path Context::customers_csv(const Holding& holding) const {
  return company_folder(holding.holder) / (holding.snapshot + ".csv");
}
std::filesystem::path Context::hkf(const Holding& holding) const {
  return company_folder(holding.holder) / (holding.snapshot + ".hkf");
}

Result<identity::KeyStore*> Context::keys() {
  if (!keys_) {
    const auto made = identity::KeyStore::init(data(), passphrase_, parts.clock, parts.random);
    if (!made && made.error().code != Errc::kExists) return outcome::failure(made.error());
    TRY(auto opened, identity::KeyStore::open(data(), passphrase_, parts.clock, parts.random));
    keys_.emplace(std::move(opened));
  }
  return &*keys_;
}

Result<std::shared_ptr<storage::Database>> Context::db() {
  if (!db_) {
    TRY(db_, storage::Database::open_in(data()));
  }
  return db_;
}

Result<identity::Agent*> Context::agent(const std::string& company) {
  auto it = agents_.find(company);
  if (it == agents_.end()) {
    const auto home = company_folder(company) / "home";
    const auto made = identity::Agent::init(home, company, passphrase_, parts.clock, parts.random);
    if (!made && made.error().code != Errc::kExists) return outcome::failure(made.error());
    TRY(auto opened, identity::Agent::open(home, passphrase_, parts.clock, parts.random));
    it = agents_.emplace(company, std::move(opened)).first;
  }
  return &it->second;
}

Result<const registry::Registry*> Context::registry() {
  if (!registry_) {
    TRY(auto database, db());
    TRY(auto loaded, storage::make_registry_store(database, parts.clock)->load());
    registry_.emplace(std::move(loaded));
  }
  return &*registry_;
}

Result<Loopback*> Context::loopback() {
  if (loopback_) return loopback_.get();
  LoopbackOptions wanted;
  wanted.folder = folder();
  wanted.pastes = make_pastes(leak, options.seed);
  // The same ports as before a crash: what the crawler has queued names them.
  wanted.paste_port = port_of(journal.note("paste_port"));
  wanted.mail_port = port_of(journal.note("mail_port"));
  auto started = Loopback::start(wanted, parts.clock, parts.log);
  if (!started && started.error().code == Errc::kUnavailable) {
    // Somebody has taken one meanwhile.
    wanted.paste_port = 0;
    wanted.mail_port = 0;
    started = Loopback::start(wanted, parts.clock, parts.log);
  }
  if (!started) return outcome::failure(started.error());
  loopback_ = std::move(started.value());
  TRYV(journal.set_note("paste_port", std::to_string(loopback_->paste_port())));
  TRYV(journal.set_note("mail_port", std::to_string(loopback_->mail_port())));
  return loopback_.get();
}

Result<crawler::CaptureStore*> Context::captures() {
  if (!captures_) {
    TRY(auto* key_store, keys());
    captures_ = storage::make_capture_store(data(), *key_store, parts.clock, parts.random);
  }
  return captures_.get();
}

Result<incident::IncidentService*> Context::incidents() {
  if (!incidents_) {
    TRY(auto database, db());
    TRY(auto* key_store, keys());
    TRY(auto* capture_store, captures());
    TRY(auto rules, incident::ClockRules::parse(incident::ClockRules::kBuiltIn, "clocks.yaml"));
    TRY(auto holidays, incident::Holidays::parse(incident::Holidays::kBuiltIn, "holidays.yaml"));
    rules_.emplace(std::move(rules));
    holidays_.emplace(std::move(holidays));
    incident_store_ = storage::make_incident_store(database);
    contributions_ = storage::make_contribution_store(database);
    incidents_.emplace(incident::IncidentService::Parts{*incident_store_, *key_store, capture_store,
                                                        *rules_, *holidays_, parts.clock,
                                                        parts.random, contributions_.get()},
                       incident::IncidentOptions{});
  }
  return &*incidents_;
}

Result<incident::CampaignStore*> Context::campaign_store() {
  if (!campaign_store_) {
    TRY(auto database, db());
    campaign_store_ = storage::make_campaign_store(database);
  }
  return campaign_store_.get();
}

Result<incident::CampaignService*> Context::campaigns() {
  if (!campaigns_) {
    TRY(auto* store, campaign_store());
    TRY(auto* key_store, keys());
    TRY(const auto* applied, registry());
    campaigns_.emplace(
        incident::CampaignService::Parts{*store, *applied, *key_store, parts.clock, parts.random});
  }
  return &*campaigns_;
}

Result<incident::IncidentView> Context::incident() {
  TRY(auto* service, incidents());
  TRY(auto all, service->list(coordinator()));
  if (all.empty())
    return fail(Errc::kNotFound, "the exercise has no incident", "訓練に事案がありません");
  return std::move(all.front());
}

Result<std::string> Context::campaign() {
  TRY(auto* service, campaigns());
  TRY(const auto all, service->list(coordinator()));
  if (all.empty())
    return fail(Errc::kNotFound, "the exercise has no campaign", "訓練に一元連絡がありません");
  return all.front().id;
}

}  // namespace hitokoe::drill
