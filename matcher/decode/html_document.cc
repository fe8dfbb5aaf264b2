#include "matcher/decode/html_document.h"

#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/html_text.h"
#include "matcher/decode/kind.h"

namespace hitokoe::matcher {

HtmlDocument::HtmlDocument(Reading& reading, DocumentInfo info, ByteView head)
    : reading_(reading),
      info_(std::move(info)),
      charset_(charset_of(head, info_.content_type, html_charset(head))) {
  if (charset_ == text::Charset::kBinary) {
    reading_.warn(info_.name, {"binary data: only the text in it was looked at",
                               "バイナリデータ: 中の文字だけを調べました"});
    charset_ = text::Charset::kUtf8;
  }
}

Result<void> HtmlDocument::feed(ByteView piece) {
  if (as_text_) return as_text_->feed(piece);
  if (page_.size() + piece.size() <= kMostHtml) {
    page_.insert(page_.end(), piece.begin(), piece.end());
    return ok();
  }
  const auto most = std::to_string(kMostHtml >> 20);
  reading_.warn(info_.name, {"page over " + most + " MiB: read as plain text",
                             "ページが " + most + " MiB を超えるため、文字として読みました"});
  const Bytes so_far = std::exchange(page_, {});
  as_text_ = std::make_unique<TextDocument>(
      reading_, info_, ByteView(so_far).first(std::min<std::size_t>(so_far.size(), 64U << 10)));
  TRYV(as_text_->feed(so_far));
  return as_text_->feed(piece);
}

Result<void> HtmlDocument::finish() {
  if (as_text_) return as_text_->finish();
  text::StreamDecoder decoder(charset_);
  std::string decoded;
  decoder.feed(page_, decoded);
  decoder.finish(decoded);
  page_ = {};
  if (auto text = html_text(decoded)) {
    decoded = std::move(*text);
  } else {
    reading_.warn(info_.name, {"page nested too deeply: read as plain text",
                               "ページの入れ子が深すぎるため、文字として読みました"});
  }
  PasswordFinder passwords(reading_);
  passwords.feed(decoded);
  passwords.finish();
  RowReader rows(reading_.on_row());
  TRYV(rows.feed(decoded));
  TRYV(rows.finish());
  warn_undecodable(reading_, info_.name, charset_, decoder.undecodable());
  return ok();
}

}  // namespace hitokoe::matcher
