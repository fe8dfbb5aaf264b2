#include "incident/campaign/frozen_tree.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "hitokoe/identity/guardian.h"
#include "incident/campaign/side_by_side.h"
#include "incident/campaign/subject_pages.h"

namespace hitokoe::incident::campaign {

namespace {

constexpr std::size_t kFixedLeaves = 4;

std::string shown(const std::string& id, const std::string& name) {
  return id.empty() ? "" : id + "（" + name + "）";
}

// What the leaf of a person needs of its customers' contacts.
struct Part {
  std::string name, mail;     // of the one who is chosen
  std::string letter, phone;  // of the first that has one
  std::string letter_name;
  bool minor =
      false;  // one of the carriers says so: whichever name is chosen, it is the guardian's
  std::uint32_t seen = 0;

  std::string address() const {
    return mail + (letter.empty() ? "" : "\n" + letter_name + letter) + phone;
  }
};

class Hasher {
 public:
  Hasher(const CampaignRow& row, const VersionRow& version, const ContactVault& vault,
         FrozenPersons& persons, Chosen chosen, FrozenAddress form)
      : vault_(vault),
        persons_(persons),
        choosing_(chosen == Chosen::kFirst),
        all_(form == FrozenAddress::kAll),
        person_leaves_(kFixedLeaves + version.namings.size()),
        customer_leaves_(person_leaves_ + persons.ids.size()),
        tree_(customer_leaves_ + persons.u.size()) {
    const auto set = [&](std::size_t i, const Bytes& leaf) {
      tree_.set(i, identity::merkle_leaf(leaf));
    };
    set(0, identity::header_leaf(row.id, row.incident, version.version, persons.ids.size(),
                                 persons.u.size()));
    set(1, identity::text_leaf('J', version.texts.ja));
    set(2, identity::text_leaf('E', version.texts.en));
    set(3, identity::text_leaf('D', version.desk));
    for (std::size_t i = 0; i < version.namings.size(); ++i) {
      const auto& n = version.namings[i];
      set(kFixedLeaves + i, identity::naming_leaf(n.salt, shown(n.controller, n.controller_name),
                                                  shown(n.holder, n.holder_name)));
    }
    if (!choosing_) return;
    persons_.chosen.assign(persons_.ids.size(), 0);
    persons_.states.assign(persons_.ids.size(), DeliveryState::kNoContact);
  }

  // The next customers. Whoever is one customer only is done with here, on several threads: nothing
  // of one person is touched for another. The others wait for each other.
  Result<void> add(std::span<const SubjectRow> page) {
    if (page.size() > persons_.u.size() - next_) return changed();
    joined_.resize(page.size());
    TRYV(side_by_side(page.size(), [&](std::size_t begin, std::size_t end) -> Result<void> {
      for (auto i = begin; i < end; ++i) {
        TRYV(add_alone(page[i], static_cast<std::uint32_t>(next_ + i), joined_[i]));
      }
      return ok();
    }));
    for (std::size_t i = 0; i < page.size(); ++i) {
      const auto customer = static_cast<std::uint32_t>(next_ + i);
      const auto person = persons_.person_of[customer];
      if (persons_.sizes[person] == 1) continue;
      auto& part = parts_[person];
      take(part, person, customer, joined_[i]);
      joined_[i] = {};
      if (part.seen < persons_.sizes[person]) continue;
      finish(part, person);
      parts_.erase(person);
    }
    next_ += page.size();
    return ok();
  }

  std::size_t done() const { return next_; }

  Result<LeafTree> take_tree() {
    if (next_ != persons_.u.size()) return changed();
    if (choosing_)
      persons_.no_contact = static_cast<std::uint64_t>(
          std::count(persons_.states.begin(), persons_.states.end(), DeliveryState::kNoContact));
    tree_.finish();
    return std::move(tree_);
  }

 private:
  static Error changed() {
    return {Errc::kConflict, Words{"customers were changed meanwhile: try again",
                                   "顧客がその間に変更されました: やり直してください"}};
  }

