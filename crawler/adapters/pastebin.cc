// Pastebin's scraping interface: api_scraping.php?limit=250 lists, each paste has a scrape_url.
//
// Its owner asks for one request a second and one list a minute. Where it does not answer with what
// was asked for, it answers 200 and says so in a sentence.
//
// Tested against made-up answers only.
#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

constexpr std::string_view kNoAccess = "DOES NOT HAVE ACCESS";
constexpr std::string_view kNotReady = "File is not ready for scraping yet";
constexpr std::string_view kUnknown = "Error, we cannot find this paste";
constexpr std::size_t kLongestSentence = 200;

bool says(std::string_view body, std::string_view sentence) {
  return body.size() <= kLongestSentence && body.find(sentence) != std::string_view::npos;
}

class Pastebin final : public Adapter {
 public:
  Duration least_delay() const override { return std::chrono::seconds(1); }
  Duration least_schedule() const override { return std::chrono::minutes(1); }

  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& /*memory*/) const override {
    Collector out(source, answer.url);
    const auto value = read_json(answer.body);
    const auto* pastes = value ? value->if_array() : nullptr;
    if (pastes == nullptr) {
      auto listing = out.take();
      const bool refused = says(as_text(answer.body), kNoAccess);
      listing.blind = refused ? "blind_no_access" : "blind_shape";
      return listing;
    }
    for (const auto& paste : *pastes) {
      const auto* fields = paste.if_object();
      if (fields == nullptr) continue;
      const auto key = text_at(*fields, "key");
      if (!key.empty() && !out.add(key, text_at(*fields, "scrape_url"))) break;
    }
    return out.take();
  }

  ItemReading read_item(const Source& source, const Answer& answer, const std::string& url,
                        std::string_view memory) const override {
    using What = ItemReading::What;
    const auto body = as_text(answer.body);
    ItemReading out;
    if (says(body, kNotReady)) {
      out.what = What::kLater;
      out.reason = "not_ready";
      out.wait = std::chrono::minutes(1);
    } else if (body.starts_with(kUnknown) && says(body, kUnknown)) {
      out.what = What::kGone;
      out.reason = "paste_gone";
    } else if (body.starts_with("YOUR IP") && says(body, kNoAccess)) {
      out.what = What::kBlind;
      out.reason = "blind_no_access";
    } else {
      return Adapter::read_item(source, answer, url, memory);
    }
    return out;
  }
};

}  // namespace

const Adapter& pastebin_adapter() {
  static const Pastebin adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
