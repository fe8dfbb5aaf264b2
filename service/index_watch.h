// The index that is in force. Opened anew when its generation changes; whoever works with the old
// one keeps it until he is done.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "hitokoe/identity/key_store.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::service {

// Thread-safe.
class IndexWatch {
 public:
  IndexWatch(std::filesystem::path data, identity::KeyStore& keys)
      : data_(std::move(data)), keys_(keys) {}

  // An empty index before the first `index add`. Costs a look at a small file; opening a changed
  // index is memory speed over its size.
  Result<std::shared_ptr<const matcher::Index>> current();

 private:
  std::filesystem::path data_;
  identity::KeyStore& keys_;
  std::mutex mutex_;
  std::shared_ptr<const matcher::Index> index_;
};

}  // namespace hitokoe::service
