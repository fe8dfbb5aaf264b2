#include "matcher/decode/formats/spooled_document.h"

namespace hitokoe::matcher {

Result<void> SpooledDocument::feed(ByteView piece) {
  if (cut_ || spool_.append(piece)) return ok();
  cut_ = true;
  const Words& why = spool_.why();
  warn({"only the beginning was read: " + why.en, "はじめの部分だけを読みました: " + why.ja});
  return ok();
}

Result<void> SpooledDocument::finish() {
  TRYV(read(spool_));
  if (spool_.failed()) {
    warn({"its temporary file could not be read back: rows may be missed",
          "一時ファイルが読み戻せません。取りこぼした行があるかもしれません"});
  }
  return ok();
}

}  // namespace hitokoe::matcher
