// A site's lists and pages by XPath 1.0, as a source file writes them: kind `xpath`.
#pragma once

#include <optional>
#include <string>

#include "crawler/html.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::crawler {

// An expression that may be missing; it is then "" wherever it is asked.
class OptionalXPath {
 public:
  // `node` null: none. A problem where it is no XPath 1.0.
  static OptionalXPath read(const text::YamlNode& node, text::YamlProblems& problems,
                            const std::string& what);
  bool given() const { return path_.has_value(); }
  std::string text(const HtmlPage& page, HtmlPage::Node from = nullptr) const;
  std::vector<HtmlPage::Node> select(const HtmlPage& page, HtmlPage::Node from = nullptr) const;

 private:
  std::optional<XPath> path_;
};

// Where things stand: `each` and `next` are asked of the page, the others of each node.
struct PostPaths {
  OptionalXPath each;    // a node for each entry; always given
  OptionalXPath id;      // what makes it the same entry; not given: its URL, or what it says
  OptionalXPath author;  // shown in the capture
  OptionalXPath date;    // shown in the capture, as it is written
  OptionalXPath body;    // mark-up
  OptionalXPath next;    // the address of the next page; nothing on the last one
};

struct XPathRules {
  PostPaths list;
  OptionalXPath url;      // of an item's page; given, unless the list has the text itself
  OptionalXPath version;  // what changes when there is more behind it
  // How an item's page is read post by post; nothing: the page is captured as it came.
  std::optional<PostPaths> posts;
};

// From the keys `item` and `posts` of a source; problems with their lines.
std::shared_ptr<const XPathRules> read_xpath_rules(const text::YamlNode& source,
                                                   text::YamlProblems& problems);

}  // namespace hitokoe::crawler
