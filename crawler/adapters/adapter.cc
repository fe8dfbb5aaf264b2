#include "crawler/adapters/adapter.h"

namespace hitokoe::crawler {

void Adapter::check(const Source& /*source*/, int /*line*/,
                    text::YamlProblems& /*problems*/) const {}

Ask Adapter::ask_list(const Source& source, std::string_view /*memory*/) const {
  return {.url = source.url.text()};
}

Ask Adapter::ask_item(const Source& /*source*/, const std::string& url,
                      std::string_view /*memory*/) const {
  return {.url = url};
}

ItemReading Adapter::read_item(const Source& /*source*/, const Answer& answer,
                               const std::string& /*url*/, std::string_view memory) const {
  ItemReading out;
  out.memory = memory;
  if (answer.status == 304) {
    out.what = ItemReading::What::kNothingNew;
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
