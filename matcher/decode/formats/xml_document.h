// An XML file by itself: records, a workbook or text document written as XML, or a page.
#pragma once

#include <memory>

#include "matcher/decode/formats/xml_part.h"
#include "matcher/decode/open_format.h"
#include "matcher/decode/text_document.h"

namespace hitokoe::matcher {

// Streaming. Where it stops being XML, the rest is read as text: what was told as XML is not read
// again.
class XmlDocument final : public Reader {
 public:
  XmlDocument(Reading& reading, DocumentInfo info, ByteView head);
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;

 private:
  static constexpr std::size_t kBlock = 64U << 10;
  Result<void> block(ByteView bytes);
  Result<void> read_as_text(ByteView more, bool last);

  Reading& reading_;
  DocumentInfo info_;
  bool broken_ = false, ended_ = false;
  std::unique_ptr<XmlPart> part_;
  std::unique_ptr<TextDocument> rest_;
  Bytes block_;
};

bool is_xml(ByteView head, std::string_view content_type);

}  // namespace hitokoe::matcher
