#include "matcher/decode/open_format.h"

#include "matcher/decode/archive/open_archive.h"
#include "matcher/decode/formats/formats.h"
#include "matcher/decode/formats/html_document.h"
#include "matcher/decode/kind.h"
#include "matcher/decode/text_document.h"
#include "matcher/decode/unread_document.h"

namespace hitokoe::matcher {

std::unique_ptr<Reader> open_format(Reading& reading, DocumentInfo info, ByteView head) {
  using How = DocumentKind::How;
  if (auto reader = open_document_format(reading, info, head)) return reader;
  if (auto archive = open_archive(reading, info, head)) return archive;
  const DocumentKind kind = kind_of(head, info.content_type);
  switch (kind.how) {
    case How::kUnreadable:
      return std::make_unique<UnreadDocument>(reading, std::move(info), kind);
    case How::kHtml:
      return std::make_unique<HtmlDocument>(reading, std::move(info), head);
    case How::kAsPlainText:
      reading.warn(info.name,
                   {std::string(kind.what) +
                        ": cannot be read yet as such; read as plain text, rows may be missed",
                    std::string(kind.what_ja) +
                        ": まだその形式としては読めません。文字として読んだため、取りこ"
                        "ぼした行があるかもしれません"});
      break;
    case How::kText:
      break;
  }
  return std::make_unique<TextDocument>(reading, std::move(info), head);
}

}  // namespace hitokoe::matcher
