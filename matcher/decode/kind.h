// What a document is, from its first bytes.
#pragma once

#include <string_view>

#include "hitokoe/base/bytes.h"

namespace hitokoe::matcher {

struct DocumentKind {
  enum class How {
    kText,
    kHtml,
    kUnreadable,   // a container or picture: nothing of it is read
    kAsPlainText,  // text with a structure that is not understood yet: rows may be missed
  };
  How how = How::kText;
  std::string_view what;  // "ZIP archive (also xlsx, docx)", for the warning; empty for kText
  std::string_view what_ja;
};

// `head`: the first 64 KiB or the whole; `content_type` as the server said, may be empty.
DocumentKind kind_of(ByteView head, std::string_view content_type);

// The charset that a Content-Type header or an HTML meta element names; empty where none does.
std::string_view charset_parameter(std::string_view content_type);
std::string_view html_charset(ByteView head);

}  // namespace hitokoe::matcher
