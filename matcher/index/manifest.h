// What stands in the index folder, and the one file that says so. A change writes new files beside
// the old ones and then replaces the manifest; what the manifest does not name does not exist.
//
//   <data>/index/manifest          this
//   <data>/index/entries/…         entries at rest, one file a snapshot
//   <data>/index/carriers/…        one folder a layer of a carrier and epoch (a cache)
//   <data>/index/filter-…          the pre-filter, and what came since (a cache)
//   <data>/index/merging/…         layers that are being made of others, and a lock on that
//   <data>/index/lock              held by the process that changes the index
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/identity/field.h"

namespace hitokoe::matcher {

struct ManifestSnapshot {
  std::string snapshot, party, controller, delegation;
  bool own = false;
  std::uint64_t sequence = 0;
  std::uint32_t epoch = 0;
  JstDay as_of{};
  std::vector<identity::FieldId> columns;
  std::uint64_t records = 0;
  std::uint64_t rejected = 0;
  std::uint64_t without_ref = 0;  // records without the carrier's customer number
  std::uint64_t linked = 0;       // of these, given a subject
  std::uint64_t keys = 0;
  std::string body;     // hex of the digest of the file's body: the same file again is known by it
  std::string entries;  // file name under entries/
};

struct ManifestCarrier {
  std::string controller;
  std::uint32_t epoch = 0;
  std::vector<std::string> layers;  // folders under carriers/, the lowest first

  friend bool operator==(const ManifestCarrier&, const ManifestCarrier&) = default;
};

struct Manifest {
  std::uint64_t generation = 0;
  std::vector<ManifestSnapshot> snapshots;  // by id
  std::vector<ManifestCarrier> carriers;
  std::string filter;        // empty while fewer than two carriers are there
  std::string filter_since;  // what came since that was made; empty: nothing

  const ManifestSnapshot* find(std::string_view snapshot) const;
};

std::string encode_manifest(const Manifest& manifest);
Result<Manifest> decode_manifest(std::string_view text);  // kCorrupt

// The folder. Copyable; holds nothing open.
class IndexFolder {
 public:
  explicit IndexFolder(const std::filesystem::path& data) : root_(data / "index") {}
  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path entries() const { return root_ / "entries"; }
  std::filesystem::path carriers() const { return root_ / "carriers"; }
  std::filesystem::path temporary() const { return root_ / "tmp"; }
  std::filesystem::path merging() const { return root_ / "merging"; }
  std::vector<std::filesystem::path> layers_of(const ManifestCarrier& carrier) const;

  Result<void> make() const;
  Result<Manifest> read() const;  // kNotFound: nothing was added yet; kCorrupt
  Result<void> write(const Manifest& manifest) const;
  // Removes what the manifest does not name: the rest of a change that was cut short, and what a
  // change replaced. Only with the lock held.
  void sweep(const Manifest& manifest) const;

 private:
  std::filesystem::path root_;
};

// Held by the one process that changes the index: take() waits for the one before.
class IndexLock {
 public:
  static Result<IndexLock> take(const IndexFolder& folder);  // kIo
  // The other lock: held while layers are merged beside the index, which goes on changing.
  // kUnavailable: another process merges.
  static Result<IndexLock> take_merging(const IndexFolder& folder);
  IndexLock(IndexLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  IndexLock& operator=(IndexLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~IndexLock();

 private:
  explicit IndexLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace hitokoe::matcher
