// What a party can check before it approves: the leaves of the frozen campaign that it may see (its
// own slice), and the hashes of the rest, from which it computes the root itself.
//
// Leaves, in this order (docs/campaign.md, "What is frozen"):
//   H header: campaign, incident, version, number of persons, of customers
//   J text ja   E text en   D desk
//   N naming, salted: a controller and the holder that its customers are told of
//   P person, salted: opaque person, digest of name and address that the mail goes to
//   C customer, salted: controller, subject under the controller's key, person, items
// H, J, E, D are in every slice; a controller sees its own N and C; a contractor its own N.
// P leaves are opened to nobody but the sending job: they would join the carriers' customers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hitokoe/identity/campaign_files.h"
#include "hitokoe/identity/merkle.h"

namespace hitokoe::identity {

using Salt = std::array<std::uint8_t, 16>;

Bytes header_leaf(const std::string& campaign, const std::string& incident, std::uint32_t version,
                  std::uint64_t persons, std::uint64_t customers);
Bytes text_leaf(char kind, std::string_view text);  // 'J', 'E', 'D'
Bytes naming_leaf(const Salt& salt, const std::string& controller, const std::string& holder);
Bytes person_leaf(const Salt& salt, const std::string& person, std::string_view name,
                  std::string_view address);
Bytes customer_leaf(const Salt& salt, const std::string& controller, const Fingerprint& u,
                    const std::string& person, std::span<const FieldId> items);

struct OpenLeaf {
  std::uint64_t index = 0;
  Bytes data;
};
struct ApprovalEvidence {
  std::uint64_t leaves = 0;
  std::vector<OpenLeaf> open;          // ascending
  std::vector<crypto::Digest> hidden;  // merkle_hidden
};
Bytes encode_evidence(const ApprovalEvidence& e);
Result<ApprovalEvidence> decode_evidence(ByteView bytes);  // kCorrupt

// What the slice holds, for a person to read.
struct CheckedSlice {
  std::uint64_t persons = 0;    // of the whole campaign
  std::uint64_t customers = 0;  // of the whole campaign
  std::uint64_t own_customers = 0;
  std::vector<std::string> named;  // "controller: holder"
};
// Recomputes the root and compares everything that the request shows with the leaves. kCorrupt:
// the request shows something else than what its root stands for.
Result<CheckedSlice> check_evidence(const ApprovalRequest& request);

}  // namespace hitokoe::identity
