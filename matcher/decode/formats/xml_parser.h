// XML in pieces → events. Nothing that a document declares is expanded or fetched: no entities, no
// external subset. What is not well-formed is read as far as it makes sense.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::matcher {

struct XmlAttribute {
  std::string_view prefix, name, value;
};

// Names are without their prefix. Views are valid during the call.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void open(std::string_view prefix, std::string_view name,
                    std::span<const XmlAttribute> attributes) = 0;
  virtual void text(std::string_view piece) = 0;  // of one text in any pieces
  virtual void close(std::string_view name) = 0;
};

std::string_view attribute(std::span<const XmlAttribute> attributes, std::string_view name);

// Limits: 256 levels, 10 MB an attribute or a comment, 10 MB of different names. Past one of them
// nothing more is read: gave_up(). Memory is bounded by them.
class XmlParser {
 public:
  // `charset`: as the server said; otherwise by byte order mark, declaration, UTF-8. `handler`
  // outlives the parser.
  explicit XmlParser(XmlHandler& handler, std::optional<text::Charset> charset = std::nullopt);
  ~XmlParser();
  XmlParser(const XmlParser&) = delete;
  XmlParser& operator=(const XmlParser&) = delete;

  void feed(ByteView piece);
  void finish();

  bool gave_up() const;
  // After it gave up: appends to `utf8` what it has not told of what was fed (up to 1 MiB of it),
  // and then what `more` says. `last`: nothing follows.
  void rest(ByteView more, bool last, std::string& utf8);
  bool well_formed() const;
  bool has_entities() const;  // others than those of XML itself are used in it
  std::uint64_t undecodable() const;
  text::Charset charset() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The charset that an XML declaration names; empty where there is none.
std::string_view xml_charset(ByteView head);

}  // namespace hitokoe::matcher
