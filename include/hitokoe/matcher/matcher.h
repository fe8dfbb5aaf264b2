// Documents in, report out. The way: decode ▸ rows ▸ extract ▸ normalise ▸ fingerprint ▸ find ▸
// resolve ▸ attribute.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/progress.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/matcher/known_leaks.h"
#include "hitokoe/matcher/report.h"
#include "hitokoe/registry/model.h"

namespace hitokoe::matcher {

// A scan that can go on where an interrupted one stopped.
struct Resume {
  std::filesystem::path folder;     // of journals: `scans` in the data folder
  std::vector<std::string> inputs;  // all that is scanned, with what tells that it has changed
  JstDay today{};                   // whose capture key seals the journal
  Random* random = nullptr;
  bool fresh = false;  // not where it stopped: from the beginning
};

// For encrypted archives; never logged.
using ArchivePasswords = std::vector<SecretText>;
// A file with one password a line; empty lines are left out. kNotFound, kIo, kLimit (over 1 MiB).
Result<std::shared_ptr<const ArchivePasswords>> read_archive_passwords(
    const std::filesystem::path& file);

// Sees the decoded text of one document, in order, in pieces of any size, as UTF-8; then its end.
// Never two calls at a time.
class TextObserver {
 public:
  virtual ~TextObserver() = default;
  virtual void text(std::string_view utf8) = 0;
  virtual void end() = 0;
};
// Makes the observer of one document; nullptr: nobody looks.
using Observe = std::function<std::unique_ptr<TextObserver>(std::string_view document)>;

// Pages that may announce a password, given one by one: they make no rows, no alerts, no warnings.
using GiveHint = std::function<Result<void>(ByteView page, std::string_view content_type)>;
using Hints = std::function<Result<void>(const GiveHint& give)>;

struct Options {
  double naming_threshold = 0.95;  // [0.5, 1]
  std::uint64_t block_bytes = 4ULL << 20;
  unsigned threads = 0;  // that match rows; 0: one for each processor
  std::optional<Resume> resume = {};
  // Tried on encrypted archives, beside what stands in the texts of the exposure; may be nullptr.
  std::shared_ptr<const ArchivePasswords> archive_passwords = {};
  // Asked once, when all documents are in and something is still locked. An Error is finish()'s.
  Hints hints = {};
  // Of one exposure: bytes of documents read or left out, after every block, and at the end.
  // `expected_bytes` is the total (Exposure::bytes_at); 0: unknown, and more is cut to it.
  Progress progress = {};
  std::uint64_t expected_bytes = 0;
  // Called for each document, from any thread; a null observer sees nothing.
  Observe observe = {};
  // Older leaks; may be nullptr.
  std::shared_ptr<const KnownLeaks> known_leaks = {};
  // The same, prepared; goes before `known_leaks` where it is of the exposure's index.
  std::shared_ptr<const PreparedLeaks> prepared_leaks = {};
  // Day of the leak: copies that were handed over later are not its source.
  std::optional<JstDay> seen = {};
  bool keep_contribution = false;  // fill ScanReport::contribution (contribution.h)
};

// The index in a data folder, opened for reading: immutable, thread-safe.
class Index {
 public:
  // Maps the files, in milliseconds: a block is held against its checksum when it is first read,
  // and a scan that met a damaged one fails (Exposure::finish). Caches that are missing, or whose
  // keys were rotated or destroyed, are made again from the entries first, which takes the writer's
  // lock. kNotFound: nothing was added yet (an empty index is returned by `empty`); kCorrupt: a
  // file is damaged: `hitokoe index verify` tells which, `hitokoe index rebuild` makes the caches
  // anew.
  static Result<std::shared_ptr<const Index>> open(const std::filesystem::path& data,
                                                   identity::KeyStore& keys);
  static std::shared_ptr<const Index> empty();
  // What `open` would find, at the cost of reading a small file: does an open index still stand?
  // kNotFound: nothing was added yet; kCorrupt.
  static Result<std::uint64_t> generation_in(const std::filesystem::path& data);
  virtual ~Index() = default;
  virtual std::uint64_t generation() const = 0;  // changes with every add, drop and merge
  // Tells which holders' files are in it: the same after a merge or a rebuild. 0: none.
  virtual std::uint64_t content() const = 0;
  // kCorrupt where a look-up met a damaged block: what was found since the opening, or not found,
  // counts for nothing. It stays so until the index is opened anew.
  virtual Result<void> sound() const = 0;
};

// One carrier (of one epoch) in the index of a data folder.
struct CarrierState {
  std::string controller;
  std::uint32_t epoch = 0;
  std::uint64_t keys = 0, subjects = 0;     // that somebody has
  std::vector<std::uint64_t> segment_keys;  // of each of its segments, the lowest first
  std::uint64_t bytes = 0;                  // of them on disk
  bool merge_due = false;                   // merge_index() pays
};
// At the cost of reading small files. Nothing was added yet: none. kCorrupt.
Result<std::vector<CarrierState>> index_carriers(const std::filesystem::path& data);

// Makes one segment of a carrier's several. Beside scans and additions: an addition to the same
// carrier that comes meanwhile wins, and the merge of that carrier is left for another time.
struct MergeOptions {
  bool all = true;  // false: only where merge_due
  // The calling thread, and those that it starts, give way to all others from then on.
  bool give_way = false;
  Progress progress = {};  // in bytes
  const std::atomic<bool>* stopping = nullptr;
};
struct Merged {
  std::uint64_t carriers = 0;
  std::uint64_t left = 0;  // that wanted it and were changed meanwhile
};
// kUnavailable: another process merges; kCancelled: `stopping` became true; kCorrupt: a segment is
// damaged: `hitokoe index rebuild` makes it anew; kIo. The old state stands then.
Result<Merged> merge_index(const std::filesystem::path& data, identity::KeyStore& keys,
                           const MergeOptions& options = {});

struct SnapshotEntry {  // a row of `index list`
  std::string snapshot, party, controller, delegation;
  std::uint64_t sequence = 0, records = 0, linked = 0, keys = 0;
  JstDay as_of{};
  bool own = false;
  std::uint64_t unlinked = 0;  // records without the carrier's number that found no customer
  std::uint64_t rejected = 0;  // rows of the holder's file that its agent refused
  std::uint64_t ledger = 0;    // records that the registry has for this snapshot
  bool canaries = false;       // a delegator's list of decoys: nobody's customers
};

// Changes the index in a data folder; one process at a time (a lock file), readers undisturbed.
class IndexWriter {
 public:
  // `progress`: how far an add_all(), add(), rebuild() or verify() is, in bytes. Of an addition:
  // the files, half of each as it is read and half as it is merged.
  // Of rebuild(): the entries at rest. Of verify(): these, and keys and customers of the caches.
  // Where one of the last two fails, it ends short of the total.
  static Result<std::unique_ptr<IndexWriter>> open(const std::filesystem::path& data,
                                                   identity::KeyStore& keys,
                                                   const registry::Registry& registry,
                                                   Progress progress = {});
  virtual ~IndexWriter() = default;
  enum class Added { kNew, kReplaced, kUnchanged };
  // kCorrupt, kForbidden (signed by another than the enrolled party), kConflict (older sequence),
  // kUnsupported (tables or epoch do not match). Leaves no trace on failure.
  virtual Result<Added> add(const std::filesystem::path& hkf) = 0;
  // The same for many files with one merge; result[i] belongs to files[i]. Those that are refused
  // do not hinder the others.
  virtual std::vector<Result<Added>> add_all(std::span<const std::filesystem::path> files) = 0;
  // kNotFound: the index has no such snapshot.
  virtual Result<void> drop(const std::string& snapshot) = 0;
  virtual Result<std::vector<SnapshotEntry>> list() = 0;
  // Checksums and structure of everything at rest; kCorrupt names the file and the block.
  virtual Result<void> verify() = 0;
  // Makes every cache anew from the entries at rest.
  virtual Result<void> rebuild() = 0;
};

// One exposure: documents are fed in any order and split; `finish` attributes. Called from one
// thread; matches on Options::threads. Many exposures may run side by side over one index. Memory
// beside the index grows with what is found, not with the documents: see resolve/findings.h,
// attribute/leak.h, and decode/ for what a format holds while it is read.
class Exposure {
 public:
  static std::unique_ptr<Exposure> begin(std::shared_ptr<const Index> index,
                                         std::shared_ptr<const registry::Registry> registry,
                                         identity::KeyStore& keys, Options options);
  virtual ~Exposure() = default;
  // One whole document. `name` is for warnings; `content_type` may be empty.
  virtual Result<void> add(std::string_view name, ByteView document,
                           std::string_view content_type) = 0;
  virtual Result<void> add_file(const std::filesystem::path& path) = 0;  // streams; folders too
  // kCorrupt: a block of the index that was looked at is damaged, and what was found, or not found,
  // counts for nothing: `hitokoe index verify` tells more, `hitokoe index rebuild` mends it.
  virtual Result<ScanReport> finish() = 0;
  // Do its documents announce a password? Of all that was added so far.
  virtual bool announces_passwords() const = 0;
  // Rows that an interrupted scan had matched before (Options::resume). 0: it began anew.
  virtual std::uint64_t rows_known() const = 0;
  // What add_file(path) would read, at the cost of listing the folders: the bytes of the file, or
  // of all files under the folder. Nothing where nobody knows: a pipe, or nothing is there.
  static std::optional<std::uint64_t> bytes_at(const std::filesystem::path& path);
};

}  // namespace hitokoe::matcher
