#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "hitokoe/incident/campaign_service.h"
#include "incident/campaign/access.h"
#include "incident/campaign/contacts.h"

namespace hitokoe::incident {

using namespace campaign;  // the private parts of this component

namespace {

namespace json = boost::json;

constexpr std::size_t kMostContactText = 1024;

bool confirmed(State s) {
  return s == State::kConfirmed || s == State::kContained || s == State::kNotified;
}

struct Customer {
  std::set<identity::FieldId> items;
  std::set<std::uint64_t> rows;
};
using Customers = std::map<identity::Fingerprint, Customer>;  // by u

// The subjects of each carrier under its own key.
Result<std::map<std::string, Customers>> under_own_keys(std::span<const AffectedSubject> subjects,
                                                        identity::KeyStore& keys) {
  std::map<std::string, std::vector<const AffectedSubject*>> by_carrier;
  for (const auto& s : subjects) by_carrier[s.controller].push_back(&s);
  std::map<std::string, Customers> out;
  for (const auto& [carrier, theirs] : by_carrier) {
    const auto name = "own:" + carrier;
    if (!keys.get(identity::KeyKind::kDelegation, name)) {
      return fail(Errc::kNotFound,
                  carrier + Words{" has no key of its own: run \"hitokoe key issue --own " +
                                      carrier + "\" first",
                                  " に自社の鍵がありません: 先に \"hitokoe key issue --own " +
                                      carrier + "\" を実行してください"});
    }
    TRY(auto key, keys.key128(identity::KeyKind::kDelegation, name));
    std::vector<crypto::Block> blocks;
    for (const auto* s : theirs) blocks.push_back(s->y_ref);
    crypto::Aes128(key).encrypt(blocks, blocks);
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      auto& customer = out[carrier][blocks[i]];
      customer.items.insert(theirs[i]->items.begin(), theirs[i]->items.end());
      customer.rows.insert(theirs[i]->row_keys.begin(), theirs[i]->row_keys.end());
    }
  }
  return out;
}

std::vector<SubjectRow> as_rows(const std::string& carrier, const Customers& customers) {
  std::vector<SubjectRow> out;
  for (const auto& [u, c] : customers) {
    SubjectRow row;
    row.controller = carrier;
    row.u = u;
    row.items.assign(c.items.begin(), c.items.end());
    row.rows.assign(c.rows.begin(), c.rows.end());
    out.push_back(std::move(row));
  }
  return out;
}

bool same_subjects(const std::vector<SubjectRow>& a, const std::vector<SubjectRow>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.controller == y.controller && x.u == y.u && x.items == y.items && x.rows == y.rows;
  });
}

Error refused(const Words& what) {
  return Error{Errc::kBadInput, Words{"contact bundle: ", "連絡先の回答: "} + what};
}

Result<void> check_contact(const identity::Contact& c) {
  for (const auto* text : {&c.name, &c.name_key, &c.email, &c.phone, &c.postal, &c.address}) {
    if (text->size() > kMostContactText)
      return refused({"a value is longer than 1024 bytes", "1024 バイトを超える値があります"});
    for (char ch : *text) {
      if (static_cast<unsigned char>(ch) < 0x20 || ch == 0x7f)
        return refused({"a value holds a control character", "制御文字を含む値があります"});
    }
  }
  return ok();
}

}  // namespace

Result<CampaignRow> CampaignService::create(const Viewer& viewer, const std::string& incident,
                                            const CampaignSpec& spec) {
  TRYV(must_lead(viewer));
  TRYV(check_spec(spec));
  if (parts_.registry.party(spec.lead) == nullptr)
    return fail(Errc::kNotFound, "the registry has no party " + spec.lead,
                "台帳に事業者 " + spec.lead + " がありません");
  std::array<std::uint8_t, 5> number{};
  parts_.random.fill(number);
  CampaignRow row;
  row.id = "CMP-" + to_hex(number);
  row.incident = incident;
  row.spec = spec;
  row.created = parts_.clock.now();
  TRY(row.data_key, ContactVault::make_data_key(parts_.keys, row.id, parts_.random));
  const json::object body{{"incident", incident}, {"lead", spec.lead}};
  TRYV(parts_.store.create(row, draft(viewer, row.id, "campaign.created", json::serialize(body)),
                           row.created));
  return row;
}

