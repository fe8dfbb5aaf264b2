#include "matcher/decode/formats/xml_parser.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kHead = 512;
constexpr int kMostDepth = 256;

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

std::optional<text::Charset> by_first_bytes(std::string_view head) {
  using namespace std::literals;
  if (head.starts_with("\xEF\xBB\xBF")) return text::Charset::kUtf8;
  if (head.starts_with("\xFF\xFE") || head.starts_with("<\0?\0"sv)) return text::Charset::kUtf16Le;
  if (head.starts_with("\xFE\xFF") || head.starts_with("\0<\0?"sv)) return text::Charset::kUtf16Be;
  return std::nullopt;
}

}  // namespace

std::string_view attribute(std::span<const XmlAttribute> attributes, std::string_view name) {
  const auto at = std::ranges::find(attributes, name, &XmlAttribute::name);
  return at == attributes.end() ? std::string_view() : at->value;
}

std::string_view xml_charset(ByteView head) {
  const std::string_view text = as_text(head).substr(0, kHead);
  const std::size_t begin = text.find("<?xml");
  if (begin == std::string_view::npos) return {};
  const std::string_view declaration = text.substr(begin, text.find("?>", begin) - begin);
  std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  at = declaration.find_first_of("\"'", at);
  if (at == std::string_view::npos) return {};
  const std::size_t end = declaration.find(declaration[at], at + 1);
  if (end == std::string_view::npos) return {};
  return declaration.substr(at + 1, end - at - 1);
}

