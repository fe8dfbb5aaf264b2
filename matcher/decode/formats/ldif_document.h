// LDIF (RFC 2849): the entries of a directory → a record an entry.
#pragma once

#include "matcher/decode/formats/card_lines.h"
#include "matcher/decode/formats/named_record.h"
#include "matcher/decode/open_format.h"
#include "matcher/decode/text_document.h"

namespace hitokoe::matcher {

// Values in base64 are decoded; values that stand elsewhere (":<") are not fetched but told.
// `cn;lang-ja;phonetic` is a reading (RFC 2596 and the Japanese phonetic option).
class LdifDocument final : public Reader {
 public:
  LdifDocument(Reading& reading, DocumentInfo info, ByteView head);
  Result<void> feed(ByteView piece) override { return lines_.feed(as_text(piece)); }
  Result<void> finish() override;

 private:
  Result<void> line(std::string_view text);
  Result<void> value(std::string_view attribute, std::string_view options, std::string_view value);
  Result<void> end_entry();

  Reading& reading_;
  DocumentInfo info_;
  text::Charset charset_;
  NamedRecord record_;
  std::string region_, city_, street_;  // of the entry's address
  std::uint64_t undecodable_ = 0;
  std::uint64_t elsewhere_ = 0;
  FoldedLines lines_;
};

bool is_ldif(ByteView head, std::string_view content_type);

}  // namespace hitokoe::matcher
