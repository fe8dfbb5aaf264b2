// Which posts of one page or thread were taken already: digests of their ids, the newest kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace hitokoe::crawler {

// As text: the page to go on from on the first line, then, in the middle of a reading, a line with
// the mark of turn_page, then 16 hex digits for each post, at most kMost of them, which stays under
// kLongestMemory. Two ids meet by chance with 2^-64.
class KnownPosts {
 public:
  static constexpr std::size_t kMost = 2000;

  // Any text: what is no memory of this kind is forgotten.
  explicit KnownPosts(std::string_view memory);
  const std::string& page() const { return page_; }  // "": the first one
  void go_on_from(std::string_view page);
  // A page with these posts was read, and names another. False: it was read before in this reading,
  // so the pages lead in a circle, or one is given for every number beyond the last. Noticed within
  // three times as many pages as the circle has and those before it (R. Brent's way of finding
  // cycles, BIT 20, 1980: one page is remembered, a later one each time the distance has doubled).
  bool turn_page(std::string_view posts);
  void reading_is_over();
  bool contains(std::string_view id) const;
  void add(std::string_view id);  // again: changes nothing
  std::string memory() const;

 private:
  void read_mark(std::string_view line);

  std::string page_;
  std::string mark_;                // digest of a page; empty: none was turned
  std::uint32_t since_ = 0;         // pages read after it
  std::uint32_t moves_at_ = 1;      // so many of them, and the mark is put anew
  std::vector<std::string> order_;  // the oldest first
  std::unordered_set<std::string> known_;
};

}  // namespace hitokoe::crawler
