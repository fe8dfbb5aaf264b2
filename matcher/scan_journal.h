// What a long scan has found so far, on disk: a scan that was interrupted reads and splits its
// input again, but does not match again what is in here. The loss of a crash is what was not yet
// written: at most kBatchesAFrame batches and those in work.
//
// File (0600, in `scans/` of the data folder): "HKSCAN01", the day whose key seals it, a salt, then
// frames: length u32, sealed bytes (AES-256-GCM, crypto::BlockSeal). It holds numbers of customers
// and classes, no text. A frame that was cut by a crash ends the file.
//
// Matching that ends the program: after a crash the batches that may have been in work are matched
// one by one, each noted before (`begin`). One that was begun twice and never ended is left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "hitokoe/base/random.h"
#include "hitokoe/identity/key_store.h"
#include "matcher/resolve/findings.h"

namespace hitokoe::matcher {

// One thread at a time.
class ScanJournal {
 public:
  static constexpr std::uint64_t kBatchesAFrame = 128;  // 65,536 rows
  // A new number for another file format, or other batches from the same input.
  static constexpr std::uint32_t kVersion = 2;

  // Goes on with the journal at `path` when it belongs to the same `scan` (a digest of all that the
  // result depends on), begins it otherwise. kConflict: another process is at it; kIo; kForbidden.
  static Result<std::unique_ptr<ScanJournal>> open(const std::filesystem::path& path,
                                                   const crypto::Digest& scan,
                                                   identity::KeyStore& keys, const JstDay& today,
                                                   Random& random);
  ~ScanJournal();
  ScanJournal(const ScanJournal&) = delete;
  ScanJournal& operator=(const ScanJournal&) = delete;

  // Batches 0 … known()-1 need not be matched.
  std::uint64_t known() const;
  std::uint64_t known_rows() const;  // in them; those left out are not counted
  // What was found in batch `number`; nothing: it was left out. To be called for 0, 1, 2 … in
  // order. kConflict: `digest` is another, the input has changed.
  Result<std::optional<Findings>> take(std::uint64_t number, std::uint64_t digest);

  // Is this batch to be matched alone, and begin() to be called before?
  bool careful(std::uint64_t number) const;
  void begin(std::uint64_t number);
  // In order. After a failed write nothing more is written, and trouble() tells: a scan does not
  // fail because its journal does.
  void note(std::uint64_t number, std::uint64_t digest, const Findings& findings);
  const std::optional<Error>& trouble() const;

  // The scan is done: the file goes.
  void remove();

 private:
  struct State;
  explicit ScanJournal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
