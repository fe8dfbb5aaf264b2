// Discourse: /posts.json gives the newest posts of all topics with their HTML, older ones with
// ?before=ID. Nothing else is fetched: a post is captured as it comes with the list.
//
// A post that was edited is captured again while the newest page shows it; for all posts of a
// topic, also old ones, see discourse_topics.cc. Tested against made-up answers only.
#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/known_posts.h"
#include "crawler/adapters/posts_page.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

// Some versions give the visible ones of 50 numbers in a row, which may be none.
constexpr std::uint64_t kNumbersAPage = 50;
constexpr std::size_t kWatched = 200;  // posts whose edits are noticed

std::optional<std::uint64_t> asked_before(const net::Url& url) {
  constexpr std::string_view kKey = "before=";
  const std::string_view target = url.target();
  const auto at = target.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  const auto value = target.substr(at + kKey.size());
  return whole_number(value.substr(0, value.find('&')));
}

class Discourse final : public Adapter {
 public:
  Ask ask_list(const Source& source, std::string_view /*memory*/) const override {
    return {.url = source.url.text() + "posts.json"};
  }

  void check(const Source& source, int line, text::YamlProblems& problems) const override {
    if (!source.url.target().ends_with('/'))
      problems.add(line, {"url: the forum, with '/' at the end", "url: フォーラム。末尾は '/'"});
  }

  // The memory is a KnownPosts whose page is the greatest number of a post that was seen; what the
  // newest said.
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override {
    const auto value = read_json(answer.body);
    const auto* whole = value ? value->if_object() : nullptr;
    const auto* posts = whole == nullptr ? nullptr : array_at(*whole, "latest_posts");
    if (posts == nullptr)
      return fail(Errc::kBadInput, "Discourse: no posts", "Discourse: 投稿がありません");
    Collector out(source, source.url);
    const auto known = whole_number(KnownPosts(memory.before).page()).value_or(0);
    KnownPosts watched(memory.after);
    const auto before = asked_before(answer.url);
    std::uint64_t least = 0;
    for (const auto& post : *posts) {
      const auto* fields = post.if_object();
      const auto id = fields == nullptr ? std::nullopt : number_at(*fields, "id");
      if (!id || *id == 0) continue;
      least = least == 0 ? *id : std::min(least, *id);
      watched.go_on_from(std::to_string(std::max(*id, whole_number(watched.page()).value_or(0))));
      const auto number = std::to_string(*id);
      const auto html = text_at(*fields, "cooked");
      const auto said = said_digest(html);
      if (*id <= known && watched.look(number, said) != KnownPosts::Seen::kEdited) {
        watched.keep(number, said);
        out.saw();
        continue;
      }
      PostsPage page;
      page.add(number, html);
      auto piece = page.take();
      piece.base = source.url.text();
      if (!out.add(number, "p/" + number, "", std::move(piece))) break;
      watched.keep(number, said);
    }
    memory.after = watched.memory(kWatched);
    std::uint64_t next = 0;
    if (least > 1) {
      next = least - 1;
    } else if (least == 0 && before && *before > kNumbersAPage) {
      next = *before - kNumbersAPage;
    }
    if (next > known) out.next("posts.json?before=" + std::to_string(next));
    return out.take();
  }
};

}  // namespace

const Adapter& discourse_adapter() {
  static const Discourse adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
