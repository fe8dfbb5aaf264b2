#include "service/known_leak_watch.h"

namespace hitokoe::service {

namespace {
constexpr auto kQuick = std::chrono::milliseconds(200);  // is done every time
constexpr int kPause = 19;                               // of what reading took
}  // namespace

Result<KnownLeakWatch::Older> KnownLeakWatch::current(
    const std::shared_ptr<const matcher::Index>& index) {
  const std::lock_guard lock(mutex_);
  TRY(const auto revision, store_.revision());
  const auto begin = clock_.steady();
  const bool same_index = index_ == index;
  if (older_.leaks && same_index && (revision == revision_ || begin < not_before_)) return older_;
  if (!older_.leaks || (revision != revision_ && begin >= not_before_)) {
    TRY(older_.leaks, incident::known_leaks(store_, keys_));
    revision_ = revision;
  }
  older_.prepared = matcher::prepare(index, *older_.leaks);
  index_ = index;
  const auto took = clock_.steady() - begin;
  not_before_ = took > kQuick ? clock_.steady() + kPause * took : SteadyTime{};
  return older_;
}

}  // namespace hitokoe::service
