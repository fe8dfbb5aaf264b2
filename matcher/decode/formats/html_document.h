// A page. Small ones are read as a whole; larger ones in parts that end with a table row or a
// block, so that memory stays bounded whatever the size.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hitokoe/text/charset_stream.h"
#include "matcher/decode/open_format.h"
#include "matcher/decode/text_document.h"

namespace hitokoe::matcher {

class HtmlDocument final : public Reader {
 public:
  HtmlDocument(Reading& reading, DocumentInfo info, ByteView head);
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;

 private:
  Result<void> read_part(std::string_view html);
  Result<void> read_begun();  // what is there, up to where it can be cut

  Reading& reading_;
  DocumentInfo info_;
  std::optional<text::CharsetStream> decoder_;
  std::string page_;     // what is not read yet
  std::string context_;  // what stands before it
  bool told_deep_ = false;
};

// Where a page of which `html` is the beginning can be cut: behind a table row, else a block, else
// a line. `context`: what has to stand before the rest, a table that is open with its first row.
std::size_t html_cut(std::string_view html, std::string& context);

}  // namespace hitokoe::matcher
