// HTML of others, by libxml2's forgiving parser, asked by XPath 1.0.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

// An expression that was compiled once. Immutable; safe from any thread.
class XPath {
 public:
  static Result<XPath> compile(const std::string& expression);  // kBadInput

  struct State;

 private:
  explicit XPath(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
  friend class HtmlPage;
};

// One page. Not thread-safe. What the page says of its character set is not believed more than
// detection is. Deep nesting is cut where libxml2 does it; a query that takes too many steps finds
// nothing.
class HtmlPage {
 public:
  explicit HtmlPage(ByteView body);
  ~HtmlPage();
  HtmlPage(const HtmlPage&) = delete;
  HtmlPage& operator=(const HtmlPage&) = delete;

  using Node = const void*;  // lives as long as the page
  // Elements (or attributes) in the order of the page; `from` null: of the whole page.
  std::vector<Node> select(const XPath& path, Node from = nullptr) const;
  // The text of the first that is found, or of a string or number; "" where there is none. No
  // space around it.
  std::string text(const XPath& path, Node from = nullptr) const;
  std::string html(Node node) const;  // as mark-up, in UTF-8

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::crawler
