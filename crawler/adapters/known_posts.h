// Which posts of one page or thread were taken already: digests of their ids and of what they said,
// the newest kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace hitokoe::crawler {

// As text: the page to go on from on the first line, then, in the middle of a reading, a line with
// the mark of turn_page, then for each post 16 hex digits of its id and, after a space, 8 of what
// it said, where that was told; at most kMost of them, which stays under kLongestMemory. Two ids
// meet by chance with 2^-64; an edit is overlooked with 2^-32.
class KnownPosts {
 public:
  static constexpr std::size_t kMost = 2000;
  enum class Seen { kNew, kSame, kEdited };

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
  bool full() const { return order_.size() >= kMost; }  // older ones may have been forgotten
  // A post that says this now (see said_digest). kSame also where its words were not told before,
  // and for one that was kept since the memory was read: a page that shows one post twice does not
  // edit it.
  Seen look(std::string_view id, std::string_view said) const;
  // Known from now on, with these words.
  void keep(std::string_view id, std::string_view said);
  std::string memory(std::size_t most = kMost) const;  // the newest

 private:
  void read_mark(std::string_view line);

  std::string page_;
  std::string mark_;                                    // digest of a page; empty: none was turned
  std::uint32_t since_ = 0;                             // pages read after it
  std::uint32_t moves_at_ = 1;                          // so many of them, and the mark is put anew
  std::vector<std::string> order_;                      // the oldest first
  std::unordered_map<std::string, std::string> known_;  // what it said, "" for not told, by its id
  std::unordered_set<std::string> kept_;
};

// 8 hex digits of the words of a post, given as HTML: without mark-up and white space, which change
// where nobody edits (images in other sizes, links with another session). "" where it says nothing.
std::string said_digest(std::string_view html);

}  // namespace hitokoe::crawler
