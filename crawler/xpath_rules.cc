#include "crawler/xpath_rules.h"

#include <array>
#include <utility>

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kLongestExpression = 2000;

void require(const OptionalXPath& path, const text::YamlNode& node, const std::string& what,
             text::YamlProblems& problems) {
  if (path.given() || node.has(what.substr(what.rfind(' ') + 1))) return;
  problems.add(node.line(), what + Words{" is missing, an XPath", "（XPath）がありません"});
}

PostPaths read_paths(const text::YamlNode& node, text::YamlProblems& problems,
                     const std::string& what) {
  PostPaths out;
  const std::array<std::pair<const char*, OptionalXPath*>, 6> keys = {{{"each", &out.each},
                                                                       {"id", &out.id},
                                                                       {"author", &out.author},
                                                                       {"date", &out.date},
                                                                       {"body", &out.body},
                                                                       {"next", &out.next}}};
  for (const auto& [key, path] : keys)
    *path = OptionalXPath::read(node.get(key), problems, what + ": " + key);
  require(out.each, node, what + ": each", problems);
  return out;
}

}  // namespace

OptionalXPath OptionalXPath::read(const text::YamlNode& node, text::YamlProblems& problems,
                                  const std::string& what) {
  OptionalXPath out;
  if (node.is_null()) return out;
  const auto text = node.text(problems, what);
  if (text.empty()) return out;
  if (text.size() > kLongestExpression) {
    problems.add(node.line(), what + Words{": at most 2000 bytes", ": 2000 バイトまで"});
    return out;
  }
  auto path = XPath::compile(text);
  if (path) {
    out.path_ = std::move(path).value();
  } else {
    problems.add(node.line(), what + ": " + path.error().words());
  }
  return out;
}

std::string OptionalXPath::text(const HtmlPage& page, HtmlPage::Node from) const {
  return path_ ? page.text(*path_, from) : std::string();
}

std::vector<HtmlPage::Node> OptionalXPath::select(const HtmlPage& page, HtmlPage::Node from) const {
  return path_ ? page.select(*path_, from) : std::vector<HtmlPage::Node>{};
}

std::shared_ptr<const XPathRules> read_xpath_rules(const text::YamlNode& source,
                                                   text::YamlProblems& problems) {
  auto out = std::make_shared<XPathRules>();
  const auto item = source.get("item");
  if (item.expect_map(problems, "item")) {
    out->list = read_paths(item, problems, "item");
    out->url = OptionalXPath::read(item.get("url"), problems, "item: url");
    out->version = OptionalXPath::read(item.get("version"), problems, "item: version");
    if (!out->list.body.given()) require(out->url, item, "item: url", problems);
    item.refuse_unknown(problems);
  }
  const auto posts = source.get("posts");
  if (posts.is_null()) return out;
  if (out->list.body.given()) {
    problems.add(posts.line(), {"posts: not beside item: body, which takes the text from the list",
                                "posts: item: body（一覧から本文を取る）とは併用できません"});
  }
  if (posts.expect_map(problems, "posts")) {
    out->posts = read_paths(posts, problems, "posts");
    require(out->posts->body, posts, "posts: body", problems);
    posts.refuse_unknown(problems);
  }
  return out;
}

}  // namespace hitokoe::crawler
