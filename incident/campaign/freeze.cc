#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "hitokoe/incident/campaign_service.h"
#include "incident/campaign/access.h"
#include "incident/campaign/frozen_tree.h"
#include "incident/campaign/notice.h"
#include "incident/campaign/public_texts.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

namespace json = boost::json;

Result<std::set<std::string>> carriers_of(CampaignStore& store, const std::string& campaign) {
  TRY(const auto customers, store.customers(campaign, ""));
  std::set<std::string> out;
  for (const auto& [carrier, n] : customers) out.insert(carrier);
  return out;
}

std::string name_of(const registry::Registry& registry, const std::string& party) {
  const auto* p = registry.party(party);
  return p == nullptr ? party : p->name;
}

// Each carrier, and behind it the holders that may be named and had its customers.
std::vector<NamingRow> namings_of(const registry::Registry& registry,
                                  const std::set<std::string>& carriers,
                                  const IncidentView& incident, Random& random) {
  std::vector<NamingRow> out;
  const auto add = [&](const std::string& carrier, const std::string& holder) -> NamingRow& {
    NamingRow n;
    random.fill(n.salt);
    n.controller = carrier;
    n.controller_name = name_of(registry, carrier);
    n.holder = holder;
    if (!holder.empty()) n.holder_name = name_of(registry, holder);
    return out.emplace_back(std::move(n));
  };
  for (const auto& carrier : carriers) {
    add(carrier, "");
    for (const auto& holder : incident.holders) {
      if (!holder.nameable || holder.party == carrier) continue;
      std::set<std::string> chain;
      for (const auto& id : holder.snapshots) {
        const auto* snapshot = registry.snapshot(id);
        if (snapshot == nullptr || snapshot->controller != carrier) continue;
        for (auto& party : registry.chain(*snapshot)) chain.insert(std::move(party));
      }
      if (chain.empty()) continue;
      chain.erase(carrier);
      add(carrier, holder.party).chain.assign(chain.begin(), chain.end());
    }
  }
  return out;
}

// Names that may stand in the text that every customer reads: the lead; the only carrier; holders
// that had customers of every carrier.
std::set<std::string> public_names(const std::string& lead, const std::set<std::string>& carriers,
                                   const std::vector<NamingRow>& namings) {
  std::set<std::string> out{lead};
  if (carriers.size() == 1) out.insert(*carriers.begin());
  std::map<std::string, std::set<std::string>> carriers_of_holder;
  for (const auto& n : namings) {
    if (!n.holder.empty()) carriers_of_holder[n.holder].insert(n.controller);
  }
  for (const auto& [holder, theirs] : carriers_of_holder) {
    if (theirs == carriers) out.insert(holder);
  }
  return out;
}

Result<void> check_names(const BothTexts& texts, const registry::Registry& registry,
                         const std::set<std::string>& allowed) {
  std::string allowed_text;
  for (const auto& party : registry.parties()) {
    if (allowed.count(party.id) != 0) allowed_text += party.name + "\n";
  }
  for (const auto& party : registry.parties()) {
    // A name that is part of one that may stand there cannot be told from it.
    if (party.name.empty() || allowed_text.find(party.name) != std::string::npos) continue;
    if (texts.ja.find(party.name) != std::string::npos ||
        texts.en.find(party.name) != std::string::npos) {
      return fail(Errc::kConflict,
                  "the text names " + party.id +
                      ", which may not be named to every customer: the incident does not allow it "
                      "to be named, or it has nothing to do with some of the carriers",
                  "文面に " + party.id +
                      " の名前があります。名指しの条件を満たさないか、一部の通信会社と関係がない"
                      "ため、全員には示せません");
    }
  }
  return ok();
}

JstDay found_on(const IncidentView& incident) {
  auto first = incident.opened;
  for (const auto& [carrier, at] : incident.known_at) first = std::min(first, at);
  return jst_day(first);
}

