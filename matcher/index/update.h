// Brings the merged layers and the pre-filter to what the snapshots of a manifest say.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/progress.h"
#include "hitokoe/identity/key_store.h"
#include "matcher/index/carrier_update.h"
#include "matcher/index/filter.h"
#include "matcher/index/ingest.h"
#include "matcher/index/manifest.h"
#include "matcher/index/segment.h"

namespace hitokoe::matcher {

// What of a manifest is in use: the segments with the keys that open them.
struct OpenCarrier {
  CarrierId id;
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const crypto::Aes128> k_idx;
};
struct OpenIndex {
  Manifest manifest;
  std::optional<IndexFolder> folder;  // nothing before the first file
  std::vector<OpenCarrier> carriers;
  std::shared_ptr<const Filter> filter;  // null with fewer than two carriers
  std::shared_ptr<const crypto::Aes128> k_filter;
  bool stale = false;  // a cache is missing, its key changed, or a snapshot's keys were destroyed
};

// True where no key that the snapshot needs was destroyed: k_store, k[d], G.
bool alive(const ManifestSnapshot& snapshot, const identity::KeyStore& keys);

// Opens what can be opened. Missing caches, such of another version and changed keys make it stale;
// damaged ones are kCorrupt. Needs no lock; kNotFound: nothing was added yet.
Result<OpenIndex> open_index(const IndexFolder& folder, identity::KeyStore& keys,
                             Use use = Use::kLookups);

struct Change {
  std::vector<Ingested> added;  // replaces what has the same id
  std::vector<std::string> removed;
  bool rebuild = false;  // every cache anew, from the entries
};

// Applies the change to what stands there and writes the new manifest. The caller holds the lock.
// On failure the old state stands.
Result<Manifest> apply(const IndexFolder& folder, identity::KeyStore& keys, const OpenIndex& before,
                       Change change, const ProgressShare& share = {});

}  // namespace hitokoe::matcher
