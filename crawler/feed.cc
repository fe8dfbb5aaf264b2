#include "crawler/feed.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <limits>
#include <memory>

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kMostText = 8192;

struct FreeDocument {
  void operator()(xmlDoc* doc) const { xmlFreeDoc(doc); }
};
struct FreeContext {
  void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

bool named(const xmlNode* node, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && view(node->name) == name;
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

// Text and CDATA directly inside; entity references are left out, not expanded.
std::string text_of(const xmlNode* node) {
  std::string out;
  for (const xmlNode* at = node->children; at != nullptr && out.size() < kMostText; at = at->next) {
    if (at->type == XML_TEXT_NODE || at->type == XML_CDATA_SECTION_NODE) out += view(at->content);
  }
  return trimmed(out);
}

std::string attribute(const xmlNode* node, std::string_view name) {
  for (const xmlAttr* at = node->properties; at != nullptr; at = at->next) {
    if (view(at->name) != name) continue;
    std::string out;
    for (const xmlNode* text = at->children; text != nullptr && out.size() < kMostText;
         text = text->next) {
      if (text->type == XML_TEXT_NODE) out += view(text->content);
    }
    return trimmed(out);
  }
  return {};
}

FeedEntry rss_item(const xmlNode* item) {
  FeedEntry out;
  std::string enclosure;
  bool guid_is_link = false;
  for (const xmlNode* at = item->children; at != nullptr; at = at->next) {
    if (named(at, "guid") && out.id.empty()) {
      out.id = text_of(at);
      guid_is_link = attribute(at, "isPermaLink") != "false" &&
                     (out.id.starts_with("http://") || out.id.starts_with("https://"));
    } else if (named(at, "link") && out.link.empty()) {
      out.link = text_of(at);
      if (out.link.empty()) out.link = attribute(at, "href");  // atom:link inside RSS
    } else if (named(at, "enclosure") && enclosure.empty()) {
      enclosure = attribute(at, "url");
    }
  }
  if (out.id.empty()) out.id = attribute(item, "about");
  if (out.link.empty() && guid_is_link) out.link = out.id;
  if (out.link.empty()) out.link = enclosure;
  return out;
}

FeedEntry atom_entry(const xmlNode* entry) {
  FeedEntry out;
  std::string other;
  for (const xmlNode* at = entry->children; at != nullptr; at = at->next) {
    if (named(at, "id") && out.id.empty()) {
      out.id = text_of(at);
    } else if (named(at, "link")) {
      const auto rel = attribute(at, "rel");
      const auto href = attribute(at, "href");
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
    if (!named(at, name)) continue;
    auto entry = read(at);
    if (!entry.id.empty() || !entry.link.empty()) out.push_back(std::move(entry));
  }
}

// A feed without entities of its own has no reason for an internal subset; whoever declares some
// wants them expanded (billion laughs, external files).
bool declares_entities(const xmlDoc* doc) {
  return (doc->intSubset != nullptr &&
          (doc->intSubset->entities != nullptr || doc->intSubset->pentities != nullptr)) ||
         doc->extSubset != nullptr;
}

}  // namespace

Result<std::vector<FeedEntry>> parse_feed(ByteView body, std::size_t most) {
  if (body.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(Errc::kBadInput, "feed: too long", "フィード: 長すぎます");
  }
  const std::unique_ptr<xmlParserCtxt, FreeContext> context(xmlNewParserCtxt());
  if (!context) return fail(Errc::kInternal, "feed: out of memory", "フィード: メモリ不足");
  // Without NOENT, DTDLOAD, DTDATTR, XINCLUDE and HUGE: libxml2's own bounds on depth, names and
  // amplification stay on.
  const int options = XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
                      XML_PARSE_NOWARNING | XML_PARSE_COMPACT;
  const std::unique_ptr<xmlDoc, FreeDocument> doc(
      xmlCtxtReadMemory(context.get(), reinterpret_cast<const char*>(body.data()),
                        static_cast<int>(body.size()), nullptr, nullptr, options));
  if (!doc) return fail(Errc::kBadInput, "feed: no XML", "フィード: XML ではありません");
  if (declares_entities(doc.get()))
    return fail(Errc::kBadInput, "feed: it declares entities", "フィード: 実体が宣言されています");
  const xmlNode* root = xmlDocGetRootElement(doc.get());
  if (root == nullptr) return fail(Errc::kBadInput, "feed: no XML", "フィード: XML ではありません");

  std::vector<FeedEntry> out;
  if (named(root, "feed")) {
    collect(root, "entry", atom_entry, most, out);
  } else if (named(root, "rss") || named(root, "RDF")) {
    collect(root, "item", rss_item, most, out);  // RSS 1.0: beside the channel
    for (const xmlNode* at = root->children; at != nullptr; at = at->next) {
      if (named(at, "channel")) collect(at, "item", rss_item, most, out);
    }
  } else {
    return fail(Errc::kBadInput, "feed: neither RSS nor Atom",
                "フィード: RSS でも Atom でもありません");
  }
  return out;
}

}  // namespace hitokoe::crawler
