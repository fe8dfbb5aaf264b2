// From the affected customers to their contacts: what carriers are asked, and what they answer.
#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/identity/file_signer.h"
#include "hitokoe/incident/campaign_service.h"
#include "incident/campaign/access.h"
#include "incident/campaign/build_progress.h"
#include "incident/campaign/contacts.h"
#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

namespace json = boost::json;

constexpr std::size_t kMostContactText = 1024;

bool confirmed(State s) {
  return s == State::kConfirmed || s == State::kContained || s == State::kNotified;
}

// Customers of all carriers in little memory: 40 bytes each, and 8 a leaked row.
class Customers {
 public:
  // Under the carrier's own key, in the order of u, each once.
  Result<void> add(const std::string& carrier, std::span<const AffectedSubject> subjects,
                   identity::KeyStore& keys) {
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
    blocks.reserve(subjects.size());
    for (const auto& s : subjects) blocks.push_back(s.y_ref);
    crypto::Aes128(key).encrypt(blocks, blocks);
    std::vector<std::uint32_t> order(blocks.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return blocks[a] < blocks[b]; });
    auto& out = carriers_.emplace_back();
    out.name = carrier;
    out.customers.reserve(order.size());
    for (std::size_t at = 0; at < order.size();) {
      Customer c{blocks[order[at]], 0, rows_.size(), 0};
      for (; at < order.size() && blocks[order[at]] == c.u; ++at) {
        const auto& s = subjects[order[at]];
        for (const auto item : s.items) c.items |= 1ULL << static_cast<unsigned>(item);
        rows_.insert(rows_.end(), s.row_keys.begin(), s.row_keys.end());
      }
      const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(c.first_row);
      std::sort(begin, rows_.end());
      rows_.erase(std::unique(begin, rows_.end()), rows_.end());
      c.rows = static_cast<std::uint32_t>(rows_.size() - c.first_row);
      out.customers.push_back(c);
    }
    return ok();
  }

  struct Customer {
    identity::Fingerprint u{};
    std::uint64_t items = 0;  // a bit for each
    std::size_t first_row = 0;
    std::uint32_t rows = 0;
  };
  struct Carrier {
    std::string name;
    std::vector<Customer> customers;
  };
  const std::vector<Carrier>& carriers() const { return carriers_; }
  std::uint64_t size() const {
    std::uint64_t n = 0;
    for (const auto& c : carriers_) n += c.customers.size();
    return n;
  }

  // All of them as rows of the store, by (controller, u).
  RowSource<SubjectRow> rows() const {
    return [this, carrier = std::size_t{0}, next = std::size_t{0}](SubjectRow& out) mutable {
      while (carrier < carriers_.size() && next == carriers_[carrier].customers.size()) {
        ++carrier;
        next = 0;
      }
      if (carrier == carriers_.size()) return false;
      const auto& c = carriers_[carrier].customers[next++];
      out.controller = carriers_[carrier].name;
      out.u = c.u;
      out.items.clear();
      for (unsigned bit = 0; bit < 64; ++bit) {
        if ((c.items >> bit & 1U) != 0) out.items.push_back(static_cast<identity::FieldId>(bit));
      }
      const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(c.first_row);
      out.rows.assign(begin, begin + c.rows);
      return true;
    };
  }

 private:
  std::vector<Carrier> carriers_;  // by name
  std::vector<std::uint64_t> rows_;
};

Result<bool> same_as_kept(CampaignStore& store, const std::string& campaign,
                          const Customers& customers) {
  const auto next = customers.rows();
  SubjectRow ours;
  SubjectPages pages(store, campaign, false);
  for (;;) {
    TRY(const auto page, pages.next());
    if (page.empty()) return !next(ours);
    for (const auto& s : page) {
      if (!next(ours) || s.controller != ours.controller || s.u != ours.u ||
          s.items != ours.items || s.rows != ours.rows)
        return false;
    }
  }
}

// The customers that one carrier was asked for.
class Asked {
 public:
  void add(const identity::Fingerprint& u) { open_.push_back(u); }
  void ready() {
    answered_.resize(open_.size());
    left_ = open_.size();
  }
  // false: not asked for, or answered before.
  bool answer(const identity::Fingerprint& u) {
    const auto found = std::lower_bound(open_.begin(), open_.end(), u);
    if (found == open_.end() || *found != u) return false;
    const auto place = static_cast<std::size_t>(found - open_.begin());
    if (answered_[place]) return false;
    answered_[place] = true;
    --left_;
    return true;
  }
  std::uint64_t left() const { return left_; }

 private:
  std::vector<identity::Fingerprint> open_;  // sorted
  std::vector<bool> answered_;
  std::uint64_t left_ = 0;
};

