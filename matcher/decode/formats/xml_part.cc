#include "matcher/decode/formats/xml_part.h"

namespace hitokoe::matcher {

void XmlPart::open(std::string_view prefix, std::string_view name,
                   std::span<const XmlAttribute> attributes) {
  if (!std::exchange(chosen_, true)) handler_ = choose_(name);
  if (handler_ && handler_->status()) handler_->open(prefix, name, attributes);
}

void XmlPart::text(std::string_view piece) {
  if (handler_ && handler_->status()) handler_->text(piece);
}

void XmlPart::close(std::string_view name) {
  if (handler_ && handler_->status()) handler_->close(name);
}

Result<void> XmlPart::piece(ByteView bytes) {
  if (chosen_ && !handler_) return ok();
  parser_.feed(bytes);
  return handler_ ? handler_->status() : Result<void>(ok());
}

Result<void> XmlPart::end() {
  if (chosen_ && !handler_) return ok();
  parser_.finish();
  if (!chosen_ || !parser_.well_formed() || parser_.gave_up()) broken_ = true;
  if (!handler_) return ok();
  TRYV(handler_->status());
  return handler_->finish();
}

}  // namespace hitokoe::matcher
