// vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), any number in a file → a record a card.
#pragma once

#include "matcher/decode/formats/card_lines.h"
#include "matcher/decode/formats/named_record.h"
#include "matcher/decode/open_format.h"
#include "matcher/decode/text_document.h"

namespace hitokoe::matcher {

// Values are decoded one by one: cards name a character set for each (CHARSET=SHIFT_JIS), also
// other ones in one file. Readings: X-PHONETIC-*, SOUND with X-IRMC-N (Japanese feature phones),
// SORT-STRING, SORT-AS.
class VcardDocument final : public Reader {
 public:
  VcardDocument(Reading& reading, DocumentInfo info, ByteView head);
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;

 private:
  struct Property;
  Result<void> line(std::string_view text);
  Result<void> property(const Property& p);
  Result<void> name(const Property& p);
  Result<void> address(const Property& p);
  Result<void> date(std::string_view value);

  Reading& reading_;
  DocumentInfo info_;
  text::Charset charset_;
  std::optional<text::StreamDecoder> wide_;  // of a file in UTF-16
  NamedRecord record_;
  std::uint64_t undecodable_ = 0;
  FoldedLines lines_;
};

bool is_vcard(ByteView head, std::string_view content_type);

}  // namespace hitokoe::matcher
