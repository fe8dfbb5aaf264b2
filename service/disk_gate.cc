#include "service/disk_gate.h"

namespace hitokoe::service {

namespace fs = std::filesystem;

DiskGate::DiskGate(fs::path data, DiskOptions options, MetricsRegistry& metrics, Logger log)
    : data_(std::move(data)),
      options_(options),
      log_(std::move(log)),
      gate_(metrics.gauge("hitokoe_intake_open", "0: the disk's budget is used up")),
      free_(metrics.gauge("hitokoe_disk_free_bytes", "Of the file system of the data folder")),
      used_(metrics.gauge("hitokoe_captures_bytes", "That captures take, where a budget is set")) {
  gate_.set(1);
}

Result<std::uint64_t> DiskGate::bytes_of_captures() const {
  std::uint64_t total = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(data_ / "captures", error);
  if (error == std::errc::no_such_file_or_directory) return total;
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code gone;  // a file that was purged meanwhile
    if (!at->is_regular_file(gone) || gone) continue;
    const auto size = at->file_size(gone);
    if (!gone) total += size;
  }
  if (error) return fail(Errc::kIo, "the captures cannot be listed", "取得物の一覧が読めません");
  return total;
}

Result<void> DiskGate::look() {
  std::error_code error;
  const auto space = fs::space(data_, error);
  if (error)
    return fail(Errc::kIo, "the disk's free space cannot be read",
                "ディスクの空き容量が読めません");
  std::uint64_t used = 0;
  if (options_.captures > 0) {
    TRY(used, bytes_of_captures());
  }
  const bool was = open_;
  // Room to spare before it opens again, so that it does not flap.
  const auto spare = [&](std::uint64_t n) { return was ? 0 : n / 20; };
  const bool enough_free = space.available >= options_.least_free + spare(options_.least_free);
  const bool within = options_.captures == 0 || used + spare(options_.captures) < options_.captures;
  const bool now = enough_free && within;
  open_ = now;
  gate_.set(now ? 1 : 0);
  free_.set(static_cast<std::int64_t>(space.available));
  used_.set(static_cast<std::int64_t>(used));
  if (was && !now) {
    log_.error("disk.intake_stopped", {{"free_bytes", space.available}, {"captures_bytes", used}});
  } else if (!was && now) {
    log_.info("disk.intake_resumed", {{"free_bytes", space.available}, {"captures_bytes", used}});
  }
  return ok();
}

Task<Result<void>> DiskGate::run(CpuPool& pool, Sleeper& sleeper) {
  for (;;) {
    const auto looked = co_await pool.run([this] { return look(); });
    if (!looked) log_.error("disk.look_failed", {{"error", to_string(looked.error().code)}});
    CO_TRYV(co_await sleeper.sleep_for(options_.every));
  }
}

}  // namespace hitokoe::service
