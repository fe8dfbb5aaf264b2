// The index that is in force. Opened anew when its generation changes, or a key that it depends on
// was rotated or destroyed (a holder that was cut off must not be matched from memory); whoever
// works with the old one keeps it until the work is done.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "hitokoe/identity/key_store.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::service {

// Thread-safe.
class IndexWatch {
 public:
  IndexWatch(std::filesystem::path data, identity::KeyStore& keys)
      : data_(std::move(data)), keys_(keys) {}

  // An empty index before the first `index add`. Costs a look at a small file; opening a changed
  // index takes milliseconds. kCorrupt: a file is damaged; also when that is found later, by a
  // scan.
  Result<std::shared_ptr<const matcher::Index>> current();

 private:
  std::filesystem::path data_;
  identity::KeyStore& keys_;
  std::mutex mutex_;
  std::shared_ptr<const matcher::Index> index_;
  std::string key_state_;  // of the keys when index_ was opened
};

}  // namespace hitokoe::service
