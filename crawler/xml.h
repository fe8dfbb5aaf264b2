// XML of others, by libxml2: nothing is loaded, no entity is expanded, libxml2's own bounds stay.
#pragma once

#include <libxml/tree.h>

#include <memory>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

struct FreeXml {
  void operator()(xmlDoc* doc) const { xmlFreeDoc(doc); }
};
using XmlDocument = std::unique_ptr<xmlDoc, FreeXml>;

// What libxml2 says of errors has bytes of the page in it, and not all of it is asked for: nothing
// of it is printed from this thread on. At the start of whatever uses libxml2.
void silence_libxml2();

// Broken or cut XML gives what can be read before the break. kBadInput: nothing can, or the
// document declares entities. `what` names the format in errors, the same in both languages.
Result<XmlDocument> parse_xml(ByteView body, std::string_view what);

inline std::string_view xml_view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}
bool is_element(const xmlNode* node, std::string_view name);
// Text and CDATA directly inside, without the space around it; entity references are left out.
// At most about 8 KiB.
std::string xml_text(const xmlNode* node);
std::string xml_attribute(const xmlNode* node, std::string_view name);

}  // namespace hitokoe::crawler