Result<void> all_answered(CampaignStore& store, const std::string& campaign,
                          const std::set<std::string>& carriers) {
  TRY(auto bundles, store.bundles(campaign));
  auto silent = carriers;
  for (const auto& b : bundles) silent.erase(b.controller);
  if (silent.empty()) return ok();
  std::string names;
  for (const auto& s : silent) names += (names.empty() ? "" : ", ") + s;
  return fail(
      Errc::kConflict,
      "no contact bundle from " + names + " yet; --without-missing freezes without their customers",
      names +
          " からの連絡先の回答がまだありません。--without-missing でその顧客を除いて凍結できます");
}

Result<std::vector<RequestFile>> request_files(CampaignStore& store, const CampaignRow& row,
                                               const VersionRow& version,
                                               const std::vector<SliceProof>& proofs,
                                               const crypto::SignKeyPair& service,
                                               const TakeRequest& take) {
  std::vector<RequestFile> out;
  out.reserve(version.concerned.size());
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    const auto& party = version.concerned[i];
    TRY(auto request, slice_of(store, party, row, version, proofs[i]));
    RequestFile file{party, request.own_recipients,
                     identity::encode_approval_request(request, service)};
    request = {};
    if (take) {
      TRYV(take(file));
      file.file = {};
    }
    out.push_back(std::move(file));
  }
  return out;
}

// For each party concerned, in their order.
std::vector<SliceProof> proofs_of(const VersionRow& version, const FrozenPersons& persons,
                                  const LeafTree& tree) {
  std::vector<SliceProof> out;
  out.reserve(version.concerned.size());
  for (const auto& party : version.concerned) out.push_back(prove(party, version, persons, tree));
  return out;
}

// Shares of the whole work, by what each took of it at a million customers.
constexpr std::uint64_t kJoin = 2, kHash = 3, kWrite = 5, kAll = kJoin + kHash + kWrite;

// Tells how many rows were handed over.
template <class Row>
RowSource<Row> counted(RowSource<Row> rows, const BuildProgress& progress, std::uint64_t& done,
                       std::uint64_t total) {
  return [rows = std::move(rows), &progress, &done, total](Row& out) {
    if ((++done & 0xfff) == 0) progress.inside(std::min(done, total), total);
    return rows(out);
  };
}

}  // namespace

Result<Frozen> CampaignService::freeze(const Viewer& viewer, const std::string& campaign,
                                       const IncidentView& incident, const FreezeOptions& options) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_not_have_begun(parts_.store, row));
  if (incident.id != row.incident)
    return fail(Errc::kConflict, campaign + " belongs to " + row.incident,
                campaign + " は " + row.incident + " のもの");
  if (options.spec) {
    TRYV(check_spec(*options.spec));
    row.spec = *options.spec;
  }
  TRYV(check_spec(row.spec));
  if (parts_.registry.party(row.spec.lead) == nullptr)
    return fail(Errc::kNotFound, "the registry has no party " + row.spec.lead,
                "台帳に事業者 " + row.spec.lead + " がありません");

  TRY(const auto carriers, carriers_of(parts_.store, campaign));
  if (carriers.empty())
    return fail(Errc::kConflict, "nobody is in " + campaign + " yet: run campaign resolve first",
                campaign + " にはまだ誰もいません: 先に campaign resolve を実行してください");
  if (!options.without_missing) {
    TRYV(all_answered(parts_.store, campaign, carriers));
  }

  VersionRow version;
  version.version = row.version + 1;
  version.at = parts_.clock.now();
  version.namings = namings_of(parts_.registry, carriers, incident, parts_.random);
  const NoticeFacts facts{row.spec, name_of(parts_.registry, row.spec.lead), row.incident,
                          found_on(incident)};
  version.texts = frozen_texts(facts);
  version.desk = join(public_texts(facts));
  TRYV(check_frozen(version.texts, row.spec.desk));
  const auto public_parties = public_names(row.spec.lead, carriers, version.namings);
  TRYV(check_names(version.texts, parts_.registry, public_parties));
  TRYV(check_names({version.desk, {}}, parts_.registry, public_parties));
  std::set<std::string> concerned = carriers;
  for (const auto& n : version.namings) concerned.insert(n.chain.begin(), n.chain.end());
  version.concerned.assign(concerned.begin(), concerned.end());

  TRY(auto vault, ContactVault::open(parts_.keys, row));
  BuildProgress progress(parts_.store, parts_.clock, campaign, options.progress, options.stop);
  TRYV(progress.stage("join", kJoin, kAll));
  TRY(auto persons, join_all(parts_.store, row, vault, parts_.random, progress));
  version.persons = persons.ids.size();
  version.customers = persons.u.size();
  TRYV(progress.stage("hash", kHash, kAll));
  std::vector<SliceProof> proofs;
  {
    TRY(const auto tree, hash_leaves(parts_.store, row, version, vault, persons, Chosen::kFirst,
                                     FrozenAddress::kAll, &progress));
    version.root = tree.root();
    proofs = proofs_of(version, persons, tree);
  }

  TRYV(progress.stage("write", kWrite, kAll));
  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kFrozen;
  change.spec = options.spec;
  change.version = version;
  const auto rows = version.persons + 2 * version.customers;
  std::uint64_t written = 0;
  change.recipient = counted(recipient_rows(persons, version.version), progress, written, rows);
  change.subject = counted(subject_rows(persons), progress, written, rows);
  change.member = counted(member_rows(persons), progress, written, rows);
  json::array parties;
  for (const auto& party : version.concerned) parties.emplace_back(party);
  const json::object body{{"version", version.version},       {"root", to_hex(version.root)},
                          {"persons", version.persons},       {"customers", version.customers},
                          {"no_contact", persons.no_contact}, {"concerned", std::move(parties)}};
  TRYV(parts_.store.change(
      change, draft(viewer, campaign, "campaign.frozen", json::serialize(body)), version.at));
  change = {};
  Frozen out;
  out.no_contact = persons.no_contact;
  out.recipients = version.persons - persons.no_contact;
  out.joined = persons.joined;
  persons = {};

  TRY(auto service, parts_.keys.service_sign());
  TRY(out.requests, request_files(parts_.store, row, version, proofs, service, options.take));
  progress.inside(1, 1);
  out.version = std::move(version);
  return out;
}

