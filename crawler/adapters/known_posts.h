// Which posts of one page or thread were taken already: digests of their ids, the newest kept.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace hitokoe::crawler {

// As text: the page to go on from on the first line, then 16 hex digits for each post, at most
// kMost of them, which stays under kLongestMemory. Two ids meet by chance with 2^-64.
class KnownPosts {
 public:
  static constexpr std::size_t kMost = 2000;

  // Any text: what is no memory of this kind is forgotten.
  explicit KnownPosts(std::string_view memory);
  const std::string& page() const { return page_; }  // "": the first one
  void go_on_from(std::string_view page);
  bool contains(std::string_view id) const;
  void add(std::string_view id);  // again: changes nothing
  std::string memory() const;

 private:
  std::string page_;
  std::vector<std::string> order_;  // the oldest first
  std::unordered_set<std::string> known_;
};

}  // namespace hitokoe::crawler
