#include "matcher/decode/text_document.h"

#include "matcher/decode/kind.h"

namespace hitokoe::matcher {

namespace {

std::optional<text::Charset> by_bom(ByteView head) {
  const std::string_view text = as_text(head);
  if (text.starts_with("\xEF\xBB\xBF")) return text::Charset::kUtf8;
  if (text.starts_with("\xFF\xFE")) return text::Charset::kUtf16Le;
  if (text.starts_with("\xFE\xFF")) return text::Charset::kUtf16Be;
  return std::nullopt;
}

std::optional<text::Charset> by_name(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto charset = text::charset_by_name(name);
  if (!charset || charset.value() == text::Charset::kBinary) return std::nullopt;
  return charset.value();
}

}  // namespace

text::Charset charset_of(ByteView head, std::string_view content_type, std::string_view declared) {
  auto chosen = by_bom(head);
  if (!chosen) chosen = by_name(charset_parameter(content_type));
  if (!chosen) chosen = by_name(declared);
  return chosen ? *chosen : text::detect(head);
}

void warn_undecodable(Reading& reading, const std::string& name, text::Charset charset,
                      std::uint64_t bytes) {
  if (bytes == 0) return;
  const auto count = std::to_string(bytes);
  const std::string called(text::iana_name(charset));
  reading.warn(name, {count + " bytes could not be decoded as " + called,
                      called + " として読めないバイトが " + count + " あります"});
}

TextDocument::TextDocument(Reading& reading, DocumentInfo info, ByteView head)
    : reading_(reading),
      name_(std::move(info.name)),
      charset_(charset_of(head, info.content_type, {})),
      passwords_(reading),
      rows_(reading.on_row()) {
  if (charset_ == text::Charset::kBinary) {
    reading_.warn(name_, {"binary data: only the text in it was looked at",
                          "バイナリデータ: 中の文字だけを調べました"});
    charset_ = text::Charset::kUtf8;
  }
  decoder_.emplace(charset_);
}

Result<void> TextDocument::pass_on() {
  const auto done = rows_.feed(decoded_);
  decoded_.clear();
  return done;
}

Result<void> TextDocument::feed(ByteView piece) {
  decoder_->feed(piece, decoded_);
  passwords_.feed(decoded_);
  return pass_on();
}

Result<void> TextDocument::finish() {
  decoder_->finish(decoded_);
  passwords_.feed(decoded_);
  passwords_.finish();
  TRYV(pass_on());
  TRYV(rows_.finish());
  warn_undecodable(reading_, name_, charset_, decoder_->undecodable());
  return ok();
}

}  // namespace hitokoe::matcher
