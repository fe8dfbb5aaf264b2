// Discourse, topic by topic: /latest.json lists them, /t/ID.json gives the first posts of one and
// the numbers of all, /t/ID/posts.json?post_ids[]=… the others, a few at a time. For what was there
// before one began to watch, and for posts that `discourse` no longer shows.
//
// A topic is an item that grows: it is read again when it was bumped. A post is taken once, and
// again when other words are shown for it: of those read before, the first ones are looked at
// whenever the topic is read, and the last ones when nothing was added to it. Tested against
// made-up answers only.
#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/known_posts.h"
#include "crawler/adapters/posts_page.h"
#include "crawler/adapters/table.h"
#include "crawler/blindness.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kChunk = 20;         // posts asked for at once, as Discourse's own page does
constexpr std::size_t kMostWaiting = 300;  // numbers that a memory holds …
constexpr std::size_t kLongestPlace = 4000;  // … and their bytes

// How far a topic was read: all posts up to `read`, and the numbers to ask for next. It stands in
// the page of a KnownPosts as "READ", "READ;N,N,N"; "READ;N,N,+" where the topic must be asked for
// the rest.
struct Place {
  std::uint64_t read = 0;
  std::vector<std::uint64_t> waiting;
  bool more = false;

  static Place parse(std::string_view page) {
    Place out;
    const auto mark = std::min(page.find(';'), page.size());
    out.read = whole_number(page.substr(0, mark)).value_or(0);
    auto rest = page.substr(std::min(mark + 1, page.size()));
    out.more = rest.ends_with('+');
    while (!rest.empty() && out.waiting.size() < kMostWaiting) {
      const auto one = rest.substr(0, rest.find(','));
      if (const auto id = whole_number(one)) out.waiting.push_back(*id);
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    }
    return out;
  }
  std::string text() const {
    std::string out = std::to_string(read);
    char before = ';';
    for (const auto id : waiting) {
      out.append(1, before).append(std::to_string(id));
      before = ',';
    }
    if (more) out.append(1, before).append("+");
    return out;
  }
  // The next chunk.
  std::vector<std::uint64_t> asked() const {
    return {waiting.begin(),
            waiting.begin() + static_cast<std::ptrdiff_t>(std::min(kChunk, waiting.size()))};
  }
};

std::string html_of(const boost::json::object& post) {
  std::string out;
  const auto name = text_at(post, "username");
  const auto time = text_at(post, "created_at");
  const auto plain = [](char c) { return c > ' ' && c <= '~' && c != '<' && c != '&'; };
  if (!name.empty() && std::ranges::all_of(name, plain))
    out.append("<address>").append(name).append("</address>\n");
  if (!time.empty() && std::ranges::all_of(time, plain))
    out.append("<time>").append(time).append("</time>\n");
  return out + text_at(post, "cooked");
}

// The numbers of all posts, in order; of something else in their place, none.
std::vector<std::uint64_t> numbers_in(const boost::json::object& stream) {
  std::vector<std::uint64_t> out;
  const auto* all = array_at(stream, "stream");
  if (all == nullptr) return out;
  out.reserve(all->size());
  for (const auto& value : *all) {
    if (const auto* id = value.if_int64(); id != nullptr && *id > 0)
      out.push_back(static_cast<std::uint64_t>(*id));
  }
  std::ranges::sort(out);
  return out;
}

// Posts that were moved here may have smaller numbers than those that were read.
bool was_read(const KnownPosts& known, const Place& place, std::uint64_t id) {
  return known.full() ? id <= place.read : known.contains(std::to_string(id));
}

// What to ask for after a topic's own answer, whose posts are `shown` (sorted) and known by now.
Place after_topic(const KnownPosts& known, const Place& before,
                  const std::vector<std::uint64_t>& all, const std::vector<std::uint64_t>& shown) {
  Place out{.read = before.read, .waiting = {}, .more = false};
  for (const auto id : all) {
    if (was_read(known, before, id) || std::ranges::binary_search(shown, id)) continue;
    out.waiting.push_back(id);
  }
  out.more = out.waiting.size() > kMostWaiting;
  if (out.more) out.waiting.resize(kMostWaiting);
  while (out.text().size() > kLongestPlace) {
    out.waiting.pop_back();
    out.more = true;
  }
  if (!out.waiting.empty()) return out;
  // Nothing was added: what bumped it may be an edit of a last post.
  const bool again = before.read > 0;
  if (!all.empty()) out.read = std::max(out.read, all.back());
  const auto last = all.size() - std::min(kChunk, all.size());
  for (std::size_t i = last; again && i < all.size(); ++i) {
    if (!std::ranges::binary_search(shown, all[i])) out.waiting.push_back(all[i]);
  }
  return out;
}

Place after_chunk(Place place) {
  const auto asked = place.asked();
  place.waiting.erase(place.waiting.begin(),
                      place.waiting.begin() + static_cast<std::ptrdiff_t>(asked.size()));
  if (!asked.empty()) place.read = std::max(place.read, asked.back());
  return place;
}

class DiscourseTopics final : public Adapter {
 public:
  Ask ask_list(const Source& source, std::string_view /*memory*/) const override {
    return {.url = source.url.text() + "latest.json"};
  }

  void check(const Source& source, int line, text::YamlProblems& problems) const override {
    if (!source.url.target().ends_with('/'))
      problems.add(line, {"url: the forum, with '/' at the end", "url: フォーラム。末尾は '/'"});
  }

