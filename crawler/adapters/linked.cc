// Sites without a list, whose pages are fetched when a capture of another source links to them:
// `linked` by the source's own pattern, haste (hastebin and its kind: /raw/KEY gives the text) and
// rentry (the page as people see it: its raw text wants a code of the author's).
//
// `linked` was tested against pnopaste, the others against made-up links and answers only.
#include "crawler/adapters/adapter.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

class LinkedPages final : public Adapter {
 public:
  // Of links to the source's own host, by path; `pattern` empty: the source's own, over the link.
  LinkedPages(const std::string& pattern, std::string_view key, std::string_view url)
      : key_(key), url_(url) {
    if (!pattern.empty())
      pattern_ = std::make_shared<const text::Regex>(text::Regex::compile(pattern).value());
  }

  bool lists() const override { return false; }

  void check(const Source& source, int line, text::YamlProblems& problems) const override {
    if (pattern_ || source.item.link) return;
    problems.add(line, {"item: linked needs link, the pattern of the links to follow",
                        "item: linked には link（たどるリンクの正規表現）が必要"});
  }

  Result<Listing> read_list(const Source& /*source*/, const Answer& /*answer*/,
                            ListMemory& /*memory*/) const override {
    return Listing{};
  }

  std::optional<Linked> linked(const Source& source, std::string_view link) const override {
    const auto url = net::Url::parse(link);
    if (!url || url.value().host() != source.url.host()) return std::nullopt;
    const auto match =
        pattern_ ? pattern_->search(url.value().target()) : source.item.link->search(link);
    if (!match) return std::nullopt;
    const std::vector<std::string> groups(match->begin(), match->end());
    const auto& key = pattern_ ? key_ : source.item.key;
    const auto& form = pattern_ ? url_ : source.item.url;
    auto to = source.url.resolve(form.empty() ? url.value().target() : expand(form, groups));
    if (!to) return std::nullopt;
    auto name = key.empty() ? to.value().text() : expand(key, groups);
    if (name.empty() || name.size() > kLongestKey) return std::nullopt;
    return Linked{std::move(name), to.value().text()};
  }

 private:
  std::shared_ptr<const text::Regex> pattern_;
  std::string key_;
  std::string url_;
};

}  // namespace

const Adapter& linked_adapter() {
  static const LinkedPages adapter("", "", "");
  return adapter;
}

const Adapter& haste_adapter() {
  static const LinkedPages adapter(
      R"(^/(?:raw/|documents/)?([A-Za-z0-9]{4,40})(?:\.[a-z0-9]{1,12})?$)", R"(\1)", R"(/raw/\1)");
  return adapter;
}

const Adapter& rentry_adapter() {
  static const LinkedPages adapter(R"(^/([A-Za-z0-9_-]{3,100})(?:/raw)?/?$)", R"(\1)", R"(/\1)");
  return adapter;
}

}  // namespace hitokoe::crawler
