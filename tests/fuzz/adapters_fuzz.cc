// What any site may answer to any adapter: lists, items and links of any bytes, with any memory.
// What is read keeps its limits, and nothing is taken twice from the same answer.
#include <array>
#include <cstdlib>
#include <set>
#include <string>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/privatebin_paste.h"
#include "crawler/blindness.h"
#include "crawler/links.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/intake.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::crawler;

const std::vector<Source>& sources() {
  static const std::vector<Source> all = [] {
    std::string yaml = "sources:\n";
    const std::array<std::array<const char*, 3>, 21> kinds = {{
        {"feed", "/feed", ""},
        {"json_feed", "/feed", ", item: {again: updated}"},
        {"sitemap", "/sitemap.xml", ", item: {again: updated}"},
        {"5ch", "/news/", ""},
        {"shitaraba", "/game/1/", ""},
        {"machi", "/tokyo/", ""},
        {"4chan", "/b/threads.json", ""},
        {"discourse", "/", ""},
        {"telegram", "/s/chan", ""},
        {"pastebin", "/api", ""},
        {"gist", "/gists", ""},
        {"ransomwatch", "/posts.json", ""},
        {"linked", "/", ", item: {link: '/([a-z]+)$', key: '\\1', url: '/raw/\\1'}"},
        {"haste", "/", ""},
        {"rentry", "/", ""},
        {"privatebin", "/", ""},
        {"list", "/l", ", item: {link: '([a-z]+)-(\\d)', key: '\\1', url: '\\1', version: '\\2'}"},
        {"xpath", "/t",
         ", item: {each: '//li', url: 'a/@href', next: '//a/@href'}, posts: {each: '//p', id: "
         "'@id', "
         "author: 'b', body: 'i', next: '//a/@href'}"},
        {"xpath", "/book", ", item: {each: '//li', id: '@id', body: 'p', next: '//a/@href'}"},
        {"discourse_topics", "/", ""},
        {"ransomlook", "/api/recent/2", ""},
    }};
    int number = 0;
    for (const auto& [kind, path, more] : kinds) {
      yaml += "  - {id: s" + std::to_string(++number) + ", kind: " + kind +
              ", url: 'http://a.test" + path + "', limits: {items: 50, body: 64KiB, list: 64KiB}" +
              more + "}\n";
    }
    auto parsed = parse_sources(yaml, "fuzz");
    if (!parsed) std::abort();
    return std::move(parsed.value());
  }();
  return all;
}

net::Cut cut_or_whole(bool cut) { return cut ? net::Cut::kCap : net::Cut::kNone; }

void must(bool holds) {
  if (!holds) std::abort();
}

void read_list(const Source& source, const Answer& answer, std::string_view before) {
  ListMemory memory{before, std::string(before)};
  const auto list = source.adapter->read_list(source, answer, memory);
  if (!list) return;
  must(list.value().items.size() <= source.max_items);
  must(memory.after.size() <= kLongestMemory + before.size());
  std::set<std::string> keys;
  for (const auto& item : list.value().items) {
    must(item.key.size() <= kLongestKey && item.version.size() <= kLongestKey);
    must(keys.insert(item.key).second);
    must(item.url.scheme() == "http" || item.url.scheme() == "https");
  }
  // Who remembers what came with a list does not take it again.
  ListMemory again{memory.after, memory.after};
  const auto second = source.adapter->read_list(source, answer, again);
  if (!second || answer.cut != net::Cut::kNone) return;
  for (const auto& item : second.value().items)
    must(!item.piece || list.value().too_long || list.value().items.size() == source.max_items ||
         keys.contains(item.key));
}

void read_item(const Source& source, const Answer& answer, const std::string& url,
               std::string_view memory) {
  (void)source.adapter->ask_item(source, url, memory);
  const auto reading = source.adapter->read_item(source, answer, url, memory);
  must(reading.memory.size() <= kLongestMemory + memory.size());
  (void)source.adapter->ask_item(source, url, reading.memory);
}

}  // namespace

// kind, what to do, length of the memory, memory, answer
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto& source = sources()[data[0] % sources().size()];
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto memory = text.substr(3, data[2]);
  const ByteView body(data + 3 + memory.size(), size - 3 - memory.size());
  const net::Headers headers{{"Content-Range", "bytes 5-9/10"}, {"Last-Modified", "x"}};
  switch (data[1] % 6) {
    case 0:
      read_list(source, {200, headers, body, cut_or_whole((data[1] & 64) != 0), source.url},
                memory);
      break;
    case 1: {
      const int status = (data[1] & 128) != 0 ? 206 : (data[1] & 64) != 0 ? 416 : 200;
      read_item(source, {status, headers, body, cut_or_whole((data[1] & 32) != 0), source.url},
                source.url.text() + "?0123456789abcdef#abc", memory);
      break;
    }
    case 2:
      if (const auto found = source.adapter->linked(source, as_text(body)))
        must(!found->key.empty() && found->key.size() <= kLongestKey);
      break;
    case 3:
      for (const auto& link : find_links(body)) must(link.size() <= 2048);
      for (const auto& link : find_references(body, base_of_page(body, source.url)))
        must(link.size() <= 2048 && link.starts_with("http"));
      (void)why_blind(body);
      break;
    case 5: {
      const auto item = read_ail_item(body, 65536);
      must(!item || (item.value().body.size() <= 65536 && is_feed_name(item.value().what.feed)));
      break;
    }
    default:
      (void)open_privatebin(body, as_bytes(memory), 65536);
      if (const auto secret = privatebin_secret(memory)) must(secret->size() == 32);
  }
  return 0;
}