  bool heeds_item_type() const override { return false; }

  // The memory is when the newest topic that was seen was bumped.
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override {
    const auto value = read_json(answer.body);
    const auto* whole = value ? value->if_object() : nullptr;
    const auto* list = whole == nullptr ? nullptr : object_at(*whole, "topic_list");
    const auto* topics = list == nullptr ? nullptr : array_at(*list, "topics");
    if (topics == nullptr)
      return fail(Errc::kBadInput, "Discourse: no topics", "Discourse: トピックがありません");
    Collector out(source, source.url);
    bool fresh = false;
    for (const auto& topic : *topics) {
      const auto* of = topic.if_object();
      const auto id = of == nullptr ? std::nullopt : number_at(*of, "id");
      if (!id) continue;
      auto bumped = text_at(*of, "bumped_at");
      if (!is_time(bumped)) bumped.clear();
      const auto* pinned = of->if_contains("pinned");
      const bool on_top = pinned != nullptr && pinned->is_bool() && pinned->get_bool();
      fresh = fresh || (!on_top && std::string_view(bumped) > memory.before);
      memory.after = std::max(memory.after, bumped);
      const auto number = std::to_string(*id);
      const auto version = bumped + " " + text_at(*of, "highest_post_number");
      if (!out.add(number, "t/" + number + ".json", version)) break;
    }
    // Sorted by when they were bumped, but for those that are pinned.
    if (fresh && !text_at(*list, "more_topics_url").empty()) turn(answer.url, out);
    return out.take();
  }

  Ask ask_item(const Source& /*source*/, const std::string& url,
               std::string_view memory) const override {
    constexpr std::string_view kEnd = ".json";
    const KnownPosts known(memory);
    const auto asked = Place::parse(known.page()).asked();
    if (asked.empty() || !url.ends_with(kEnd)) return {.url = url};
    std::string chunk = url.substr(0, url.size() - kEnd.size()) + "/posts.json";
    char before = '?';
    for (const auto id : asked) {
      chunk.append(1, before).append("post_ids%5B%5D=").append(std::to_string(id));
      before = '&';
    }
    return {.url = std::move(chunk)};
  }

  ItemReading read_item(const Source& source, const Answer& answer, const std::string& /*url*/,
                        std::string_view memory) const override {
    using What = ItemReading::What;
    ItemReading out;
    out.memory = memory;
    out.what = What::kNothingNew;
    if (answer.status == 304) return out;
    const auto value = read_json(answer.body);
    const auto* whole = value ? value->if_object() : nullptr;
    const auto* stream = whole == nullptr ? nullptr : object_at(*whole, "post_stream");
    const auto* posts = stream == nullptr ? nullptr : array_at(*stream, "posts");
    if (posts == nullptr) {
      // What our own cap cut comes no longer at another try.
      out.what = answer.is_cut() ? What::kLater : What::kBlind;
      out.reason = answer.is_cut() ? std::string("cut") : std::string(why_blind(answer.body));
      if (out.reason.empty()) out.reason = "blind_shape";
      return out;
    }
    KnownPosts known(memory);
    const auto before = Place::parse(known.page());
    const auto asked = before.asked();
    PostsPage page;
    std::vector<std::uint64_t> shown;
    for (const auto& post : *posts) {
      const auto* fields = post.if_object();
      const auto id = fields == nullptr ? std::nullopt : number_at(*fields, "id");
      if (!id || *id == 0) continue;
      shown.push_back(*id);
      const auto number = std::to_string(*id);
      const auto said = said_digest(text_at(*fields, "cooked"));
      const auto seen = known.look(number, said);
      const bool is_new = seen == KnownPosts::Seen::kNew && !was_read(known, before, *id);
      known.keep(number, said);
      if (is_new || seen == KnownPosts::Seen::kEdited) page.add(number, html_of(*fields));
    }
    std::ranges::sort(shown);
    // What was asked for and is not shown to us is not asked for at every bump.
    for (const auto id : asked) known.keep(std::to_string(id), "");
    const auto place = asked.empty() ? after_topic(known, before, numbers_in(*stream), shown)
                                     : after_chunk(before);
    known.go_on_from(place.text());
    out.memory = known.memory();
    if (!page.empty()) {
      out.pieces.push_back(page.take());
      out.pieces.back().base = source.url.text();
      out.what = What::kTaken;
    }
    if (!place.waiting.empty() || place.more) out.what = What::kMore;
    return out;
  }

  // A chunk whose posts are all gone; where the topic is, too, that shows next.
  std::optional<std::string> memory_without_page(std::string_view memory) const override {
    KnownPosts known(memory);
    const auto place = Place::parse(known.page());
    if (place.asked().empty()) return std::nullopt;
    known.go_on_from(after_chunk(place).text());
    return known.memory();
  }

 private:
  static bool is_time(std::string_view text) {
    return text.size() >= 10 && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
             return (c >= '0' && c <= '9') ||
                    std::string_view("-:.+TZ").find(c) != std::string_view::npos;
           });
  }

  static void turn(const net::Url& url, Collector& out) {
    constexpr std::string_view kKey = "page=";
    const std::string_view target = url.target();
    const auto at = target.find(kKey);
    const auto page = at == std::string_view::npos
                          ? 0
                          : whole_number(target.substr(at + kKey.size())).value_or(0);
    out.next("latest.json?page=" + std::to_string(page + 1));
  }
};

}  // namespace

const Adapter& discourse_topics_adapter() {
  static const DiscourseTopics adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