struct XmlParser::State {
  State(XmlHandler& the_handler, std::optional<text::Charset> the_charset)
      : handler(the_handler), charset(the_charset) {
    static std::once_flag once;
    std::call_once(once, xmlInitParser);
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = &State::start;
    sax.endElementNs = &State::end;
    sax.characters = &State::characters;
    sax.ignorableWhitespace = &State::characters;
    sax.cdataBlock = &State::characters;
    sax.getEntity = &State::entity;
    parser = xmlCreatePushParserCtxt(&sax, this, nullptr, 0, nullptr);
    if (parser == nullptr) return;
    // No expansion (no XML_PARSE_NOENT), no network, no huge documents; text comes as UTF-8
    // whatever the declaration says.
    xmlCtxtUseOptions(parser, XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
                                  XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC | XML_PARSE_NODICT);
    xmlSwitchEncoding(parser, XML_CHAR_ENCODING_UTF8);
  }
  ~State() {
    if (parser == nullptr) return;
    if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
    xmlFreeParserCtxt(parser);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static void start(void* self, const xmlChar* name, const xmlChar* prefix, const xmlChar*, int,
                    const xmlChar**, int count, int, const xmlChar** values) {
    auto& s = *static_cast<State*>(self);
    told(s);
    // libxml2 counts levels only where it builds a tree.
    if (++s.depth > kMostDepth) {
      xmlStopParser(s.parser);
      return;
    }
    s.attributes.clear();
    for (int i = 0; i < count; ++i) {
      const xmlChar** a = values + std::ptrdiff_t{i} * 5;
      s.attributes.push_back(
          {view(a[1]),
           view(a[0]),
           {reinterpret_cast<const char*>(a[3]), static_cast<std::size_t>(a[4] - a[3])}});
    }
    s.handler.open(view(prefix), view(name), s.attributes);
  }
  static void end(void* self, const xmlChar* name, const xmlChar*, const xmlChar*) {
    auto& s = *static_cast<State*>(self);
    told(s);
    --s.depth;
    s.handler.close(view(name));
  }
  static void characters(void* self, const xmlChar* text, int size) {
    auto& s = *static_cast<State*>(self);
    told(s);
    s.handler.text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
  }
  static xmlEntityPtr entity(void* self, const xmlChar*) {
    static_cast<State*>(self)->entities = true;
    return nullptr;
  }

  // All before is told.
  static void told(State& s) {
    if (const long at = xmlByteConsumed(s.parser); at > 0) s.told_ = static_cast<std::uint64_t>(at);
  }

  bool stopped() const { return parser == nullptr || parser->disableSAX == 1; }

  void parse(bool last) {
    // Characters that XML does not allow would cost the text around them.
    for (char& c : decoded) {
      if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') c = ' ';
    }
    std::string_view rest = decoded;
    constexpr std::size_t kMost = 1U << 20;
    while (!stopped() && (!rest.empty() || last)) {
      const std::string_view piece = rest.substr(0, kMost);
      rest.remove_prefix(piece.size());
      const bool end = last && rest.empty();
      xmlParseChunk(parser, piece.data(), static_cast<int>(piece.size()), end ? 1 : 0);
      if (end) break;
    }
    untold_ += decoded;
    decoded.clear();
    const auto done = std::min<std::uint64_t>(told_ - std::min(told_, untold_at_), untold_.size());
    const std::size_t over = untold_.size() - std::min(untold_.size(), kMostUntold);
    const auto drop = std::max<std::size_t>(static_cast<std::size_t>(done), over);
    untold_.erase(0, drop);
    untold_at_ += drop;
  }

  void begin() {
    if (decoder) return;
    if (!charset) charset = by_first_bytes(as_text(head));
    if (!charset) {
      if (const auto named = text::charset_by_name(xml_charset(head));
          named && named.value() != text::Charset::kBinary) {
        charset = named.value();
      }
    }
    if (!charset) charset = text::Charset::kUtf8;
    decoder.emplace(*charset);
    decoder->feed(head, decoded);
    head = {};
    // White space before the declaration would end the reading.
    decoded.erase(0, decoded.find_first_not_of(" \t\r\n"));
  }

  XmlHandler& handler;
  std::optional<text::Charset> charset;
  xmlParserCtxtPtr parser = nullptr;
  std::optional<text::StreamDecoder> decoder;
  Bytes head;
  std::string decoded;
  std::vector<XmlAttribute> attributes;
  bool entities = false;
  int depth = 0;
  // Text that was parsed and is not told yet: what a document that stops being XML goes on with.
  static constexpr std::size_t kMostUntold = 1U << 20;
  std::uint64_t told_ = 0;       // bytes of UTF-8
  std::uint64_t untold_at_ = 0;  // where untold_ begins
  std::string untold_;
};

XmlParser::XmlParser(XmlHandler& handler, std::optional<text::Charset> charset)
    : state_(std::make_unique<State>(handler, charset)) {}
XmlParser::~XmlParser() = default;

void XmlParser::feed(ByteView piece) {
  State& s = *state_;
  if (s.stopped()) return;
  if (!s.decoder) {
    const std::size_t n = std::min(piece.size(), kHead - s.head.size());
    s.head.insert(s.head.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
    piece = piece.subspan(n);
    if (s.head.size() < kHead) return;
    s.begin();
  }
  s.decoder->feed(piece, s.decoded);
  s.parse(false);
}

void XmlParser::finish() {
  State& s = *state_;
  if (s.stopped()) return;
  s.begin();
  s.decoder->finish(s.decoded);
  s.parse(true);
}

void XmlParser::rest(ByteView more, bool last, std::string& utf8) {
  State& s = *state_;
  s.begin();
  utf8 += std::exchange(s.untold_, {});
  s.decoder->feed(more, utf8);
  if (last) s.decoder->finish(utf8);
}

bool XmlParser::gave_up() const { return state_->stopped(); }
bool XmlParser::well_formed() const {
  return state_->parser != nullptr && state_->parser->wellFormed == 1;
}
bool XmlParser::has_entities() const { return state_->entities; }
std::uint64_t XmlParser::undecodable() const {
  return state_->decoder ? state_->decoder->undecodable() : 0;
}
text::Charset XmlParser::charset() const { return state_->charset.value_or(text::Charset::kUtf8); }

}  // namespace hitokoe::matcher