Result<Asked> asked_for(CampaignStore& store, const std::string& campaign,
                        const std::string& carrier) {
  Asked out;
  TRYV(each_customer(store, campaign, carrier, [&](const SubjectRow& s) -> Result<void> {
    out.add(s.u);
    return ok();
  }));
  out.ready();
  return out;
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

Result<std::vector<RequestFile>> CampaignService::resolve(
    const Viewer& viewer, const std::string& campaign, const IncidentView& incident,
    std::span<const AffectedSubject> subjects) {
  std::map<std::string, std::vector<AffectedSubject>> by_carrier;
  for (const auto& s : subjects) by_carrier[s.controller].push_back(s);
  std::vector<std::string> carriers;
  carriers.reserve(by_carrier.size());
  for (const auto& [carrier, theirs] : by_carrier) carriers.push_back(carrier);
  return resolve(viewer, campaign, incident, carriers,
                 [&](const std::string& carrier) -> Result<std::vector<AffectedSubject>> {
                   return std::move(by_carrier[carrier]);
                 });
}

Result<std::vector<RequestFile>> CampaignService::resolve(const Viewer& viewer,
                                                          const std::string& campaign,
                                                          const IncidentView& incident,
                                                          std::span<const std::string> carriers,
                                                          const AffectedSource& affected,
                                                          const BuildOptions& options) {
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
  BuildProgress progress(parts_.store, parts_.clock, campaign, options.progress, options.stop);
  TRYV(progress.stage("resolve", 1, 2));
  Customers customers;
  std::vector<std::string> names(carriers.begin(), carriers.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  json::object counts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    TRY(const auto theirs, affected(names[i]));
    if (theirs.empty()) continue;
    TRYV(customers.add(names[i], theirs, parts_.keys));
    counts[names[i]] = customers.carriers().back().customers.size();
    TRYV(progress.at(i + 1, names.size()));
  }
  if (customers.carriers().empty())
    return fail(Errc::kConflict, row.incident + " has no affected customers",
                row.incident + " には該当する顧客がいません");

  TRY(const bool same, same_as_kept(parts_.store, campaign, customers));
  if (row.state == CampaignState::kDraft || !same) {
    TRYV(progress.stage("write", 1, 2));
    CampaignChange change;
    change.campaign = campaign;
    change.revision = row.revision;
    change.state = CampaignState::kResolving;
    const auto total = customers.size();
    change.add_subject = [&, rows = customers.rows(),
                          done = std::uint64_t{0}](SubjectRow& out) mutable {
      if ((++done & 0xfff) == 0) progress.inside(std::min(done, total), total);
      return rows(out);
    };
    TRYV(parts_.store.change(change,
                             draft(viewer, campaign, "campaign.resolving",
                                   json::serialize(json::object{{"customers", std::move(counts)}})),
                             parts_.clock.now()));
  }

  TRY(auto box, parts_.keys.box(identity::KeyKind::kCampaign, campaign));
  TRY(auto service, parts_.keys.service_sign());
  const auto epochs = parts_.keys.live_epochs();
  std::vector<RequestFile> files;
  files.reserve(customers.carriers().size());
  for (const auto& [carrier, theirs] : customers.carriers()) {
    identity::ContactRequest request;
    request.incident = row.incident;
    request.campaign = campaign;
    request.controller = carrier;
    request.delegation = "own:" + carrier;
    request.epoch = epochs.empty() ? 0 : epochs.back();
    request.campaign_key = box.public_key;
    TRY(const auto own, parts_.keys.key128(identity::KeyKind::kDelegation, request.delegation));
    request.key = identity::key_check(own);
    request.subjects.reserve(theirs.size());
    for (const auto& customer : theirs) request.subjects.push_back(customer.u);
    files.push_back({carrier, theirs.size(), identity::encode_request(request, service)});
  }
  return files;
}

Result<BundleRow> CampaignService::import_bundle(const Viewer& viewer, const std::string& campaign,
                                                 ByteView file) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  TRYV(must_not_have_begun(parts_.store, row));
  TRY(const auto open, parts_.store.customers(campaign, ""));
  if (open.empty())
    return fail(Errc::kConflict, "no carrier was asked for contacts yet",
                "連絡先を照会した通信会社がまだありません");

  TRYV(parts_.keys.get(identity::KeyKind::kCampaign, campaign));
  TRY(auto box, parts_.keys.box(identity::KeyKind::kCampaign, campaign));
  std::optional<identity::ContactBundle> bundle;
  std::string signer;
  Error last{Errc::kCorrupt, "it is signed by none of the carriers that were asked",
             "照会したどの通信会社の署名でもありません"};
  const auto named = identity::signer_named_in(file);
  for (const auto& [carrier, customers] : open) {
    auto key = parts_.keys.enrolment(carrier);
    if (!key) continue;
    if (open.size() > 1 && named != key.value().sign) continue;
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
  TRY(auto asked, asked_for(parts_.store, campaign, signer));
  // In the order in which they are kept, so that they are appended.
  std::sort(bundle->contacts.begin(), bundle->contacts.end(),
            [](const auto& a, const auto& b) { return a.u < b.u; });
  BundleContent content;
  for (const auto& c : bundle->contacts) {
    if (!asked.answer(c.u))
      return refused({"a customer that was not asked for, or twice",
                      "照会していない、または重複した顧客があります"});
    TRYV(check_contact(c));
  }
  content.contacts = vault.seal_all(signer, bundle->contacts, parts_.random);
  for (const auto& u : bundle->unresolved) {
    if (!asked.answer(u))
      return refused({"a customer that was not asked for, or twice",
                      "照会していない、または重複した顧客があります"});
  }
  content.unresolved = bundle->unresolved;
  content.row = {
      signer,       crypto::sha256(file), bundle->contacts.size(), bundle->unresolved.size(),
      asked.left(), parts_.clock.now()};

  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kResolving;
  change.bundle = std::move(content);
  const auto& taken = change.bundle->row;
  const json::object body{{"controller", signer},
                          {"sha256", to_hex(taken.digest)},
                          {"contacts", taken.contacts},
                          {"unresolved", taken.unresolved},
                          {"missing", taken.missing}};
  TRYV(parts_.store.change(
      change, draft(viewer, campaign, "campaign.contacts_imported", json::serialize(body)),
      taken.at));
  return taken;
}

}  // namespace hitokoe::incident
