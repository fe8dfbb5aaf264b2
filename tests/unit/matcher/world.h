// Made-up carriers, holders, keys and fingerprint files for the matcher's tests.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/hkf.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/matcher/matcher.h"
#include "hitokoe/registry/model.h"
#include "matcher/index/index.h"
#include "tests/scratch_folder.h"

namespace hitokoe::matcher::test {

using identity::FieldId;

// What a holder's agent would have made of one row.
struct MadeRecord {
  std::string ref;                                    // empty: the holder has no customer number
  std::vector<std::pair<FieldId, std::string>> keys;  // without the ref token
  std::vector<std::pair<FieldId, std::string>> checks;
};

struct FileOptions {
  std::uint64_t sequence = 1;
  std::vector<FieldId> columns = {};        // empty: those of the registry
  std::string signer = {};                  // party whose key signs; empty: the holder
  std::string party = {}, delegation = {};  // other than the registry's
  std::uint32_t epoch = 1;
  bool other_tables = false;
};

class World {
 public:
  // `yaml` is a registry file.
  explicit World(const std::string& yaml);

  const std::filesystem::path& data() const { return folder_.path(); }
  identity::KeyStore& keys() { return *keys_; }
  const registry::Registry& registry() const { return *registry_; }
  std::shared_ptr<const registry::Registry> shared_registry() const { return registry_; }

  // Writes the file and gives its path.
  std::filesystem::path file(const std::string& snapshot, const std::vector<MadeRecord>& records,
                             const FileOptions& options = {});
  void add(const std::string& snapshot, const std::vector<MadeRecord>& records,
           const FileOptions& options = {});
  std::unique_ptr<IndexWriter> writer();
  std::shared_ptr<const IndexImpl> index();

 private:
  ScratchFolder folder_;
  SystemClock clock_;
  SeededRandom random_;
  std::shared_ptr<const registry::Registry> registry_;
  std::unique_ptr<identity::KeyStore> keys_;
  std::map<std::string, crypto::SignKeyPair> signers_;
  int files_ = 0;
};

// Two carriers with own bases, a contractor of both, its sub-contractor, one more contractor.
extern const char* const kRegistry;

// Everything that an index says, in words that do not depend on keys, ordinals or order.
std::map<std::string, std::string> spell_out(const IndexImpl& index);

}  // namespace hitokoe::matcher::test