  // The customer's leaf, and its person's where it is the only customer; otherwise opens the
  // contact for those who come together.
  Result<void> add_alone(const SubjectRow& s, std::uint32_t customer, identity::Contact& joined) {
    if (persons_.u[customer] != s.u) return changed();
    const auto person = persons_.person_of[customer];
    tree_.set(customer_leaves_ + customer, identity::merkle_leaf(identity::customer_leaf(
                                               persons_.salts[customer], s.controller, s.u,
                                               campaign::shown(persons_.ids[person]), s.items)));
    identity::Contact contact;
    if (!s.contact.empty()) {
      TRY(contact, vault_.unseal(s));
    }
    if (persons_.sizes[person] != 1) {
      joined = std::move(contact);
      return ok();
    }
    Part alone;
    take(alone, person, customer, contact);
    finish(alone, person);
    return ok();
  }

  void take(Part& part, std::uint32_t person, std::uint32_t customer,
            const identity::Contact& contact) {
    const bool first = part.seen++ == 0;
    bool use = !choosing_ && persons_.chosen[person] == customer;
    if (choosing_) {
      const bool usable = !mail_address(contact).empty();
      use = first || (usable && persons_.states[person] == DeliveryState::kNoContact);
      if (use) persons_.chosen[person] = customer;
      if (use && usable) persons_.states[person] = DeliveryState::kPending;
    }
    part.minor = part.minor || identity::is_to_guardian(contact.name);
    if (use) {
      part.name = contact.name;
      part.mail = mail_address(contact);
    }
    if (!all_) return;
    if (part.letter.empty() && !contact.address.empty())
      part.letter_name = contact.name, part.letter = "\n" + contact.postal + "\n" + contact.address;
    if (part.phone.empty() && !contact.phone.empty()) part.phone = "\n" + contact.phone;
  }

  void finish(Part& part, std::uint32_t person) {
    if (part.minor) {
      identity::address_guardian(part.name);
      identity::address_guardian(part.letter_name);
    }
    tree_.set(person_leaves_ + person,
              identity::merkle_leaf(identity::person_leaf(persons_.person_salts[person],
                                                          campaign::shown(persons_.ids[person]),
                                                          part.name, part.address())));
  }