Result<std::vector<RequestFile>> CampaignService::resolve(
    const Viewer& viewer, const std::string& campaign, const IncidentView& incident,
    std::span<const AffectedSubject> subjects) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_not_have_begun(parts_.store, row));
  if (incident.id != row.incident)
    return fail(Errc::kConflict, campaign + " belongs to " + row.incident,
                campaign + " は " + row.incident + " のもの");
  if (!confirmed(incident.state)) {
    return fail(Errc::kConflict,
                row.incident + " is " + std::string(to_string(incident.state)) +
                    ": contacts are asked for only once it is confirmed",
                row.incident + " は「" + std::string(shown(incident.state, Language::kJapanese)) +
                    "」: 連絡先を照会できるのは確認済みになってから");
  }
  if (subjects.empty())
    return fail(Errc::kConflict, row.incident + " has no affected customers",
                row.incident + " には該当する顧客がいません");

  TRY(auto carriers, under_own_keys(subjects, parts_.keys));
  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kResolving;
  json::object counts;
  for (const auto& [carrier, customers] : carriers) {
    auto rows = as_rows(carrier, customers);
    counts[carrier] = rows.size();
    for (auto& r : rows) change.add_subjects.push_back(std::move(r));
  }
  TRY(auto known, parts_.store.subjects(campaign, ""));
  if (row.state == CampaignState::kDraft || !same_subjects(known, change.add_subjects)) {
    TRYV(parts_.store.change(change,
                             draft(viewer, campaign, "campaign.resolving",
                                   json::serialize(json::object{{"customers", std::move(counts)}})),
                             parts_.clock.now()));
  }

  TRY(auto box, parts_.keys.box(identity::KeyKind::kCampaign, campaign));
  TRY(auto service, parts_.keys.service_sign());
  const auto epochs = parts_.keys.live_epochs();
  std::vector<RequestFile> files;
  for (const auto& [carrier, customers] : carriers) {
    identity::ContactRequest request;
    request.incident = row.incident;
    request.campaign = campaign;
    request.controller = carrier;
    request.delegation = "own:" + carrier;
    request.epoch = epochs.empty() ? 0 : epochs.back();
    request.campaign_key = box.public_key;
    TRY(const auto own, parts_.keys.key128(identity::KeyKind::kDelegation, request.delegation));
    request.key = identity::key_check(own);
    for (const auto& [u, customer] : customers) request.subjects.push_back(u);
    files.push_back({carrier, customers.size(), identity::encode_request(request, service)});
  }
  return files;
}

Result<BundleRow> CampaignService::import_bundle(const Viewer& viewer, const std::string& campaign,
                                                 ByteView file) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_not_have_begun(parts_.store, row));
  TRY(auto asked, parts_.store.subjects(campaign, ""));
  std::map<std::string, std::set<identity::Fingerprint>> open;
  for (const auto& s : asked) open[s.controller].insert(s.u);
  if (open.empty())
    return fail(Errc::kConflict, "no carrier was asked for contacts yet",
                "連絡先を照会した通信会社がまだありません");

  TRYV(parts_.keys.get(identity::KeyKind::kCampaign, campaign));
  TRY(auto box, parts_.keys.box(identity::KeyKind::kCampaign, campaign));
  std::optional<identity::ContactBundle> bundle;
  std::string signer;
  Error last{Errc::kCorrupt, "it is signed by none of the carriers that were asked",
             "照会したどの通信会社の署名でもありません"};
  for (const auto& [carrier, customers] : open) {
    auto key = parts_.keys.enrolment(carrier);
    if (!key) continue;
    auto decoded = identity::decode_bundle(file, box, key.value().sign);
    if (decoded) {
      bundle = std::move(decoded.value());
      signer = carrier;
      break;
    }
    if (open.size() == 1) last = decoded.error();
  }
  if (!bundle) return fail(last.code, Words{"contact bundle: ", "連絡先の回答: "} + last.words());
  if (bundle->incident != row.incident || bundle->campaign != campaign)
    return fail(Errc::kForbidden, "contact bundle: it was made for another incident or campaign",
                "連絡先の回答: 別の事案または別の一元連絡のもの");
  if (bundle->controller != signer) {
    return fail(Errc::kForbidden,
                "contact bundle: it speaks for another carrier than the one that signed it",
                "連絡先の回答: 署名した通信会社と、書かれた通信会社が違います");
  }

  TRY(auto vault, ContactVault::open(parts_.keys, row));
  auto missing = open[signer];
  BundleContent content;
  for (const auto& c : bundle->contacts) {
    if (missing.erase(c.u) != 1)
      return refused({"a customer that was not asked for, or twice",
                      "照会していない、または重複した顧客があります"});
    TRYV(check_contact(c));
    content.contacts.push_back({c.u, vault.seal(signer, c, parts_.random)});
  }
  for (const auto& u : bundle->unresolved) {
    if (missing.erase(u) != 1)
      return refused({"a customer that was not asked for, or twice",
                      "照会していない、または重複した顧客があります"});
  }
  content.unresolved = bundle->unresolved;
  content.row = {
      signer,         crypto::sha256(file), bundle->contacts.size(), bundle->unresolved.size(),
      missing.size(), parts_.clock.now()};

  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kResolving;
  change.bundle = content;
  const json::object body{{"controller", signer},
                          {"sha256", to_hex(content.row.digest)},
                          {"contacts", content.row.contacts},
                          {"unresolved", content.row.unresolved},
                          {"missing", content.row.missing}};
  TRYV(parts_.store.change(
      change, draft(viewer, campaign, "campaign.contacts_imported", json::serialize(body)),
      content.row.at));
  return content.row;
}

