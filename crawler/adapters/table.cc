#include "crawler/adapters/table.h"

#include <array>
#include <utility>

#include "crawler/adapters/adapter.h"

namespace hitokoe::crawler {

namespace {

using Row = std::pair<std::string_view, const Adapter& (*)()>;

constexpr std::array kTable = {
    Row{"list", list_adapter},
    Row{"xpath", xpath_adapter},
    Row{"feed", feed_adapter},
    Row{"json_feed", json_feed_adapter},
    Row{"sitemap", sitemap_adapter},
    Row{"5ch", dat_board_adapter},
    Row{"shitaraba", shitaraba_adapter},
    Row{"machi", machi_adapter},
    Row{"4chan", imageboard_adapter},
    Row{"discourse", discourse_adapter},
    Row{"discourse_topics", discourse_topics_adapter},
    Row{"telegram", telegram_adapter},
    Row{"pastebin", pastebin_adapter},
    Row{"gist", gist_adapter},
    Row{"ransomwatch", ransom_feed_adapter},
    Row{"ransomlook", ransom_feed_adapter},
    Row{"linked", linked_adapter},
    Row{"haste", haste_adapter},
    Row{"rentry", rentry_adapter},
    Row{"privatebin", privatebin_adapter},
};

}  // namespace

const Adapter* adapter_of(std::string_view kind) {
  for (const auto& [name, adapter] : kTable) {
    if (name == kind) return &adapter();
  }
  return nullptr;
}

std::string kinds_of_adapters() {
  std::string out;
  for (const auto& [name, adapter] : kTable) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

}  // namespace hitokoe::crawler
