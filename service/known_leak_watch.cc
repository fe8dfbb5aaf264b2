#include "service/known_leak_watch.h"

#include <utility>

namespace hitokoe::service {

namespace {
constexpr auto kQuick = std::chrono::milliseconds(200);  // is done every time
constexpr int kPause = 19;                               // of what reading took
constexpr auto kTryAgain = std::chrono::minutes(10);
}  // namespace

KnownLeakWatch::KnownLeakWatch(incident::IncidentStore& store, identity::KeyStore& keys,
                               const Clock& clock, MetricsRegistry& metrics, Logger log)
    : store_(store),
      keys_(keys),
      clock_(clock),
      log_(std::move(log)),
      unread_(metrics.gauge("hitokoe_older_leaks_unread",
                            "Incidents whose stored data are damaged: captures are not compared "
                            "with them")) {}

bool KnownLeakWatch::to_be_read(std::uint64_t revision, SteadyTime now) const {
  if (!older_.leaks.leaks) return true;
  if (now < not_before_) return false;
  return revision != revision_ || (!older_.leaks.unread.empty() && now >= try_again_);
}

void KnownLeakWatch::tell_unread() {
  std::set<std::string> now;
  for (const auto& one : older_.leaks.unread) {
    now.insert(one.incident);
    if (told_.contains(one.incident)) continue;
    log_.error("older_leak.unread",
               {{"incident", one.incident}, {"error", to_string(one.why.code)}});
  }
  told_ = std::move(now);
  unread_.set(static_cast<std::int64_t>(told_.size()));
}

Result<KnownLeakWatch::Older> KnownLeakWatch::current(
    const std::shared_ptr<const matcher::Index>& index) {
  const std::lock_guard lock(mutex_);
  TRY(const auto revision, store_.revision());
  const auto begin = clock_.steady();
  const bool read = to_be_read(revision, begin);
  if (!read && index_ == index) return older_;
  if (read) {
    TRY(older_.leaks, incident::known_leaks(store_, keys_));
    revision_ = revision;
    try_again_ = begin + kTryAgain;
    tell_unread();
  }
  older_.prepared = matcher::prepare(index, *older_.leaks.leaks);
  index_ = index;
  const auto took = clock_.steady() - begin;
  not_before_ = took > kQuick ? clock_.steady() + kPause * took : SteadyTime{};
  return older_;
}

}  // namespace hitokoe::service
