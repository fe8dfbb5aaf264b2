// A page: collected as a whole, then its text.
#pragma once

#include <memory>

#include "hitokoe/text/charset.h"
#include "matcher/decode/open_format.h"
#include "matcher/decode/text_document.h"

namespace hitokoe::matcher {

class HtmlDocument final : public Reader {
 public:
  HtmlDocument(Reading& reading, DocumentInfo info, ByteView head);
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;

 private:
  Reading& reading_;
  DocumentInfo info_;
  text::Charset charset_;
  Bytes page_;
  std::unique_ptr<TextDocument> as_text_;  // of a page that is too large
};

}  // namespace hitokoe::matcher
