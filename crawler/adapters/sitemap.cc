// Sitemaps (https://www.sitemaps.org/protocol.html): a urlset, an index of sitemaps, either of them
// gzipped, or a text with an address a line.
//
// Of an index the sitemaps that changed since they were read (lastmod) are read, as many in a round
// as `limits: pages` lets; the others follow in the next rounds. One without lastmod is read once
// more in every round.
// Tested against made-up sitemaps only.
#include <algorithm>
#include <map>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/table.h"
#include "crawler/inflate.h"
#include "crawler/xml.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kMostKnown = 3000;  // sitemaps of an index: what a memory has room for

std::string short_digest(std::string_view text) {
  return crypto::sha256_hex(as_bytes(text)).substr(0, 8);
}

// Which sitemap was read in which state: "ADDRESS:LASTMOD " for each, as digests.
class Known {
 public:
  explicit Known(std::string_view memory) {
    constexpr std::size_t kEntry = 18;
    for (; memory.size() >= kEntry; memory.remove_prefix(kEntry))
      states_.emplace(memory.substr(0, 8), memory.substr(9, 8));
  }
  bool is(const std::string& address, const std::string& state) const {
    const auto found = states_.find(address);
    return found != states_.end() && found->second == state;
  }
  void set(const std::string& address, const std::string& state) {
    if (states_.size() < kMostKnown || states_.contains(address)) states_[address] = state;
  }
  std::string text() const {
    std::string out;
    for (const auto& [address, state] : states_) {
      out.append(address).append(":").append(state).append(" ");
    }
    return out;
  }

 private:
  std::map<std::string, std::string, std::less<>> states_;
};

struct Place {
  std::string url;
  std::string changed;  // lastmod, as written
};

std::vector<Place> places_of(const xmlNode* root, std::string_view name) {
  std::vector<Place> out;
  for (const xmlNode* at = root->children; at != nullptr; at = at->next) {
    if (!is_element(at, name)) continue;
    Place place;
    for (const xmlNode* of = at->children; of != nullptr; of = of->next) {
      if (is_element(of, "loc")) place.url = xml_text(of);
      if (is_element(of, "lastmod")) place.changed = xml_text(of);
    }
    if (!place.url.empty()) out.push_back(std::move(place));
  }
  return out;
}

Listing read_text(const Source& source, const net::Url& base, std::string_view text, bool cut) {
  std::vector<FeedEntry> entries;
  while (!text.empty() && entries.size() <= source.max_items) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (line.starts_with("http")) entries.push_back({"", std::string(line), ""});
  }
  leave_the_last(entries, cut);
  return read_entries(source, base, entries);
}

class Sitemap final : public Adapter {
 public:
  void check(const Source& source, int line, text::YamlProblems& problems) const override {
    if (source.max_pages < 2)
      problems.add(line, {"limits: pages: at least 2 for a sitemap: an index and a part of it",
                          "limits: pages は sitemap では 2 以上（索引とその一部）"});
  }

  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override {
    Bytes unpacked;
    auto body = answer.body;
    bool cut = answer.is_cut();
    if (is_gzip(body)) {
      auto out = gunzip(body, source.list_cap);
      if (out.broken && out.bytes.empty())
        return fail(Errc::kBadInput, "sitemap: broken gzip", "sitemap: gzip が壊れています");
      cut = cut || out.cut || out.broken;
      unpacked = std::move(out.bytes);
      body = unpacked;
    }
    const auto text = as_text(body);
    if (text.starts_with("http://") || text.starts_with("https://"))
      return read_text(source, answer.url, text, cut);
    TRY(const auto doc, parse_xml(body, "sitemap"));
    const xmlNode* root = xmlDocGetRootElement(doc.get());
    if (is_element(root, "urlset")) {
      std::vector<FeedEntry> entries;
      for (auto& place : places_of(root, "url"))
        entries.push_back({"", std::move(place.url), std::move(place.changed)});
      leave_the_last(entries, cut);
      return read_entries(source, answer.url, entries);
    }
    if (!is_element(root, "sitemapindex"))
      return fail(Errc::kBadInput, "sitemap: neither urlset nor sitemapindex",
                  "sitemap: urlset でも sitemapindex でもありません");
    auto parts = places_of(root, "sitemap");
    leave_the_last(parts, cut);
    return read_index(source, answer.url, parts, memory);
  }

 private:
  static Listing read_index(const Source& source, const net::Url& base,
                            const std::vector<Place>& places, ListMemory& memory) {
    Collector out(source, base);
    Known known(memory.before);
    std::uint32_t room = source.max_pages - 1;
    for (const auto& place : places) {
      out.saw();
      const auto address = short_digest(place.url);
      const auto state = short_digest(place.changed);
      if ((!place.changed.empty() && known.is(address, state)) || room == 0) continue;
      out.next(place.url);
      known.set(address, state);
      --room;
    }
    memory.after = known.text();
    return out.take();
  }
};

}  // namespace

const Adapter& sitemap_adapter() {
  static const Sitemap adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
