// What is frozen, as plainly as it can be said, with everything in memory: persons, leaves, root,
// and the slice of one party. The fast way (incident/campaign/frozen_persons.h, frozen_tree.h) must
// give the same to the last byte.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hitokoe/incident/campaign_store.h"
#include "incident/campaign/contacts.h"

namespace hitokoe::incident::campaign::slow {

// Subjects with their contacts in clear, in the order (controller, u). For freezing and for
// checking before the sending; never kept longer.
struct OpenSubjects {
  std::vector<SubjectRow> rows;
  std::vector<std::optional<identity::Contact>> contacts;  // parallel

  // kCorrupt: a contact does not open.
  static Result<OpenSubjects> open(const ContactVault& vault, std::vector<SubjectRow> rows);
};

struct JoinedPersons {
  std::vector<RecipientRow> recipients;  // by person
  std::uint64_t no_contact = 0;
  std::uint64_t joined = 0;
};
// Joins, gives ids and salts, and chooses whose address is used: the first subject in order that
// has a usable one. Writes person and salt into `subjects.rows`.
JoinedPersons join_and_name(OpenSubjects& subjects, const ContactVault& vault,
                            std::uint32_t version, Random& random);

// What a person leaf says of the addresses.
enum class FrozenAddress {
  kAll,       // mail, postal address and phone: what each channel uses
  kMailOnly,  // campaigns that were frozen before there were other channels
};

// The members of a person whose contact each channel uses: the first in order that has one.
struct ChannelMembers {
  std::optional<std::size_t> letter, phone;  // index in OpenSubjects::rows
};

// All leaves in the order of identity/approval_evidence.h. Salts are those of the rows.
std::vector<Bytes> frozen_leaves(const CampaignRow& row, const VersionRow& version,
                                 const OpenSubjects& subjects,
                                 const std::vector<RecipientRow>& recipients,
                                 FrozenAddress form = FrozenAddress::kAll);

std::vector<crypto::Digest> leaf_hashes(const std::vector<Bytes>& leaves);

// What `party` may see of the leaves, and the request that carries it.
identity::ApprovalRequest slice_of(const std::string& party, const CampaignRow& row,
                                   const VersionRow& version, const OpenSubjects& subjects,
                                   const std::vector<Bytes>& leaves,
                                   const std::vector<crypto::Digest>& hashes);

}  // namespace hitokoe::incident::campaign::slow
