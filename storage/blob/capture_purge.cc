#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <mutex>

#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/file.h"
#include "hitokoe/storage/retention.h"
#include "storage/blob/capture_file.h"

namespace hitokoe::storage {
namespace {

namespace fs = std::filesystem;
using crawler::StoredCapture;
using identity::KeyKind;
using Outcome = crawler::CapturePurge::Outcome;

constexpr std::string_view kSuffix = ".cap";
constexpr std::string_view kDoomed = ".purge-";  // before the name of a file that is being purged
constexpr std::size_t kTimeDigits = 16;
constexpr std::size_t kHead = 64U << 10;  // its key stands within

bool all_digits(std::string_view text, std::size_t n) {
  return text.size() == n && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "<16 digits>-<id>.cap"
std::optional<StoredCapture> named(std::string_view name) {
  if (name.size() <= kTimeDigits + 1 + kSuffix.size() || !name.ends_with(kSuffix) ||
      !all_digits(name.substr(0, kTimeDigits), kTimeDigits))
    return std::nullopt;
  const auto micros = std::stoll(std::string(name.substr(0, kTimeDigits)));
  name.remove_prefix(kTimeDigits + 1);
  name.remove_suffix(kSuffix.size());
  return StoredCapture{std::string(name), UtcTime(std::chrono::microseconds(micros))};
}

auto failed(const fs::path& path, std::string_view step) {
  return fail(Errc::kIo, shown(path) + ": " + step_failed(step, errno));
}

Result<void> sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return failed(folder, "sync folder");
  return ok();
}

// Where the file system overwrites in place, the key is gone from the disk with this.
Result<void> overwrite_head(const fs::path& path) {
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.get() < 0) return failed(path, "open");
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const Bytes zeros(static_cast<std::size_t>(std::min<std::uintmax_t>(error ? 0 : size, kHead)));
  std::size_t at = 0;
  while (at < zeros.size()) {
    const auto n = ::pwrite(fd.get(), zeros.data() + at, zeros.size() - at, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return failed(path, "write");
    at += static_cast<std::size_t>(n);
  }
  if (::fsync(fd.get()) != 0) return failed(path, "sync");
  return ok();
}

class FileCapturePurge final : public crawler::CapturePurge {
 public:
  FileCapturePurge(fs::path root, identity::KeyStore& keys) : root_(std::move(root)), keys_(keys) {}

  Result<std::vector<StoredCapture>> before(UtcTime before) override {
    const std::scoped_lock lock(mutex_);
    std::vector<StoredCapture> out;
    std::vector<fs::path> doomed;
    files_.clear();
    TRYV(each_day([&](const fs::path& day) {
      return each_file(day, [&](const fs::path& path) {
        const auto name = path.filename().string();
        if (name.starts_with(kDoomed)) doomed.push_back(path);
        auto capture = named(name);
        if (!capture || capture->fetched >= before || may_be_kept(capture->id)) return;
        files_[capture->id].push_back(path);
        if (files_[capture->id].size() == 1) out.push_back(std::move(*capture));
      });
    }));
    for (const auto& path : doomed) {
      const auto capture = named(path.filename().string().substr(kDoomed.size()));
      TRYV(finish(path, capture ? capture->id : std::string()));
    }
    std::ranges::sort(out, {}, &StoredCapture::fetched);
    return out;
  }

  Result<Outcome> purge(const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    const auto found = files_.find(id);
    if (found == files_.end()) return Outcome::kNotThere;
    auto outcome = Outcome::kNotThere;
    // Two processes may have put the same on two days.
    for (const auto& path : found->second) {
      if (may_be_kept(id)) return Outcome::kKept;
      const auto doomed = path.parent_path() / (std::string(kDoomed) + path.filename().string());
      if (::rename(path.c_str(), doomed.c_str()) != 0) {
        if (errno == ENOENT) continue;
        return failed(path, "rename");
      }
      TRY(const bool gone, finish(doomed, id));
      if (!gone) return Outcome::kKept;
      outcome = Outcome::kPurged;
    }
    files_.erase(found);
    return outcome;
  }

