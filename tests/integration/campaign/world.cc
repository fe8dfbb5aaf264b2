#include "tests/integration/campaign/world.h"

#include <cstdlib>

#include "tests/database_under_test.h"
#include "tests/registry_parts.h"

namespace hitokoe::testing {

using identity::FieldId;

namespace {

const char* const kPassphrase = "made up for tests";
const char* const kParties[] = {"kou", "otsu", "callco", "nightdesk", "stranger"};

// The same keys in every process, without a file.
crypto::SignKeyPair keys_of(const std::string& party) {
  std::uint64_t seed = 77;
  for (char c : party) seed = seed * 131 + static_cast<unsigned char>(c);
  SeededRandom random(seed);
  return crypto::make_sign_keys(random);
}

UtcTime start() { return UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 4 / 1)); }

}  // namespace

registry::Registry test_registry() {
  return registry::Registry(
      {{"kou", "甲通信株式会社", {}},
       {"otsu", "乙モバイル株式会社", {}},
       {"callco", "丙コール株式会社", {}},
       {"nightdesk", "丁サポート株式会社", {}},
       {"stranger", "戊印刷株式会社", {}}},
      {made_delegation("D1", "kou", "kou", "callco"),
       made_delegation("D2", "otsu", "otsu", "callco"),
       made_delegation("D3", "kou", "callco", "nightdesk", "D1")},
      {made_snapshot("S0", "kou", "kou"), made_snapshot("S1", "kou", "callco", "D1", "S0"),
       made_snapshot("S2", "kou", "nightdesk", "D3", "S1"), made_snapshot("T0", "otsu", "otsu"),
       made_snapshot("T1", "otsu", "callco", "D2", "T0")});
}

CampaignWorld::CampaignWorld(std::uint64_t seed, std::filesystem::path where)
    : folder(std::move(where)), clock(start()), random(seed), registry(test_registry()) {
  if (folder.empty()) {
    folder = own.emplace().path();
    db = testing::open_own_database().value();
  } else {
    std::filesystem::create_directories(folder);
    db = testing::open_database(folder / "hitokoe.db").value();
  }
  store = storage::make_campaign_store(db);
  crypto::Argon2Cost cheap{1, 8192};
  auto made = identity::KeyStore::init(folder, SecretText(kPassphrase), clock, random, cheap);
  keys = std::make_unique<identity::KeyStore>(
      identity::KeyStore::open(folder, SecretText(kPassphrase), clock, random).value());
  for (const auto* party : kParties) {
    party_keys.emplace(party, keys_of(party));
    if (!made) continue;
    if (!keys->enrol({party, {}, party_keys.at(party).public_key})) std::abort();
  }
  for (const auto* carrier : {"kou", "otsu"}) {
    if (!keys->get_or_make(identity::KeyKind::kDelegation, std::string("own:") + carrier))
      std::abort();
  }
}

TestCustomer& CampaignWorld::add(std::string controller, std::string name, std::string email,
                                 std::string phone, std::vector<std::uint64_t> rows,
                                 std::vector<FieldId> items) {
  TestCustomer c;
  c.controller = std::move(controller);
  random.fill(c.y_ref);
  c.rows = std::move(rows);
  c.items = std::move(items);
  c.name = std::move(name);
  c.email = std::move(email);
  c.phone = std::move(phone);
  return customers.emplace_back(std::move(c));
}

void CampaignWorld::populate(std::size_t persons) {
  for (std::size_t i = 0; i < persons; ++i) {
    const auto n = std::to_string(i);
    const auto name = "顧客" + n;
    const auto email = "c" + n + "@x.test";
    if (i % 3 == 0) {
      add("kou", name, email, "+8190" + n, {i});
      add("otsu", name, email, "", {i}, {FieldId::kEmail});
    } else {
      add(i % 3 == 1 ? "kou" : "otsu", name, email, "+8190" + n, {i});
    }
  }
}

incident::CampaignSpec CampaignWorld::spec() const {
  incident::CampaignSpec s;
  s.lead = "kou";
  s.from = "notice@kou.test";
  s.desk = {"一声 専用窓口", "0120-000-111", "desk@kou.test", "9:00-18:00"};
  return s;
}

incident::IncidentView CampaignWorld::incident(bool named) const {
  incident::IncidentView v;
  v.id = "INC-1";
  v.state = incident::State::kConfirmed;
  v.opened = start();
  incident::IncidentHolder holder;
  holder.party = "callco";
  holder.snapshots = {"S1", "T1"};
  holder.probability = named ? 0.99 : 0.6;
  holder.nameable = named;
  v.holders = {holder};
  return v;
}

std::vector<incident::AffectedSubject> CampaignWorld::affected() const {
  std::vector<incident::AffectedSubject> out;
  for (const auto& c : customers) out.push_back({c.controller, c.y_ref, c.items, c.rows});
  return out;
}

identity::Fingerprint CampaignWorld::u_of(const TestCustomer& c) {
  const auto key = keys->key128(identity::KeyKind::kDelegation, "own:" + c.controller).value();
  identity::Fingerprint u = c.y_ref;
  crypto::Aes128(key).encrypt({&u, 1}, {&u, 1});
  return u;
}

identity::ContactBundle CampaignWorld::answer(const incident::RequestFile& file) {
  const auto request =
      identity::decode_request(file.file, keys->service_sign().value().public_key).value();
  std::map<identity::Fingerprint, const TestCustomer*> known;
  for (const auto& c : customers) {
    if (c.controller == file.party) known.emplace(u_of(c), &c);
  }
  identity::ContactBundle b;
  b.incident = request.incident;
  b.campaign = request.campaign;
  b.controller = file.party;
  for (const auto& u : request.subjects) {
    const auto it = known.find(u);
    if (it == known.end() || !it->second->known) {
      b.unresolved.push_back(u);
      continue;
    }
    const auto& c = *it->second;
    const auto& key = c.name_key.empty() ? c.name : c.name_key;
    b.contacts.push_back({u, c.name, key, c.email, c.phone, c.postal, c.address});
  }
  return b;
}

Bytes CampaignWorld::signed_bundle(const identity::ContactBundle& bundle,
                                   const std::string& signer) {
  const auto box = keys->box(identity::KeyKind::kCampaign, bundle.campaign).value();
  return identity::encode_bundle(bundle, box.public_key, party_keys.at(signer));
}

Bytes CampaignWorld::bundle(const incident::RequestFile& request) {
  return signed_bundle(answer(request), request.party);
}

identity::ApprovalRequest CampaignWorld::opened(const incident::RequestFile& request) {
  return identity::decode_approval_request(request.file, keys->service_sign().value().public_key)
      .value();
}

Bytes CampaignWorld::approval(const incident::RequestFile& request) {
  const auto r = opened(request);
  return identity::encode_approval(
      {r.incident, r.campaign, r.party, r.version, r.root, clock.now()},
      party_keys.at(request.party));
}

incident::CampaignService::Parts CampaignWorld::parts() {
  return {*store, registry, *keys, clock, random};
}

incident::CampaignService CampaignWorld::service() { return incident::CampaignService(parts()); }

std::string CampaignWorld::approved() {
  auto s = service();
  const auto id = s.create(lead, "INC-1", spec()).value().id;
  for (const auto& r : must(s.resolve(lead, id, incident(), affected())))
    (void)s.import_bundle(lead, id, bundle(r)).value();
  const auto frozen = s.freeze(lead, id, incident(), {}).value();
  for (const auto& r : frozen.requests) (void)s.approve(lead, id, approval(r)).value();
  return id;
}

}  // namespace hitokoe::testing