  const ContactVault& vault_;
  FrozenPersons& persons_;
  bool choosing_, all_;
  std::size_t person_leaves_, customer_leaves_, next_ = 0;
  LeafTree tree_;
  std::vector<identity::Contact> joined_;          // of one page, where somebody is several
  std::unordered_map<std::uint32_t, Part> parts_;  // of persons who are several customers
};

bool opened_to(const NamingRow& n, const std::string& party) {
  return n.controller == party || std::find(n.chain.begin(), n.chain.end(), party) != n.chain.end();
}

// An open leaf of identity::encode_evidence.
void put_leaf(Bytes& out, std::uint64_t index, ByteView leaf) {
  put_u64(out, index);
  put_u32(out, static_cast<std::uint32_t>(leaf.size()));
  put_bytes(out, leaf);
}

}  // namespace

Result<LeafTree> hash_leaves(CampaignStore& store, const CampaignRow& row,
                             const VersionRow& version, const ContactVault& vault,
                             FrozenPersons& persons, Chosen chosen, FrozenAddress form,
                             const BuildProgress* progress) {
  Hasher hasher(row, version, vault, persons, chosen, form);
  SubjectPages pages(store, row.id, true);
  for (;;) {
    TRY(const auto page, pages.next());
    if (page.empty()) break;
    TRYV(hasher.add(page));
    if (progress != nullptr) {
      TRYV(progress->at(hasher.done(), persons.u.size()));
    }
  }
  return hasher.take_tree();
}

SliceProof prove(const std::string& party, const VersionRow& version, const FrozenPersons& persons,
                 const LeafTree& tree) {
  SliceProof out;
  out.leaves = tree.size();
  // The customers of a carrier stand together: a slice is a few ranges.
  out.opened.push_back({0, kFixedLeaves});
  for (std::size_t i = 0; i < version.namings.size(); ++i) {
    if (opened_to(version.namings[i], party))
      out.opened.push_back({kFixedLeaves + i, kFixedLeaves + i + 1});
  }
  const auto customers = kFixedLeaves + version.namings.size() + persons.ids.size();
  const auto carrier = std::lower_bound(persons.carriers.begin(), persons.carriers.end(), party);
  if (carrier != persons.carriers.end() && *carrier == party) {
    const auto c = static_cast<std::size_t>(carrier - persons.carriers.begin());
    out.opened.push_back({customers + persons.first[c], customers + persons.first[c + 1]});
    out.own_customers = persons.first[c + 1] - persons.first[c];
  }
  out.hidden = tree.hidden(out.opened);
  return out;
}

Result<identity::ApprovalRequest> slice_of(CampaignStore& store, const std::string& party,
                                           const CampaignRow& row, const VersionRow& version,
                                           const SliceProof& proof) {
  identity::ApprovalRequest request;
  request.incident = row.incident;
  request.campaign = row.id;
  request.party = party;
  request.version = version.version;
  request.root = version.root;
  request.text_ja = version.texts.ja;
  request.text_en = version.texts.en;
  request.desk = version.desk;
  request.recipients = version.persons;
  request.own_recipients = proof.own_customers;
  std::uint64_t open = 0;
  for (const auto& range : proof.opened) open += range.end - range.begin;

  // As identity::encode_evidence writes it, without holding every leaf apart.
  auto& out = request.evidence;
  put_u64(out, proof.leaves);
  put_u64(out, open);
  put_leaf(out, 0,
           identity::header_leaf(row.id, row.incident, version.version, version.persons,
                                 version.customers));
  put_leaf(out, 1, identity::text_leaf('J', version.texts.ja));
  put_leaf(out, 2, identity::text_leaf('E', version.texts.en));
  put_leaf(out, 3, identity::text_leaf('D', version.desk));
  for (std::size_t i = 0; i < version.namings.size(); ++i) {
    const auto& n = version.namings[i];
    if (!opened_to(n, party)) continue;
    put_leaf(out, kFixedLeaves + i,
             identity::naming_leaf(n.salt, shown(n.controller, n.controller_name),
                                   shown(n.holder, n.holder_name)));
  }
  if (request.own_recipients > 0) {
    auto index = proof.opened.back().begin;
    TRYV(each_customer(store, row.id, party, [&](const SubjectRow& s) -> Result<void> {
      put_leaf(out, index++, identity::customer_leaf(s.salt, s.controller, s.u, s.person, s.items));
      return ok();
    }));
    if (index != proof.opened.back().end)
      return fail(Errc::kConflict, row.id + " was changed meanwhile: try again",
                  row.id + " はその間に変更されました: やり直してください");
  }
  put_u64(out, proof.hidden.size());
  for (const auto& hash : proof.hidden) put_bytes(out, hash);
  return request;
}

Result<void> must_be_as_approved(CampaignStore& store, const CampaignRow& row,
                                 const VersionRow& version, const ContactVault& vault,
                                 bool postal) {
  TRY(auto given, store.approvals(row.id, version.version));
  for (const auto& party : version.concerned) {
    const bool approved = std::any_of(given.begin(), given.end(), [&](const ApprovalRow& a) {
      return a.party == party && a.root == version.root;
    });
    if (!approved) {
      return fail(
          Errc::kConflict,
          row.id + ": " + party + " has not approved version " + std::to_string(version.version),
          row.id + ": " + party + " が第 " + std::to_string(version.version) +
              " 版を承認していません");
    }
  }
  const auto changed = [&] {
    return fail(Errc::kCorrupt,
                row.id +
                    ": texts, persons or addresses are not those that were "
                    "approved; nothing is sent",
                row.id + ": 文面・本人・宛先が承認されたものと違うため、何も送りません");
  };
  auto persons = read_persons(store, row.id);
  if (!persons && persons.error().code == Errc::kCorrupt) return changed();
  if (!persons) return persons.error();
  const auto root = [&](FrozenAddress form) -> Result<crypto::Digest> {
    TRY(const auto tree,
        hash_leaves(store, row, version, vault, persons.value(), Chosen::kKept, form, nullptr));
    return tree.root();
  };
  TRY(const auto all, root(FrozenAddress::kAll));
  if (all == version.root) return ok();
  TRY(const auto mail, root(FrozenAddress::kMailOnly));
  if (mail != version.root) return changed();
  if (!postal) return ok();
  return fail(Errc::kConflict,
              row.id +
                  ": postal addresses and phones are not under the approved root; it was "
                  "frozen before there were other channels than mail",
              row.id +
                  ": 住所と電話番号は承認されたルートに含まれていません（メール以外の手段が"
                  "ない版で凍結されています）");
}

}  // namespace hitokoe::incident::campaign
