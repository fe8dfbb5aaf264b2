// Which captures of a source belong together: what may be under a password, and the pages that link
// it, since one of them may announce the password.
#pragma once

#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "hitokoe/crawler/capture.h"

namespace hitokoe::service {

// What a capture is by its type and its address. It may be neither; nothing is told by its bytes.
bool is_page(const crawler::CaptureMeta& meta);
bool may_be_locked(const crawler::CaptureMeta& meta);
// Does the page name the other: its path, its address relative to the page's, its key within the
// source? O(page).
bool links(const crawler::CaptureMeta& page, ByteView body, const crawler::CaptureMeta& other);

// Thread-safe. Reads the metadata of the newest captures once: about 50 µs and 300 bytes each.
class LinkedCaptures {
 public:
  static constexpr std::size_t kMostKnown = 20'000;  // the newest captures
  static constexpr std::size_t kMostNear = 200;      // looked at for one, by time of fetching
  static constexpr std::size_t kMostLinked = 16;     // given for one
  static constexpr std::uint64_t kMostPageBytes = 1U << 20;  // announcements stand in short pages

  explicit LinkedCaptures(crawler::CaptureStore& captures) : captures_(captures) {}

  struct Page {
    crawler::CaptureMeta meta;
    Bytes body;
  };
  // Pages of the same source that link it, the nearest in time first. Errors: of the store, but not
  // of a single capture.
  Result<std::vector<Page>> pages_linking(const crawler::CaptureMeta& locked);
  // Ids of what may be locked and is linked by the page; as above.
  Result<std::vector<std::string>> linked_by(const crawler::CaptureMeta& page, ByteView body);

 private:
  Result<void> refresh();
  std::vector<const crawler::CaptureMeta*> near(const crawler::CaptureMeta& to, bool pages) const;

  crawler::CaptureStore& captures_;
  std::mutex mutex_;
  std::unordered_set<std::string> seen_;
  std::vector<crawler::CaptureMeta> known_;  // oldest first; without headers
};

}  // namespace hitokoe::service
