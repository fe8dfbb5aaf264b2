#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "hitokoe/incident/campaign_service.h"
#include "incident/campaign/access.h"
#include "incident/campaign/frozen_set.h"
#include "incident/campaign/notice.h"
#include "incident/campaign/public_texts.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

namespace json = boost::json;

std::set<std::string> carriers_of(const std::vector<SubjectRow>& subjects) {
  std::set<std::string> out;
  for (const auto& s : subjects) out.insert(s.controller);
  return out;
}

std::string name_of(const registry::Registry& registry, const std::string& party) {
  const auto* p = registry.party(party);
  return p == nullptr ? party : p->name;
}

// Each carrier, and behind it the holders at or above the naming threshold that had its customers.
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
                      ", which may not be named to every customer: it is below the naming "
                      "threshold, or has nothing to do with some of the carriers",
                  "文面に " + party.id +
                      " の名前があります。名指しの基準に達していないか、一部の通信会社と関係がない"
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

std::vector<RequestFile> request_files(const CampaignRow& row, const VersionRow& version,
                                       const OpenSubjects& subjects,
                                       const std::vector<RecipientRow>& recipients,
                                       const crypto::SignKeyPair& service) {
  const auto leaves = frozen_leaves(row, version, subjects, recipients);
  const auto hashes = leaf_hashes(leaves);
  std::vector<RequestFile> out;
  for (const auto& party : version.concerned) {
    const auto request = slice_of(party, row, version, subjects, leaves, hashes);
    out.push_back(
        {party, request.own_recipients, identity::encode_approval_request(request, service)});
  }
  return out;
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

  TRY(auto subject_rows, parts_.store.subjects(campaign, ""));
  if (subject_rows.empty())
    return fail(Errc::kConflict, "nobody is in " + campaign + " yet: run campaign resolve first",
                campaign + " にはまだ誰もいません: 先に campaign resolve を実行してください");
  const auto carriers = carriers_of(subject_rows);
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
  TRY(auto subjects, OpenSubjects::open(vault, std::move(subject_rows)));
  auto persons = join_and_name(subjects, vault, version.version, parts_.random);
  version.persons = persons.recipients.size();
  version.customers = subjects.rows.size();
  version.root =
      identity::merkle_root(leaf_hashes(frozen_leaves(row, version, subjects, persons.recipients)));

  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kFrozen;
  change.spec = options.spec;
  change.version = version;
  change.recipients = persons.recipients;
  change.members = subjects.rows;
  json::array parties;
  for (const auto& party : version.concerned) parties.emplace_back(party);
  const json::object body{{"version", version.version},       {"root", to_hex(version.root)},
                          {"persons", version.persons},       {"customers", version.customers},
                          {"no_contact", persons.no_contact}, {"concerned", std::move(parties)}};
  TRYV(parts_.store.change(
      change, draft(viewer, campaign, "campaign.frozen", json::serialize(body)), version.at));

  TRY(auto service, parts_.keys.service_sign());
  Frozen out;
  out.requests = request_files(row, version, subjects, persons.recipients, service);
  out.no_contact = persons.no_contact;
  out.recipients = version.persons - persons.no_contact;
  out.joined = persons.joined;
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
  TRY(auto subjects, parts_.store.subjects(campaign, ""));
  const auto carriers = carriers_of(subjects);
  const auto namings = namings_of(parts_.registry, carriers, incident, parts_.random);
  const auto texts =
      frozen_texts({spec, name_of(parts_.registry, spec.lead), row.incident, found_on(incident)});
  TRYV(check_frozen(texts, spec.desk));
  return check_names(texts, parts_.registry, public_names(spec.lead, carriers, namings));
}

Result<std::vector<RequestFile>> CampaignService::approval_requests(const Viewer& viewer,
                                                                    const std::string& campaign) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.version == 0)
    return fail(Errc::kConflict, campaign + " is not frozen", campaign + " は凍結されていません");
  TRY(auto version, parts_.store.version(campaign, row.version));
  TRY(auto recipients, parts_.store.recipients(campaign, ""));
  TRY(auto vault, ContactVault::open(parts_.keys, row));
  TRY(auto rows, parts_.store.subjects(campaign, ""));
  TRY(auto subjects, OpenSubjects::open(vault, std::move(rows)));
  TRY(auto service, parts_.keys.service_sign());
  return request_files(row, version, subjects, recipients, service);
}

}  // namespace hitokoe::incident
