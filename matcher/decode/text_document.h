// Text in some character set → rows.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hitokoe/text/charset.h"
#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/escapes/text_rows.h"
#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

// By byte order mark, then as the server or the container said, then `declared` (the document
// itself, may be empty), then by detection.
text::Detection detection_of(ByteView head, std::string_view content_type,
                             std::string_view declared);
text::Charset charset_of(ByteView head, std::string_view content_type, std::string_view declared);

class TextDocument final : public Reader {
 public:
  TextDocument(Reading& reading, DocumentInfo info, ByteView head);
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;

 private:
  Result<void> take_embedded(ByteView piece, bool last);

  Reading& reading_;
  DocumentInfo info_;
  PasswordFinder passwords_;
  std::optional<TextRows> rows_;
  std::unique_ptr<Reader> embedded_;  // a document in the text as base64
  bool skip_embedded_ = false;        // the one that comes now
};

// "12 bytes could not be decoded as Shift_JIS".
void warn_undecodable(Reading& reading, const std::string& name, text::Charset charset,
                      std::uint64_t bytes);
// What RowReader::cut() counts, and what to do.
void warn_cut(Reading& reading, const std::string& name, std::uint64_t values);

}  // namespace hitokoe::matcher
