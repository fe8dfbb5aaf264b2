// JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/).
//
// Tested against made-up feeds only.
#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

class JsonFeed final : public Adapter {
 public:
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& /*memory*/) const override {
    const auto value = read_json(answer.body);
    const auto* feed = value ? value->if_object() : nullptr;
    const auto* items = feed == nullptr ? nullptr : array_at(*feed, "items");
    if (items == nullptr)
      return fail(Errc::kBadInput, "JSON Feed: no items", "JSON Feed: items がありません");
    std::vector<FeedEntry> entries;
    for (const auto& item : *items) {
      const auto* fields = item.if_object();
      if (fields == nullptr) continue;
      FeedEntry entry{text_at(*fields, "id"), text_at(*fields, "url"),
                      text_at(*fields, "date_modified")};
      if (entry.link.empty()) entry.link = text_at(*fields, "external_url");
      if (entry.updated.empty()) entry.updated = text_at(*fields, "date_published");
      if (!entry.id.empty() || !entry.link.empty()) entries.push_back(std::move(entry));
    }
    return read_entries(source, answer.url, entries);
  }
};

}  // namespace

const Adapter& json_feed_adapter() {
  static const JsonFeed adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
