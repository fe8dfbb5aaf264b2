#include "service/index_watch.h"

namespace hitokoe::service {

Result<std::shared_ptr<const matcher::Index>> IndexWatch::current() {
  const std::lock_guard lock(mutex_);
  const auto generation = matcher::Index::generation_in(data_);
  if (!generation && generation.error().code == Errc::kNotFound) {
    index_ = matcher::Index::empty();
    return index_;
  }
  TRYV(generation);
  if (index_ && index_->generation() == generation.value()) return index_;
  TRY(index_, matcher::Index::open(data_, keys_));
  return index_;
}

}  // namespace hitokoe::service