Result<void> CampaignService::lint(const Viewer& viewer, const std::string& campaign,
                                   const IncidentView& incident, const CampaignSpec& spec) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (incident.id != row.incident)
    return fail(Errc::kConflict, campaign + " belongs to " + row.incident,
                campaign + " は " + row.incident + " のもの");
  TRYV(check_spec(spec));
  TRY(const auto carriers, carriers_of(parts_.store, campaign));
  const auto namings = namings_of(parts_.registry, carriers, incident, parts_.random);
  const auto texts =
      frozen_texts({spec, name_of(parts_.registry, spec.lead), row.incident, found_on(incident)});
  TRYV(check_frozen(texts, spec.desk));
  return check_names(texts, parts_.registry, public_names(spec.lead, carriers, namings));
}

Result<std::vector<RequestFile>> CampaignService::approval_requests(const Viewer& viewer,
                                                                    const std::string& campaign,
                                                                    const TakeRequest& take) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.version == 0)
    return fail(Errc::kConflict, campaign + " is not frozen", campaign + " は凍結されていません");
  if (row.state == CampaignState::kDraft)
    return fail(Errc::kConflict,
                campaign + " began anew since it was frozen: resolve and freeze it again",
                campaign +
                    " は凍結の後にやり直しになっています: もう一度 campaign resolve と campaign "
                    "freeze を実行してください");
  if (row.state == CampaignState::kResolving)
    return fail(Errc::kConflict, campaign + " was changed since it was frozen: freeze it again",
                campaign + " は凍結の後に変更されています: もう一度凍結してください");
  TRY(auto version, parts_.store.version(campaign, row.version));
  TRY(auto vault, ContactVault::open(parts_.keys, row));
  TRY(auto persons, read_persons(parts_.store, campaign));
  TRY(const auto tree, hash_leaves(parts_.store, row, version, vault, persons, Chosen::kKept,
                                   FrozenAddress::kAll, nullptr));
  TRY(auto service, parts_.keys.service_sign());
  return request_files(parts_.store, row, version, proofs_of(version, persons, tree), service,
                       take);
}

}  // namespace hitokoe::incident
