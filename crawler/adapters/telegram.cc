// The public preview of a Telegram channel: https://t.me/s/NAME, older messages with ?before=ID.
//
// A message is captured as it comes with the page: its text and the names of its files. Messages
// with neither are counted only. One that was edited is captured again while the newest page shows
// it. A channel without preview sends visitors to /NAME instead.
//
// Tested against made-up pages only.
#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/known_posts.h"
#include "crawler/adapters/posts_page.h"
#include "crawler/adapters/table.h"
#include "crawler/html.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kWatched = 200;  // messages whose edits are noticed

XPath compiled(const std::string& path) { return XPath::compile(path).value(); }

std::string has_class(const std::string& name) {
  return "contains(concat(' ',normalize-space(@class),' '),' " + name + " ')";
}

struct Paths {
  XPath messages = compiled("//div[@data-post and " + has_class("tgme_widget_message") + "]");
  XPath id = compiled("string(@data-post)");
  XPath parts = compiled(".//*[" + has_class("tgme_widget_message_text") + " or " +
                         has_class("tgme_widget_message_document_title") + " or " +
                         has_class("tgme_widget_message_document_extra") + "]");
};

class Telegram final : public Adapter {
 public:
  void check(const Source& source, int line, text::YamlProblems& problems) const override {
    const auto& path = source.url.target();
    if (!path.starts_with("/s/") || path.size() == 3 || path.find('?') != std::string::npos)
      problems.add(line, {"url: the preview, as https://t.me/s/NAME",
                          "url: プレビューのアドレス、https://t.me/s/NAME"});
  }

  // The memory is a KnownPosts whose page is the greatest number of a message that was seen; what
  // the newest said.
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override {
    Collector out(source, source.url);
    if (!answer.url.target().starts_with("/s/")) {
      auto listing = out.take();
      listing.blind = "blind_no_preview";
      return listing;
    }
    const HtmlPage page(answer.body);
    const auto known = whole_number(KnownPosts(memory.before).page()).value_or(0);
    KnownPosts posts(memory.after);
    std::uint64_t least = 0;
    for (const auto* message : page.select(paths_.messages)) {
      const auto post = page.text(paths_.id, message);
      const auto id = whole_number(post.substr(post.rfind('/') + 1));
      if (!id || *id == 0) continue;
      least = least == 0 ? *id : std::min(least, *id);
      posts.go_on_from(std::to_string(std::max(*id, whole_number(posts.page()).value_or(0))));
      PostsPage text;
      std::string html;
      for (const auto* part : page.select(paths_.parts, message)) html += page.html(part);
      const auto number = std::to_string(*id);
      const auto said = said_digest(html);
      const bool edited = posts.look(number, said) == KnownPosts::Seen::kEdited;
      if ((*id <= known && !edited) || html.empty()) {
        if (!html.empty()) posts.keep(number, said);
        out.saw();
        continue;
      }
      text.add(number, html);
      if (!out.add(number, source.url.target().substr(2) + "/" + number, "", text.take())) break;
      posts.keep(number, said);
    }
    memory.after = posts.memory(kWatched);
    if (least > known + 1) out.next(source.url.target() + "?before=" + std::to_string(least));
    return out.take();
  }

 private:
  Paths paths_;
};

}  // namespace

const Adapter& telegram_adapter() {
  static const Telegram adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