Result<std::vector<CampaignRow>> CampaignService::list(const Viewer& viewer) {
  TRY(auto all, parts_.store.list());
  std::vector<CampaignRow> out;
  for (auto& row : all) {
    if (!must_be_concerned(viewer, parts_.store, row)) continue;
    row.data_key.clear();
    if (!viewer.sees_all_parties()) row.spec = {};
    out.push_back(std::move(row));
  }
  return out;
}

Result<void> CampaignService::start(const Viewer& viewer, const std::string& campaign) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.state == CampaignState::kSending) return ok();
  if (row.state != CampaignState::kApproved && row.state != CampaignState::kPaused) {
    return fail(Errc::kConflict,
                campaign + " is " + std::string(to_string(row.state)) +
                    ": it is sent only after everybody concerned has approved",
                campaign + " は " + std::string(to_string(row.state)) +
                    ": 関係する全社の承認の後にだけ送れます");
  }
  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kSending;
  const json::object body{{"version", row.version}};
  return parts_.store.change(change,
                             draft(viewer, campaign, "campaign.sending", json::serialize(body)),
                             parts_.clock.now());
}

Result<void> CampaignService::pause(const Viewer& viewer, const std::string& campaign) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.state == CampaignState::kPaused) return ok();
  if (row.state != CampaignState::kSending)
    return fail(Errc::kConflict, campaign + " is not being sent",
                campaign + " は送信中ではありません");
  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kPaused;
  return parts_.store.change(change, draft(viewer, campaign, "campaign.paused", "{}"),
                             parts_.clock.now());
}

Result<bool> CampaignService::finish(const Viewer& viewer, const std::string& campaign) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.state != CampaignState::kSending) return row.state == CampaignState::kSent;
  TRY(auto counts, parts_.store.counts(campaign, ""));
  const auto of = [&](DeliveryState s) { return counts[static_cast<std::size_t>(s)]; };
  if (of(DeliveryState::kPending) + of(DeliveryState::kSending) + of(DeliveryState::kCommitting) >
      0)
    return false;
  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kSent;
  const json::object body{{"accepted", of(DeliveryState::kAccepted)},
                          {"refused", of(DeliveryState::kRefused)},
                          {"unknown_held", of(DeliveryState::kUnknownHeld)},
                          {"no_contact", of(DeliveryState::kNoContact)}};
  TRYV(parts_.store.change(change, draft(viewer, campaign, "campaign.sent", json::serialize(body)),
                           parts_.clock.now()));
  return true;
}

std::string notice_message_id(const CampaignRow& campaign, const std::string& person,
                              std::uint32_t version) {
  const auto& from = campaign.spec.from;
  return campaign.id + "." + person + ".v" + std::to_string(version) +
         from.substr(std::min(from.find('@'), from.size()));
}

}  // namespace hitokoe::incident
