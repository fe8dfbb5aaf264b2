// A fingerprint file → entries at rest.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "hitokoe/base/progress.h"
#include "hitokoe/base/random.h"
#include "hitokoe/identity/hkf.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/registry/model.h"
#include "matcher/index/entries.h"
#include "matcher/index/manifest.h"

namespace hitokoe::matcher {

// The snapshot that a file is of; of a list of canaries the handover that they went into. nullptr:
// not in the registry.
const registry::Snapshot* ledger_entry(const std::string& snapshot,
                                       const registry::Registry& registry);

// Is this file what registry, enrolment and keys say it must be? Reads the header only.
//   kNotFound      no such snapshot in the registry, or the party is not enrolled
//   kForbidden     signed by another than the enrolled party; party, controller or delegation are
//                  not the snapshot's, or, of canaries, not the delegator's; the delegation's key
//                  is destroyed
//   kBadInput      columns that the ledger does not name for this snapshot
//   kUnsupported   other tables, an epoch that is not live, or an older delegation key
Result<void> check_header(const identity::HkfHeader& header, const registry::Registry& registry,
                          identity::KeyStore& keys);

struct Ingested {
  ManifestSnapshot snapshot;
  // The records, where they are few enough to be kept until they are merged; else empty.
  std::shared_ptr<std::vector<std::shared_ptr<const EntryBatch>>> held;
};

// What the files of one change may keep in memory; others are read again from the entries when they
// are merged.
inline constexpr std::size_t kMostHeld = 512ULL << 20;

// Reads the file, takes k[d] off and writes the entries to `folder.entries()/<name>`, durably.
// What fails leaves no file. `room`: what of kMostHeld is left; goes down by what is kept.
Result<Ingested> ingest(const std::filesystem::path& hkf, const identity::HkfHeader& header,
                        const registry::Snapshot& snapshot, const IndexFolder& folder,
                        identity::KeyStore& keys, Random& random, std::size_t& room,
                        const ProgressShare& share = {});

}  // namespace hitokoe::matcher
