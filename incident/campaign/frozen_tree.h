// The leaves and the root of a frozen campaign, hashed as the customers stream by: contacts are
// open one page at a time, and 32 bytes a leaf stay. What a leaf is: identity/approval_evidence.h.
#pragma once

#include "incident/campaign/frozen_persons.h"
#include "incident/campaign/leaf_tree.h"

namespace hitokoe::incident::campaign {

// What a person leaf says of the addresses.
enum class FrozenAddress {
  kAll,       // mail, postal address and phone: what each channel uses
  kMailOnly,  // campaigns that were frozen before there were other channels
};
// Whose contact is a person's: `kFirst`: the first customer in order that has a usable mail
// address, else the first one; written into `persons`. `kKept`: as `persons` says.
enum class Chosen { kFirst, kKept };

// Every leaf of `version`, in the order of approval_evidence.h. kCorrupt: a contact does not open.
// kConflict: the customers are not those that were joined. Memory: the tree, and the contacts of
// joined persons until the last customer of each has come by.
Result<LeafTree> hash_leaves(CampaignStore& store, const CampaignRow& row,
                             const VersionRow& version, const ContactVault& vault,
                             FrozenPersons& persons, Chosen chosen, FrozenAddress form,
                             const BuildProgress* progress);

// What a slice needs of the tree: little, so that the tree is gone before anything is written.
struct SliceProof {
  std::uint64_t leaves = 0;
  std::vector<LeafRange> opened;  // the last one: the party's own customers, where it has some
  std::uint64_t own_customers = 0;
  std::vector<crypto::Digest> hidden;
};
SliceProof prove(const std::string& party, const VersionRow& version, const FrozenPersons& persons,
                 const LeafTree& tree);

// What `party` may see of the leaves, and the request that carries it. Reads the party's own
// customers as the store has them.
Result<identity::ApprovalRequest> slice_of(CampaignStore& store, const std::string& party,
                                           const CampaignRow& row, const VersionRow& version,
                                           const SliceProof& proof);

// Every concerned party approved `version`, and texts, persons and addresses in the store are those
// of its root. kConflict: somebody has not approved. kCorrupt: something was changed since.
// `postal`: not enough where only the mail addresses are under the root (kConflict). Reads and
// opens every contact; memory as hash_leaves.
Result<void> must_be_as_approved(CampaignStore& store, const CampaignRow& row,
                                 const VersionRow& version, const ContactVault& vault, bool postal);

}  // namespace hitokoe::incident::campaign
