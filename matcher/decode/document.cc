#include "matcher/decode/document.h"

#include <algorithm>

#include "matcher/decode/kind.h"
#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kHead = 64U << 10;

}  // namespace

DocumentReader::DocumentReader(Reading& reading, std::string name, std::string content_type,
                               unsigned depth)
    : reading_(reading),
      name_(std::move(name)),
      content_type_(std::move(content_type)),
      depth_(depth) {}
DocumentReader::~DocumentReader() = default;

bool DocumentReader::refused() const { return reader_ && reader_->refused(); }

Result<void> DocumentReader::decide() {
  const Bytes head = std::move(head_);
  head_ = {};
  reader_ = open_format(reading_, {name_, content_type_, depth_}, head);
  return reader_->feed(head);
}

Result<void> DocumentReader::feed(ByteView piece) {
  if (depth_ == 0) reading_.note_input(piece.size());
  if (!reader_) {
    const std::size_t n = std::min(piece.size(), kHead - head_.size());
    head_.insert(head_.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
    piece = piece.subspan(n);
    if (head_.size() < kHead) return ok();
    TRYV(decide());
  }
  return piece.empty() ? Result<void>(ok()) : reader_->feed(piece);
}

Result<void> DocumentReader::finish() {
  if (!reader_) {
    TRYV(decide());
  }
  return reader_->finish();
}

}  // namespace hitokoe::matcher
