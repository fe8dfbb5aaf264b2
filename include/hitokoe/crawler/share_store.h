// Shares that captures named, as they are kept: each once, with where and when it was seen. What
// their names and files say is sealed with the key of the (JST) day on which they were seen last,
// as captures of that day are; a share goes with the last capture that named it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/crawler/file_shares.h"

namespace hitokoe::crawler {

struct ShareSighting {
  std::string capture, source;
  UtcTime at{};
  friend bool operator==(const ShareSighting&, const ShareSighting&) = default;
};

struct SeenShare {
  std::string id;        // share_id
  FileShare share;       // `key`, `kind`, `size` and `file_count` alone where `readable` is false
  bool readable = true;  // false: the day's key was destroyed
  UtcTime first{}, last{};
  std::uint64_t sightings = 0;
  std::vector<ShareSighting> seen;  // the newest first, at most 20; given by load() alone
  std::vector<std::string> terms;   // ids of watch terms that its names hold; sorted
};

// "SHR-" and 16 hex digits of SHA-256 over the key.
std::string share_id(std::string_view key);

struct ShareFilter {
  std::optional<ShareKind> kind{};
  bool with_terms = false;             // only those whose names hold a watch term
  std::optional<std::string> after{};  // an id: those seen before it, for the next page
  std::size_t limit = 100;             // 1 to 1000
};

// Port; the implementation is storage/sql.
class ShareStore {
 public:
  virtual ~ShareStore() = default;
  // Durable when it returns. The same capture again changes nothing but what is known of the share.
  // Sealed with the key of the newest day on which it was seen and whose key is there.
  // @return whether the share is new. kForbidden: the keys of those days are all destroyed.
  virtual Result<bool> add(const FileShare& share, const ShareSighting& seen,
                           const std::vector<std::string>& terms) = 0;
  virtual Result<std::vector<SeenShare>> list(const ShareFilter& filter) = 0;  // last seen first
  virtual Result<SeenShare> load(const std::string& id) = 0;                   // kNotFound
};

// One object; keys in docs/shares.md. Identifiers of people in names, files and comments are
// masked.
std::string to_json(const SeenShare& share);
// A name of others as a screen may show it.
std::string masked_name(std::string_view name);
// What a share is known by, likewise: of a link to a host also what "%40" and the like hide.
std::string masked_key(const FileShare& share);
// What is kept sealed, and back. kCorrupt.
std::string packed(const FileShare& share);
Result<void> unpack(std::string_view text, FileShare& into);

}  // namespace hitokoe::crawler
