// An XML member of an office document. Which part it is, its root element says: names and
// relations in the archive may be anything.
#pragma once

#include <functional>
#include <memory>

#include "matcher/decode/formats/xml_parser.h"
#include "matcher/decode/formats/zip_parts.h"

namespace hitokoe::matcher {

// Reads one kind of part. An Error of the sink of rows is kept; after it nothing more is read.
class PartHandler : public XmlHandler {
 public:
  virtual Result<void> finish() { return ok(); }
  const Result<void>& status() const { return status_; }

 protected:
  void keep(Result<void> done) {
    if (!done && status_) status_ = std::move(done);
  }

 private:
  Result<void> status_ = ok();
};

class XmlPart final : public PartSink, private XmlHandler {
 public:
  // nullptr for parts that are not wanted.
  using Choose = std::function<std::unique_ptr<PartHandler>(std::string_view root)>;
  // `broken` is set where the part is no XML, or no whole one.
  XmlPart(Choose choose, bool& broken, std::optional<text::Charset> charset = std::nullopt)
      : choose_(std::move(choose)), broken_(broken), parser_(*this, charset) {}

  Result<void> piece(ByteView bytes) override;
  Result<void> end() override;
  const XmlParser& parser() const { return parser_; }
  XmlParser& parser() { return parser_; }

 private:
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view piece) override;
  void close(std::string_view name) override;

  Choose choose_;
  bool& broken_;
  bool chosen_ = false;
  std::unique_ptr<PartHandler> handler_;
  XmlParser parser_;
};

}  // namespace hitokoe::matcher
