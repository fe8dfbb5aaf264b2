// What gangs claim, as others collect it: ransomwatch (posts.json) and RansomLook (/api/recent/N,
// /api/posts/period/A/B). Both list posts with post_title, group_name and discovered.
//
// What is new in a round becomes one capture, a post a line (JSON), without screenshots.
// Tested against made-up answers only.
#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

// "2026-04-01 02:03:04.567": can be compared.
bool is_time(std::string_view text) {
  return text.size() >= 10 && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') ||
                  std::string_view("-:.+TZ ").find(c) != std::string::npos;
         });
}

class RansomFeed final : public Adapter {
 public:
  bool heeds_item_type() const override { return false; }

  // The memory is when the newest post that was seen was discovered.
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override {
    const auto value = read_json(answer.body);
    const auto* posts = value ? value->if_array() : nullptr;
    if (posts == nullptr)
      return fail(Errc::kBadInput, "ransom feed: no list", "ransom feed: 一覧ではありません");
    Collector out(source, answer.url);
    std::string fresh;
    for (const auto& post : *posts) {
      const auto* fields = post.if_object();
      if (fields == nullptr) continue;
      const auto discovered = text_at(*fields, "discovered");
      if (!is_time(discovered) || fields->if_contains("post_title") == nullptr) continue;
      out.saw();
      if (std::string_view(discovered) <= memory.before) continue;
      memory.after = std::max(memory.after, discovered);
      auto kept = *fields;
      kept.erase("screen");
      fresh += boost::json::serialize(kept) + "\n";
    }
    if (!fresh.empty()) {
      Piece piece{.body = Bytes(fresh.begin(), fresh.end()),
                  .content_type = "application/x-ndjson; charset=utf-8"};
      out.add("posts until " + memory.after, answer.url.text(), "", std::move(piece));
    }
    return out.take();
  }
};

}  // namespace

const Adapter& ransom_feed_adapter() {
  static const RansomFeed adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
