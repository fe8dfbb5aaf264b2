// What a hostile source may answer: feeds, list pages and robots.txt of any bytes. What is read
// keeps its limits.
#include <cstdlib>
#include <set>
#include <string>

#include "crawler/adapters/adapter.h"
#include "crawler/feed.h"
#include "crawler/robots.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::crawler;

const std::vector<Source>& sources() {
  static const std::vector<Source> all = [] {
    auto parsed = parse_sources(
        "sources:\n"
        "  - {id: a, kind: feed, url: 'http://a.test/feed', limits: {items: 50}}\n"
        "  - id: b\n    kind: list\n    url: http://b.test/list\n    limits: {items: 50}\n"
        "    item: {link: 'href=\"/([a-z0-9]+)\"', key: '\\1', url: '/raw/\\1'}\n",
        "fuzz");
    if (!parsed) std::abort();
    return std::move(parsed.value());
  }();
  return all;
}

void read_as_list(const Source& source, ByteView body) {
  ListMemory memory;
  const auto list =
      source.adapter->read_list(source, {200, {}, body, net::Cut::kNone, source.url}, memory);
  if (!list) return;
  if (list.value().items.size() > source.max_items) std::abort();
  std::set<std::string> keys;
  for (const auto& item : list.value().items) {
    if (item.key.size() > kLongestKey || !keys.insert(item.key).second) std::abort();
    const auto& scheme = item.url.scheme();
    if (scheme != "http" && scheme != "https") std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView body(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      read_as_list(sources()[0], body);
      break;
    case 1:
      read_as_list(sources()[1], body);
      break;
    case 2:
      if (const auto feed = parse_feed(body, 10); feed && feed.value().size() > 10) std::abort();
      break;
    default: {
      const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
      const auto robots = Robots::parse(text, "hitokoe");
      (void)robots.allows("/");
      (void)robots.allows(text.substr(0, 256));
      if (!Robots::parse("", "hitokoe").allows("/")) std::abort();
    }
  }
  return 0;
}
