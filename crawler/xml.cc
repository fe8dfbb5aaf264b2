#include "crawler/xml.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <limits>

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kMostText = 8192;

struct FreeContext {
  void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
};

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

// A document without entities of its own has no reason for an internal subset; whoever declares
// some wants them expanded (billion laughs, external files).
bool declares_entities(const xmlDoc* doc) {
  return (doc->intSubset != nullptr &&
          (doc->intSubset->entities != nullptr || doc->intSubset->pentities != nullptr)) ||
         doc->extSubset != nullptr;
}

void say_nothing(void* /*data*/, const char* /*format*/, ...) {}

}  // namespace

void silence_libxml2() {
  // libxml2 has a handler for each thread.
  static thread_local const bool silent = [] {
    xmlSetGenericErrorFunc(nullptr, say_nothing);
    return true;
  }();
  (void)silent;
}

Result<XmlDocument> parse_xml(ByteView body, std::string_view what) {
  const auto wrong = [&](std::string_view en, std::string_view ja) {
    return Words{std::string(what) + ": " + std::string(en),
                 std::string(what) + ": " + std::string(ja)};
  };
  silence_libxml2();
  if (body.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return fail(Errc::kBadInput, wrong("too long", "長すぎます"));
  const std::unique_ptr<xmlParserCtxt, FreeContext> context(xmlNewParserCtxt());
  if (!context) return fail(Errc::kInternal, wrong("out of memory", "メモリ不足"));
  // Without NOENT, DTDLOAD, DTDATTR, XINCLUDE and HUGE: libxml2's own bounds on depth, names and
  // amplification stay on.
  const int options = XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
                      XML_PARSE_NOWARNING | XML_PARSE_COMPACT;
  XmlDocument doc(xmlCtxtReadMemory(context.get(), reinterpret_cast<const char*>(body.data()),
                                    static_cast<int>(body.size()), nullptr, nullptr, options));
  if (!doc || xmlDocGetRootElement(doc.get()) == nullptr)
    return fail(Errc::kBadInput, wrong("no XML", "XML ではありません"));
  if (declares_entities(doc.get()))
    return fail(Errc::kBadInput, wrong("it declares entities", "実体が宣言されています"));
  return doc;
}

bool is_element(const xmlNode* node, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && xml_view(node->name) == name;
}

std::string xml_text(const xmlNode* node) {
  std::string out;
  for (const xmlNode* at = node->children; at != nullptr && out.size() < kMostText; at = at->next) {
    if (at->type == XML_TEXT_NODE || at->type == XML_CDATA_SECTION_NODE)
      out += xml_view(at->content);
  }
  return trimmed(out);
}

std::string xml_attribute(const xmlNode* node, std::string_view name) {
  for (const xmlAttr* at = node->properties; at != nullptr; at = at->next) {
    if (xml_view(at->name) != name) continue;
    std::string out;
    for (const xmlNode* text = at->children; text != nullptr && out.size() < kMostText;
         text = text->next) {
      if (text->type == XML_TEXT_NODE) out += xml_view(text->content);
    }
    return trimmed(out);
  }
  return {};
}

}  // namespace hitokoe::crawler
