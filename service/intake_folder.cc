#include "service/intake_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/file.h"

namespace hitokoe::service {

namespace {

namespace fs = std::filesystem;

bool is_wanted(const std::string& name) {
  return !name.starts_with('.') && !name.ends_with(".part") && !name.ends_with(".tmp");
}

UtcTime written_at(const struct stat& about) {
  return UtcTime(std::chrono::seconds(about.st_mtim.tv_sec) +
                 std::chrono::microseconds(about.st_mtim.tv_nsec / 1000));
}

// A plain file, never through a link. kLimit: longer than `most`; kBadInput: no plain file.
Result<Bytes> read_plain(const fs::path& path, std::uint64_t most) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (fd.get() < 0) return fail(Errc::kIo, step_failed("open", errno));
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0) return fail(Errc::kIo, step_failed("read", errno));
  if (!S_ISREG(about.st_mode))
    return fail(Errc::kBadInput, "no plain file", "普通のファイルではありません");
  if (about.st_size < 0 || static_cast<std::uint64_t>(about.st_size) > most)
    return fail(Errc::kLimit, "the file is longer than what is taken", "ファイルが上限より長い");
  Bytes out(static_cast<std::size_t>(about.st_size));
  std::size_t at = 0;
  while (at < out.size()) {
    const auto n = ::read(fd.get(), out.data() + at, out.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Errc::kIo, step_failed("read", errno));
    if (n == 0) break;
    at += static_cast<std::size_t>(n);
  }
  if (at != out.size())
    return fail(Errc::kConflict, "the file changes", "ファイルが書き換わっています");
  return out;
}

}  // namespace

IntakeFolder::IntakeFolder(Parts parts, IntakeOptions options)
    : p_(std::move(parts)),
      options_(std::move(options)),
      folder_(options_.folder),
      failed_(p_.metrics.counter("hitokoe_intake_failed_total",
                                 "Files of the watched folder that could not be taken")) {}

Task<Result<void>> IntakeFolder::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) p_.log.error("intake.look_failed", {{"error", to_string(looked.error().code)}});
    CO_TRYV(co_await p_.sleeper.sleep_for(options_.every));
  }
}

Result<void> IntakeFolder::look() {
  if (!p_.gate.open()) return ok();
  TRYV(make_private_dir(folder_ / "done"));
  TRYV(make_private_dir(folder_ / "failed"));
  std::map<std::string, Seen> seen;
  std::vector<fs::path> complete;
  std::error_code error;
  const auto now = p_.clock.now();
  fs::directory_iterator at(folder_, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const auto name = at->path().filename().string();
    struct stat about {};
    if (!is_wanted(name) || ::lstat(at->path().c_str(), &about) != 0 || !S_ISREG(about.st_mode))
      continue;
    const Seen one{static_cast<std::uint64_t>(about.st_size),
                   about.st_mtim.tv_sec * 1'000'000'000 + about.st_mtim.tv_nsec};
    const auto before = seen_.find(name);
    const bool same = before != seen_.end() && before->second == one;
    if (same && written_at(about) + options_.settle <= now) complete.push_back(at->path());
    seen.emplace(name, one);
  }
  if (error)
    return fail(Errc::kIo, "the watched folder cannot be listed", "監視フォルダの一覧が読めません");
  seen_ = std::move(seen);
  std::ranges::sort(complete);
  for (const auto& file : complete) {
    if (!p_.gate.open()) break;
    auto done = take(file);
    if (done) continue;
    // One that cannot be moved stays, and keeps nobody behind it waiting.
    if (done.error().code != Errc::kIo) return done;
    failed_.add();
    p_.log.warn("intake.file_failed", {{"error", to_string(done.error().code)}});
  }
  tidy_done();
  return ok();
}

// Fails only where a store fails: then the file stays for the next look.
Result<void> IntakeFolder::take(const fs::path& file) {
  const auto name = file.filename().string();
  const auto body = read_plain(file, options_.bytes);
  if (!body && body.error().code == Errc::kConflict) return ok();
  if (!body) {
    failed_.add();
    p_.log.warn("intake.file_failed", {{"error", to_string(body.error().code)}});
    return move(file, "failed");
  }
  crawler::HandedIn what{.feed = "folder", .name = name, .url = "", .content_type = ""};
  Result<crawler::Taken> taken = outcome::failure(Error{});
  if (name.ends_with(".ail.json")) {
    const auto item = crawler::read_ail_item(body.value(), options_.bytes);
    if (!item) {
      failed_.add();
      p_.log.warn("intake.file_failed", {{"error", to_string(item.error().code)}});
      return move(file, "failed");
    }
    taken = p_.intake.take(item.value().what, item.value().body);
  } else {
    taken = p_.intake.take(what, body.value());
  }
  if (!taken) return outcome::failure(taken.error());
  p_.log.info("intake.file_taken", {{"capture", taken.value().capture},
                                    {"bytes", taken.value().bytes},
                                    {"known", taken.value().known}});
  return move(file, "done");
}

// With the number before it, it is still a name that a folder takes.
std::string short_name(const fs::path& file) {
  constexpr std::size_t kMost = 200;  // of 255 bytes
  auto name = file.filename().string();
  if (name.size() <= kMost) return name;
  const auto ending = file.extension().string();
  return name.substr(0, kMost - std::min<std::size_t>(ending.size(), 40)) + ending.substr(0, 40);
}

// Never over another of the same name.
Result<void> IntakeFolder::move(const fs::path& file, const char* to) {
  const auto micros = p_.clock.now().time_since_epoch().count();
  for (int i = 0; i < 1000; ++i) {
    const auto target = folder_ / to / (std::to_string(micros + i) + "-" + short_name(file));
    if (::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
      // Whoever sweeps done/ goes by when it was taken.
      const struct timespec now[2] = {{micros / 1'000'000, 0}, {micros / 1'000'000, 0}};
      ::utimensat(AT_FDCWD, target.c_str(), now, AT_SYMLINK_NOFOLLOW);
      return ok();
    }
    if (errno != EEXIST) return fail(Errc::kIo, step_failed("rename", errno));
  }
  return fail(Errc::kIo, step_failed("rename", EEXIST));
}

void IntakeFolder::tidy_done() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_ / "done", error)) {
    struct stat about {};
    if (::lstat(entry.path().c_str(), &about) != 0 || !S_ISREG(about.st_mode)) continue;
    if (written_at(about) + std::chrono::days(options_.done_days) > p_.clock.now()) continue;
    std::error_code ignored;
    fs::remove(entry.path(), ignored);
  }
}

}  // namespace hitokoe::service
