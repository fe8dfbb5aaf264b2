// Text in some character set → rows.
#pragma once

#include <optional>
#include <string>

#include "hitokoe/text/charset.h"
#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

// By byte order mark, then as the server or the container said, then `declared` (the document
// itself, may be empty), then by detection.
text::Charset charset_of(ByteView head, std::string_view content_type, std::string_view declared);

class TextDocument final : public Reader {
 public:
  TextDocument(Reading& reading, DocumentInfo info, ByteView head);
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;

 private:
  Result<void> pass_on();

  Reading& reading_;
  std::string name_;
  text::Charset charset_;
  std::optional<text::StreamDecoder> decoder_;
  std::string decoded_;
  PasswordFinder passwords_;
  RowReader rows_;
};

// "12 bytes could not be decoded as Shift_JIS".
void warn_undecodable(Reading& reading, const std::string& name, text::Charset charset,
                      std::uint64_t bytes);

}  // namespace hitokoe::matcher
