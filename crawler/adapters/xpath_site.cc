// Any site, by the XPath of its source file: a list whose entries are items, and, where the file
// says how, an item's page post by post and page by page. See crawler/xpath_rules.h.
//
// The memory of a list whose entries come with their text, and of an item that is read by posts, is
// a KnownPosts: a post is taken once, by its id, and again when a page that is read again shows
// other words for it.
//
// Tested against real servers (bepasty, Fossil) and made-up pages of the forums in
// config/sources/forums-xpath.example.yaml.
#include "crawler/adapters/adapter.h"
#include "crawler/adapters/known_posts.h"
#include "crawler/adapters/posts_page.h"
#include "crawler/adapters/table.h"
#include "crawler/blindness.h"
#include "crawler/xpath_rules.h"

namespace hitokoe::crawler {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

// What links are relative to: <base href>, where there is one (XenForo 1).
net::Url base_of(const HtmlPage& page, const Answer& answer) {
  static const auto base_path = XPath::compile("//base/@href").value();
  const auto href = page.text(base_path);
  if (href.empty()) return answer.url;
  const auto base = answer.url.resolve(href);
  return base ? base.value() : answer.url;
}

// Of a page's posts, and of one: a page whose posts lie in each other says everything many times.
constexpr std::size_t kMostText = 32U << 20;

// What a post says, who says it, and when.
struct Post {
  std::string id;
  std::string html;
  std::string said{};  // digest of its body's words
  bool empty = true;   // without a body
};

Post read_post(const PostPaths& paths, const HtmlPage& page, HtmlPage::Node node) {
  Post out;
  std::string body;
  for (const auto* part : paths.body.select(page, node)) {
    if (body.size() > kMostText) break;  // parts within parts
    body += page.html(part);
  }
  if (body.empty()) body = escaped(paths.body.text(page, node));
  out.empty = body.empty();
  out.said = said_digest(body);
  const auto author = paths.author.text(page, node);
  const auto date = paths.date.text(page, node);
  if (!author.empty()) out.html += "<address>" + escaped(author) + "</address>\n";
  if (!date.empty()) out.html += "<time>" + escaped(date) + "</time>\n";
  out.html += body;
  out.id = paths.id.text(page, node);
  if (out.id.empty()) out.id = out.html;
  return out;
}

class XPathSite final : public Adapter {
 public:
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override {
    const auto& rules = *source.xpath;
    const HtmlPage page(answer.body);
    const auto base = base_of(page, answer);
    Collector out(source, base);
    const bool with_text = rules.list.body.given();
    // `after` already holds what earlier pages of this round showed.
    KnownPosts known(memory.after);
    bool fresh = false;
    auto entries = rules.list.each.select(page);
    leave_the_last(entries, answer.is_cut());
    for (const auto* node : entries) {
      const auto url = rules.url.text(page, node);
      auto key = rules.list.id.text(page, node);
      if (!with_text) {
        if (!out.add(std::move(key), url, rules.version.text(page, node))) break;
        continue;
      }
      auto post = read_post(rules.list, page, node);
      if (key.empty()) key = url.empty() ? post.id : url;
      const bool same = known.look(key, post.said) == KnownPosts::Seen::kSame;
      if (post.empty || same) {
        if (!post.empty) known.keep(key, post.said);
        out.saw();
        continue;
      }
      PostsPage text;
      text.add(key, post.html);
      auto piece = text.take();
      piece.base = base.text();
      if (!out.add(key, url.empty() ? answer.url.text() : url, "", std::move(piece))) break;
      known.keep(key, post.said);
      fresh = true;
    }
    if (with_text) memory.after = known.memory();
    // Where texts come with the list, a page without a new one is the end of what is new.
    const auto next = rules.list.next.text(page);
    if (!next.empty() && (fresh || !with_text)) out.next(next);
    auto listing = out.take();
    if (listing.seen > 0 && listing.unusable == listing.seen) listing.blind = "blind_shape";
    return listing;
  }

  Ask ask_item(const Source& source, const std::string& url,
               std::string_view memory) const override {
    if (!source.xpath->posts) return {.url = url};
    const KnownPosts known(memory);
    return {.url = known.page().empty() ? url : known.page()};
  }

  ItemReading read_item(const Source& source, const Answer& answer, const std::string& url,
                        std::string_view memory) const override {
    if (!source.xpath->posts || answer.status == 304)
      return Adapter::read_item(source, answer, url, memory);
    const auto& paths = *source.xpath->posts;
    const HtmlPage page(answer.body);
    ItemReading out;
    out.memory = memory;
    auto nodes = paths.each.select(page);
    if (nodes.empty()) {
      out.what = ItemReading::What::kBlind;
      out.reason = why_blind(answer.body);
      if (out.reason.empty()) out.reason = "blind_shape";
      return out;
    }
    // The rest of it, and the pages behind it, are read when the page comes whole. What our own cap
    // cut never does: its last post is taken as far as it goes.
    leave_the_last(nodes, answer.may_come_whole());
    KnownPosts known(memory);
    PostsPage text;
    std::size_t said = 0;
    std::string ids;
    for (const auto* node : nodes) {
      if (said > kMostText) break;
      const auto post = read_post(paths, page, node);
      said += post.html.size();
      ids += post.id + "\n";
      if (post.empty) continue;
      const bool same = known.look(post.id, post.said) == KnownPosts::Seen::kSame;
      known.keep(post.id, post.said);
      if (same) continue;
      text.add(post.id, post.html);
    }
    out.what = text.empty() ? ItemReading::What::kNothingNew : ItemReading::What::kTaken;
    if (!text.empty()) {
      out.pieces.push_back(text.take());
      out.pieces.back().base = base_of(page, answer).text();
    }
    if (answer.may_come_whole()) {
      out.what = ItemReading::What::kLater;
      out.reason = "cut";
      out.memory = known.memory();
      return out;
    }
    if (answer.is_cut()) out.reason = "cut";
    const auto next = next_page(paths, page, answer, url);
    if (next && known.turn_page(ids)) {
      known.go_on_from(next->text());
      out.what = ItemReading::What::kMore;
    } else {
      known.reading_is_over();
    }
    out.memory = known.memory();
    return out;
  }

  // Posts that were deleted may take a thread's last page with them.
  std::optional<std::string> memory_without_page(std::string_view memory) const override {
    KnownPosts known(memory);
    if (known.page().empty()) return std::nullopt;
    known.go_on_from("");
    known.reading_is_over();
    return known.memory();
  }

 private:
  // Of the same host, which this attempt holds, and another page than this one.
  static std::optional<net::Url> next_page(const PostPaths& paths, const HtmlPage& page,
                                           const Answer& answer, const std::string& item) {
    const auto reference = paths.next.text(page);
    if (reference.empty()) return std::nullopt;
    auto next = base_of(page, answer).resolve(reference);
    const auto home = net::Url::parse(item);
    if (!next || !home || next.value().origin() != home.value().origin()) return std::nullopt;
    if (next.value().text() == answer.url.text()) return std::nullopt;
    return std::move(next).value();
  }
};

}  // namespace

const Adapter& xpath_adapter() {
  static const XPathSite adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
