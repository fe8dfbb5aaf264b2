#include "tests/oracle/campaign/slow_frozen_set.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "tests/oracle/campaign/slow_join.h"

namespace hitokoe::incident::campaign::slow {

namespace {

constexpr std::size_t kFixedLeaves = 4;

std::string comparable(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

identity::Salt make_salt(Random& random) {
  identity::Salt salt;
  random.fill(salt);
  return salt;
}

std::vector<JoinSubject> to_join(const OpenSubjects& subjects) {
  std::vector<JoinSubject> out;
  for (std::size_t i = 0; i < subjects.rows.size(); ++i) {
    JoinSubject s;
    s.controller = subjects.rows[i].controller;
    s.rows = subjects.rows[i].rows;
    if (const auto& c = subjects.contacts[i]) {
      s.name_key = c->name_key;
      s.email = comparable(mail_address(*c));
      s.phone = c->phone;
    }
    out.push_back(std::move(s));
  }
  return out;
}

std::string shown(const std::string& id, const std::string& name) {
  return id.empty() ? "" : id + "（" + name + "）";
}

}  // namespace

Result<OpenSubjects> OpenSubjects::open(const ContactVault& vault, std::vector<SubjectRow> rows) {
  OpenSubjects out;
  out.contacts.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].contact.empty()) continue;
    TRY(auto contact, vault.unseal(rows[i]));
    out.contacts[i] = std::move(contact);
  }
  out.rows = std::move(rows);
  return out;
}

JoinedPersons join_and_name(OpenSubjects& subjects, const ContactVault& vault,
                            std::uint32_t version, Random& random) {
  std::map<std::size_t, std::vector<std::size_t>> groups;
  const auto first = join_persons(to_join(subjects));
  for (std::size_t i = 0; i < first.size(); ++i) groups[first[i]].push_back(i);

  JoinedPersons out;
  for (const auto& [root, group] : groups) {
    std::vector<const SubjectRow*> members;
    for (auto i : group) members.push_back(&subjects.rows[i]);
    RecipientRow r;
    r.person = vault.person_id(members);
    r.version = version;
    r.salt = make_salt(random);
    r.state = DeliveryState::kNoContact;
    auto chosen = group.front();
    for (auto i : group) {
      if (!subjects.contacts[i] || mail_address(*subjects.contacts[i]).empty()) continue;
      chosen = i;
      r.state = DeliveryState::kPending;
      break;
    }
    r.controller = subjects.rows[chosen].controller;
    r.u = subjects.rows[chosen].u;
    if (r.state == DeliveryState::kNoContact) ++out.no_contact;
    const bool several = std::any_of(group.begin(), group.end(), [&](std::size_t i) {
      return subjects.rows[i].controller != subjects.rows[root].controller;
    });
    if (several) ++out.joined;
    for (auto i : group) {
      subjects.rows[i].person = r.person;
      subjects.rows[i].salt = make_salt(random);
    }
    out.recipients.push_back(std::move(r));
  }
  std::sort(out.recipients.begin(), out.recipients.end(),
            [](const auto& a, const auto& b) { return a.person < b.person; });
  return out;
}

std::vector<Bytes> frozen_leaves(const CampaignRow& row, const VersionRow& version,
                                 const OpenSubjects& subjects,
                                 const std::vector<RecipientRow>& recipients, FrozenAddress form) {
  std::unordered_map<std::string_view, ChannelMembers> channels;
  for (std::size_t i = 0; form == FrozenAddress::kAll && i < subjects.rows.size(); ++i) {
    const auto& contact = subjects.contacts[i];
    if (!contact || (contact->address.empty() && contact->phone.empty())) continue;
    auto& of = channels[subjects.rows[i].person];
    if (!of.letter && !contact->address.empty()) of.letter = i;
    if (!of.phone && !contact->phone.empty()) of.phone = i;
  }
  std::map<std::pair<std::string, identity::Fingerprint>, std::size_t> at;
  for (std::size_t i = 0; i < subjects.rows.size(); ++i)
    at.emplace(std::pair(subjects.rows[i].controller, subjects.rows[i].u), i);

  std::vector<Bytes> leaves;
  leaves.reserve(kFixedLeaves + version.namings.size() + recipients.size() + at.size());
  leaves.push_back(identity::header_leaf(row.id, row.incident, version.version, recipients.size(),
                                         subjects.rows.size()));
  leaves.push_back(identity::text_leaf('J', version.texts.ja));
  leaves.push_back(identity::text_leaf('E', version.texts.en));
  leaves.push_back(identity::text_leaf('D', version.desk));
  for (const auto& n : version.namings) {
    leaves.push_back(identity::naming_leaf(n.salt, shown(n.controller, n.controller_name),
                                           shown(n.holder, n.holder_name)));
  }
  for (const auto& r : recipients) {
    const auto found = at.find({r.controller, r.u});
    const auto* contact = found != at.end() && subjects.contacts[found->second]
                              ? &*subjects.contacts[found->second]
                              : nullptr;
    auto address = contact ? mail_address(*contact) : "";
    if (const auto other = channels.find(r.person); other != channels.end()) {
      const auto& [letter, phone] = other->second;
      if (letter) {
        const auto& c = *subjects.contacts[*letter];
        address += "\n" + c.name + "\n" + c.postal + "\n" + c.address;
      }
      if (phone) address += "\n" + subjects.contacts[*phone]->phone;
    }
    leaves.push_back(
        identity::person_leaf(r.salt, r.person, contact ? contact->name : "", address));
  }
  for (const auto& s : subjects.rows)
    leaves.push_back(identity::customer_leaf(s.salt, s.controller, s.u, s.person, s.items));
  return leaves;
}

std::vector<crypto::Digest> leaf_hashes(const std::vector<Bytes>& leaves) {
  std::vector<crypto::Digest> out;
  out.reserve(leaves.size());
  for (const auto& leaf : leaves) out.push_back(identity::merkle_leaf(leaf));
  return out;
}

identity::ApprovalRequest slice_of(const std::string& party, const CampaignRow& row,
                                   const VersionRow& version, const OpenSubjects& subjects,
                                   const std::vector<Bytes>& leaves,
                                   const std::vector<crypto::Digest>& hashes) {
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

  std::vector<std::uint64_t> opened{0, 1, 2, 3};
  for (std::size_t i = 0; i < version.namings.size(); ++i) {
    const auto& n = version.namings[i];
    if (n.controller == party || std::find(n.chain.begin(), n.chain.end(), party) != n.chain.end())
      opened.push_back(kFixedLeaves + i);
  }
  const auto customers = leaves.size() - subjects.rows.size();
  for (std::size_t i = 0; i < subjects.rows.size(); ++i) {
    if (subjects.rows[i].controller != party) continue;
    opened.push_back(customers + i);
    ++request.own_recipients;
  }
  identity::ApprovalEvidence evidence;
  evidence.leaves = leaves.size();
  evidence.hidden = identity::merkle_hidden(hashes, opened);
  for (auto i : opened) evidence.open.push_back({i, leaves[i]});
  request.evidence = identity::encode_evidence(evidence);
  return request;
}

}  // namespace hitokoe::incident::campaign::slow
