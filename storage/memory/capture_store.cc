#include <algorithm>
#include <map>
#include <mutex>

#include "hitokoe/storage/memory.h"

namespace hitokoe::storage {
namespace {

using crawler::CaptureMeta;

class MemoryCaptureStore final : public crawler::CaptureStore {
 public:
  Result<void> put(const CaptureMeta& meta, ByteView body) override {
    if (meta.size != body.size())
      return fail(Errc::kBadInput, "capture " + meta.id + ": its size is not that of its body",
                  "取得物 " + meta.id + ": 大きさが本文と違います");
    const std::scoped_lock lock(mutex_);
    captures_.try_emplace(meta.id, Capture{meta, Bytes(body.begin(), body.end())});
    return ok();
  }

  Result<CaptureMeta> meta(const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    TRY(const auto* found, find(id));
    return found->meta;
  }

  Result<Bytes> read(const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    TRY(const auto* found, find(id));
    return found->body;
  }

  // Nothing ends here, so that nothing has to be kept.
  Result<void> keep_for_incident(const std::string& id, const std::string&) override {
    const std::scoped_lock lock(mutex_);
    TRYV(find(id));
    return ok();
  }

  Result<std::vector<std::string>> list() override {
    const std::scoped_lock lock(mutex_);
    std::vector<std::pair<UtcTime, std::string>> sorted;
    sorted.reserve(captures_.size());
    for (const auto& [id, capture] : captures_) sorted.emplace_back(capture.meta.fetched, id);
    std::ranges::sort(sorted);
    std::vector<std::string> ids;
    ids.reserve(sorted.size());
    for (auto& [time, id] : sorted) ids.push_back(std::move(id));
    return ids;
  }

 private:
  struct Capture {
    CaptureMeta meta;
    Bytes body;
  };

  Result<const Capture*> find(const std::string& id) const {
    const auto found = captures_.find(id);
    if (found == captures_.end())
      return fail(Errc::kNotFound, "there is no such capture", "そのような取得物はありません");
    return &found->second;
  }

  std::mutex mutex_;
  std::map<std::string, Capture> captures_;
};

}  // namespace

std::unique_ptr<crawler::CaptureStore> make_memory_capture_store() {
  return std::make_unique<MemoryCaptureStore>();
}

}  // namespace hitokoe::storage
