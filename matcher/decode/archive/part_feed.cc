#include "matcher/decode/archive/part_feed.h"

namespace hitokoe::matcher {

Result<bool> PartFeed::put(ByteView out, std::uint64_t in) {
  if (unwanted_) return false;
  if (out.empty()) return true;
  if (!budget_.take(out.size(), in)) {
    budget_.warn(name_);
    unwanted_ = cut_ = true;
    return false;
  }
  if (!opened_) {
    opened_ = true;
    reader_ = reading_.open_part(outer_, depth_, inner_, {});
    unwanted_ = cut_ = reader_ == nullptr;
  }
  if (reader_) {
    TRYV(reader_->feed(out));
    unwanted_ = reader_->refused();
  }
  return !unwanted_;
}

Result<void> PartFeed::finish() {
  if (!reader_) return ok();
  const auto reader = std::move(reader_);
  return reader->finish();
}

}  // namespace hitokoe::matcher
