// 4chan's read-only interface: /BOARD/threads.json, /BOARD/thread/NO.json.
//
// Its rules: one request a second at most, a thread not more often than every ten seconds,
// If-Modified-Since. Of a thread that grew only the new posts become a capture.
//
// Tested against made-up answers only.
#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/posts_page.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

// "NO LAST-MODIFIED": the greatest post that was read.
struct Place {
  std::uint64_t post = 0;
  std::string last_modified;

  static Place parse(std::string_view memory) {
    const auto space = std::min(memory.find(' '), memory.size());
    return {whole_number(memory.substr(0, space)).value_or(0),
            std::string(memory.substr(std::min(space + 1, memory.size())))};
  }
  std::string text() const { return std::to_string(post) + " " + last_modified; }
};

class Imageboard final : public Adapter {
 public:
  Duration least_delay() const override { return std::chrono::seconds(1); }
  Duration least_schedule() const override { return std::chrono::seconds(10); }

  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& /*memory*/) const override {
    const auto value = read_json(answer.body);
    const auto* pages = value ? value->if_array() : nullptr;
    if (pages == nullptr)
      return fail(Errc::kBadInput, "4chan: not a list of threads", "4chan: 一覧ではありません");
    Collector out(source, answer.url);
    for (const auto& page : *pages) {
      const auto* fields = page.if_object();
      const auto* threads = fields == nullptr ? nullptr : array_at(*fields, "threads");
      if (threads == nullptr) continue;
      for (const auto& thread : *threads) {
        const auto* of = thread.if_object();
        const auto number = of == nullptr ? std::nullopt : number_at(*of, "no");
        if (!number) continue;
        const auto id = std::to_string(*number);
        if (!out.add(id, "thread/" + id + ".json", text_at(*of, "last_modified")))
          return out.take();
      }
    }
    return out.take();
  }

  Ask ask_item(const Source& /*source*/, const std::string& url,
               std::string_view memory) const override {
    return {.url = url, .last_modified = Place::parse(memory).last_modified};
  }

  bool heeds_item_type() const override { return false; }

  ItemReading read_item(const Source& /*source*/, const Answer& answer, const std::string& /*url*/,
                        std::string_view memory) const override {
    using What = ItemReading::What;
    ItemReading out;
    out.memory = memory;
    out.what = What::kNothingNew;
    if (answer.status == 304) return out;
    const auto value = read_json(answer.body);
    const auto* thread = value ? value->if_object() : nullptr;
    const auto* posts = thread == nullptr ? nullptr : array_at(*thread, "posts");
    if (posts == nullptr && answer.is_cut() && !answer.may_come_whole()) {
      // It is as long at every try: taken as it is, up to the cap.
      out.what = What::kTaken;
      out.reason = "cut";
      out.pieces.push_back({.body = Bytes(answer.body.begin(), answer.body.end())});
      return out;
    }
    if (posts == nullptr) {
      out.what = answer.is_cut() ? What::kLater : What::kBlind;
      out.reason = answer.is_cut() ? "cut" : "blind_shape";
      return out;
    }
    auto place = Place::parse(memory);
    const auto known = place.post;
    PostsPage page;
    for (const auto& post : *posts) {
      const auto* fields = post.if_object();
      const auto number = fields == nullptr ? std::nullopt : number_at(*fields, "no");
      if (!number || *number <= known) continue;
      place.post = std::max(place.post, *number);
      page.add(std::to_string(*number), html_of(*fields));
    }
    place.last_modified = net::header(answer.headers, "last-modified").substr(0, 40);
    out.memory = place.text();
    if (page.empty()) return out;
    out.what = What::kTaken;
    out.pieces.push_back(page.take());
    return out;
  }

 private:
  // All of it is HTML already, also names.
  static std::string html_of(const boost::json::object& post) {
    std::string out;
    for (const char* field : {"name", "sub", "com"}) {
      const auto text = text_at(post, field);
      if (!text.empty()) out += "<p>" + text + "</p>\n";
    }
    const auto file = text_at(post, "filename") + text_at(post, "ext");
    if (!file.empty()) out += "<p>" + file + "</p>\n";
    return out;
  }
};

}  // namespace

const Adapter& imageboard_adapter() {
  static const Imageboard adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
