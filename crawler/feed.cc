#include "crawler/feed.h"

#include "crawler/xml.h"

namespace hitokoe::crawler {

namespace {

FeedEntry rss_item(const xmlNode* item) {
  FeedEntry out;
  std::string enclosure;
  bool guid_is_link = false;
  for (const xmlNode* at = item->children; at != nullptr; at = at->next) {
    if (is_element(at, "guid") && out.id.empty()) {
      out.id = xml_text(at);
      guid_is_link = xml_attribute(at, "isPermaLink") != "false" &&
                     (out.id.starts_with("http://") || out.id.starts_with("https://"));
    } else if (is_element(at, "link") && out.link.empty()) {
      out.link = xml_text(at);
      if (out.link.empty()) out.link = xml_attribute(at, "href");  // atom:link inside RSS
    } else if ((is_element(at, "pubDate") || is_element(at, "date")) && out.updated.empty()) {
      out.updated = xml_text(at);
    } else if (is_element(at, "enclosure") && enclosure.empty()) {
      enclosure = xml_attribute(at, "url");
    }
  }
  if (out.id.empty()) out.id = xml_attribute(item, "about");
  if (out.link.empty() && guid_is_link) out.link = out.id;
  if (out.link.empty()) out.link = enclosure;
  return out;
}

FeedEntry atom_entry(const xmlNode* entry) {
  FeedEntry out;
  std::string other;
  for (const xmlNode* at = entry->children; at != nullptr; at = at->next) {
    if (is_element(at, "id") && out.id.empty()) {
      out.id = xml_text(at);
    } else if (is_element(at, "updated") && out.updated.empty()) {
      out.updated = xml_text(at);
    } else if (is_element(at, "link")) {
      const auto rel = xml_attribute(at, "rel");
      const auto href = xml_attribute(at, "href");
      if ((rel.empty() || rel == "alternate") && out.link.empty()) out.link = href;
      if (other.empty() && rel != "self" && rel != "edit") other = href;
    }
  }
  if (out.link.empty()) out.link = other;
  return out;
}

void collect(const xmlNode* parent, std::string_view name, FeedEntry (*read)(const xmlNode*),
             std::size_t most, std::vector<FeedEntry>& out) {
  for (const xmlNode* at = parent->children; at != nullptr && out.size() < most; at = at->next) {
    if (!is_element(at, name)) continue;
    auto entry = read(at);
    if (!entry.id.empty() || !entry.link.empty()) out.push_back(std::move(entry));
  }
}

}  // namespace

Result<std::vector<FeedEntry>> parse_feed(ByteView body, std::size_t most) {
  TRY(const auto doc, parse_xml(body, "feed"));
  const xmlNode* root = xmlDocGetRootElement(doc.get());
  std::vector<FeedEntry> out;
  if (is_element(root, "feed")) {
    collect(root, "entry", atom_entry, most, out);
  } else if (is_element(root, "rss") || is_element(root, "RDF")) {
    collect(root, "item", rss_item, most, out);  // RSS 1.0: beside the channel
    for (const xmlNode* at = root->children; at != nullptr; at = at->next) {
      if (is_element(at, "channel")) collect(at, "item", rss_item, most, out);
    }
  } else {
    return fail(Errc::kBadInput, "feed: neither RSS nor Atom",
                "フィード: RSS でも Atom でもありません");
  }
  return out;
}

}  // namespace hitokoe::crawler