  Result<std::vector<std::string>> destroy_days_before(JstDay day) override {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> out;
    const auto limit = format_day(day);
    for (const auto& entry : keys_.list()) {
      if (entry.kind != KeyKind::kCaptureDay || entry.destroyed || entry.name >= limit) continue;
      if (entry.name.size() != 10 || needs_key(entry.name)) continue;
      TRYV(keys_.destroy(KeyKind::kCaptureDay, entry.name));
      out.push_back(entry.name);
    }
    return out;
  }

 private:
  // Where it cannot be seen, it may: what cannot be told is not destroyed.
  bool may_be_kept(const std::string& id) const {
    std::error_code error;
    const fs::directory_iterator at(root_ / "kept" / id, error);
    if (error) return error != std::errc::no_such_file_or_directory;
    return at != fs::directory_iterator();
  }

  // The incident may have come to it after it was looked at and before the file was renamed.
  // @return false: it was put back.
  Result<bool> finish(const fs::path& doomed, const std::string& id) {
    const auto folder = doomed.parent_path();
    if (!id.empty() && may_be_kept(id)) {
      const auto back = folder / doomed.filename().string().substr(kDoomed.size());
      if (::rename(doomed.c_str(), back.c_str()) != 0) return failed(doomed, "rename");
      TRYV(sync_folder(folder));
      return false;
    }
    TRYV(overwrite_head(doomed));
    if (::unlink(doomed.c_str()) != 0 && errno != ENOENT) return failed(doomed, "remove");
    TRYV(sync_folder(folder));
    return true;
  }

  fs::path folder_of(const std::string& day) const {
    return root_ / day.substr(0, 4) / day.substr(5, 2) / day.substr(8, 2);
  }

  // What is kept has its key under its incident's, too.
  bool needs_key(const std::string& day) const {
    bool needed = false;
    const auto looked = each_file(folder_of(day), [&](const fs::path& path) {
      const auto name = path.filename().string();
      const auto capture = named(name);
      if (name.starts_with(kDoomed) || (capture && !may_be_kept(capture->id))) needed = true;
    });
    return needed || !looked;
  }

  Result<void> each_day(const std::function<Result<void>(const fs::path&)>& each) const {
    return each_folder(root_, 4, [&](const fs::path& year) {
      return each_folder(year, 2,
                         [&](const fs::path& month) { return each_folder(month, 2, each); });
    });
  }

  static Result<void> each_folder(const fs::path& folder, std::size_t digits,
                                  const std::function<Result<void>(const fs::path&)>& each) {
    std::vector<fs::path> found;
    TRYV(each_file(folder, [&](const fs::path& path) {
      if (all_digits(path.filename().string(), digits)) found.push_back(path);
    }));
    for (const auto& path : found) {
      TRYV(each(path));
    }
    return ok();
  }

  static Result<void> each_file(const fs::path& folder,
                                const std::function<void(const fs::path&)>& each) {
    std::error_code error;
    fs::directory_iterator at(folder, error);
    if (error == std::errc::no_such_file_or_directory) return ok();
    for (; !error && at != fs::directory_iterator(); at.increment(error)) each(at->path());
    if (error)
      return fail(Errc::kIo, shown(folder) + ": cannot be listed: " + error.message(),
                  shown(folder) + ": 一覧が読めません: " + error.message());
    return ok();
  }

  fs::path root_;
  identity::KeyStore& keys_;
  std::mutex mutex_;
  std::map<std::string, std::vector<fs::path>> files_;  // of the last before()
};

}  // namespace

std::unique_ptr<crawler::CapturePurge> make_capture_purge(const fs::path& data,
                                                          identity::KeyStore& keys) {
  return std::make_unique<FileCapturePurge>(data / "captures", keys);
}

}  // namespace hitokoe::storage
