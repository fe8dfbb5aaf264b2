#include "crawler/adapters/adapter.h"

#include <algorithm>

namespace hitokoe::crawler {

namespace {

// "Text/Plain; charset=x" → "text/plain".
std::string media_type_of(const Answer& answer) {
  std::string type(net::header(answer.headers, "content-type"));
  type = type.substr(0, type.find_first_of("; \t"));
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return type;
}

}  // namespace

void Adapter::check(const Source& /*source*/, int /*line*/,
                    text::YamlProblems& /*problems*/) const {}

Ask Adapter::ask_list(const Source& source, std::string_view /*memory*/) const {
  return {.url = source.url.text()};
}

Ask Adapter::ask_item(const Source& /*source*/, const std::string& url,
                      std::string_view /*memory*/) const {
  return {.url = url};
}

ItemReading Adapter::read_item(const Source& source, const Answer& answer,
                               const std::string& /*url*/, std::string_view memory) const {
  ItemReading out;
  out.memory = memory;
  if (answer.status == 304) {
    out.what = ItemReading::What::kNothingNew;
    return out;
  }
  if (!source.item.type.empty() && media_type_of(answer) != source.item.type) {
    // A form to sign in, a notice, the start page: a page of the site's, not the item.
    out.what = ItemReading::What::kForeign;
    out.reason = "item_type";
    return out;
  }
  out.pieces.push_back({.body = Bytes(answer.body.begin(), answer.body.end())});
  return out;
}

std::optional<std::string> Adapter::memory_without_page(std::string_view /*memory*/) const {
  return std::nullopt;
}

std::optional<Linked> Adapter::linked(const Source& /*source*/, std::string_view /*link*/) const {
  return std::nullopt;
}

}  // namespace hitokoe::crawler
