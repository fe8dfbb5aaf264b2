#include "matcher/decode/escapes/text_rows.h"

namespace hitokoe::matcher {

TextRows::TextRows(const text::Detection& expected, Hooks hooks)
    : on_text_(std::move(hooks.on_text)),
      bytes_(expected),
      rows_(std::move(hooks.on_row)),
      escapes_([this](std::string_view utf8) { return rows_.feed(utf8); },
               std::move(hooks.on_embedded), {hooks.backslashes}) {}

Result<void> TextRows::feed(ByteView piece) {
  bytes_.feed(piece, decoded_);
  const auto done = feed_text(decoded_);
  decoded_.clear();
  return done;
}

Result<void> TextRows::feed_text(std::string_view utf8) {
  if (on_text_) on_text_(utf8);
  return escapes_.feed(utf8);
}

Result<void> TextRows::finish() {
  bytes_.finish(decoded_);
  TRYV(feed_text(decoded_));
  decoded_.clear();
  TRYV(escapes_.finish());
  return rows_.finish();
}

void TextRows::decode(ByteView whole, std::string& utf8) {
  bytes_.feed(whole, utf8);
  bytes_.finish(utf8);
}

}  // namespace hitokoe::matcher
