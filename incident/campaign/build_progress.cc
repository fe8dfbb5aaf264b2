#include "incident/campaign/build_progress.h"

#include <exception>

namespace hitokoe::incident::campaign {

namespace {

constexpr Duration kBetweenNotes = std::chrono::seconds(2);

}  // namespace

BuildProgress::~BuildProgress() {
  if (!noted_) return;
  try {
    // Where it cannot be taken back it grows old, and nobody shows it any more.
    (void)store_.note_build(campaign_, std::nullopt).has_value();
  } catch (const std::exception&) {
    noted_ = false;
  }
}

Result<void> BuildProgress::stage(const char* name, std::uint64_t steps, std::uint64_t all) {
  stage_ = name;
  from_ = to_;
  to_ = from_ + steps;
  all_ = all;
  began_ = clock_.now();
  // A long build's next stage is told at once: it may be one long transaction.
  written_ = noted_ ? SteadyTime{} : written_ == SteadyTime{} ? clock_.steady() : written_;
  return at(0, 1);
}

void BuildProgress::inside(std::uint64_t done, std::uint64_t total) const {
  if (!tell_) return;
  const double share = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  tell_(from_ + static_cast<std::uint64_t>(static_cast<double>(to_ - from_) * share), all_);
}

Result<void> BuildProgress::at(std::uint64_t done, std::uint64_t total) const {
  if (stop_ && stop_())
    return fail(Errc::kCancelled, "stopped: nothing was changed",
                "中止しました: 何も変更していません");
  inside(done, total);
  const auto now = clock_.steady();
  if (now - written_ < kBetweenNotes) return ok();
  written_ = now;
  // A build goes on whether or not others can look at it: a database that is busy for a while must
  // not end it.
  const auto told =
      store_.note_build(campaign_, BuildRow{stage_, done, total, began_, clock_.now()});
  noted_ = noted_ || told.has_value();
  return ok();
}

}  // namespace hitokoe::incident::campaign
