#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "hitokoe/base/file.h"
#include "hitokoe/crawler/capture_index.h"
#include "hitokoe/crawler/capture_keeping.h"
#include "hitokoe/storage/captures.h"
#include "storage/blob/capture_file.h"
#include "storage/blob/new_file.h"

namespace hitokoe::storage {
namespace {

namespace fs = std::filesystem;
using crawler::CaptureMeta;
using identity::KeyKind;

constexpr std::string_view kSuffix = ".cap";
constexpr std::size_t kTimeDigits = 16;  // microseconds since 1970, until the year 2286
constexpr std::size_t kHeadGuess = 16U << 10;
constexpr auto kStale = std::chrono::hours(1);
constexpr auto kTick = std::chrono::seconds(2);

// Ids become file names.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

bool is_number(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Result<Key256> as_key(const SecretBytes& secret, const std::string& whose) {
  Key256 key;
  if (secret.expose().size() != key.expose().size())
    return fail(Errc::kCorrupt, "the key of " + whose + " has another size",
                whose + " の鍵の大きさが違います");
  std::copy(secret.expose().begin(), secret.expose().end(), key.expose().begin());
  return key;
}

class FileCaptureStore final : public crawler::CaptureStore,
                               public crawler::CaptureIndex,
                               public crawler::CaptureKeeping {
 public:
  FileCaptureStore(fs::path root, identity::KeyStore& keys, const Clock& clock, Random& random)
      : root_(std::move(root)), keys_(keys), clock_(clock), random_(random) {}

  Result<void> put(const CaptureMeta& meta, ByteView body) override {
    if (!is_plain_name(meta.id))
      return fail(Errc::kBadInput, "a capture's id is no plain name",
                  "取得物の id に使えない文字があります");
    const auto micros = meta.fetched.time_since_epoch().count();
    auto name = std::to_string(micros);
    if (micros < 0 || name.size() > kTimeDigits)
      return fail(Errc::kBadInput, "capture " + meta.id + ": fetched at no sensible time",
                  "取得物 " + meta.id + ": 取得時刻があり得ない値");
    if (meta.size != body.size())
      return fail(Errc::kBadInput, "capture " + meta.id + ": its size is not that of its body",
                  "取得物 " + meta.id + ": 大きさが本文と違います");
    name.insert(0, kTimeDigits - name.size(), '0');
    const auto day = format_day(jst_day(meta.fetched));
    const auto folder = root_ / day.substr(0, 4) / day.substr(5, 2) / day.substr(8, 2);

    const std::scoped_lock lock(mutex_);
    TRYV(scan_once());
    if (const auto* known = known_file(meta.id); known != nullptr && is_there(*known))
      return make_durable(*known);  // who wrote it may have been killed before its fsync
    TRY(const auto day_key, keys_.key256(KeyKind::kCaptureDay, day));
    const auto key = crypto::random_key256(random_);
    TRY(const auto content, seal_capture(meta, body, key, day, day_key, random_));
    TRYV(make_private_dir(folder));
    const auto path = folder / (name + "-" + meta.id + std::string(kSuffix));
    TRYV(write_new_file(path, content));
    const auto on = days_.try_emplace(folder).first;
    on->second.files.insert_or_assign(meta.id, path);
    know(meta.id, on);
    return ok();
  }

  Result<bool> has(const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    TRYV(scan_once());
    const auto* known = known_file(id);
    return known != nullptr && is_there(*known);
  }

  Result<CaptureMeta> meta(const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    TRY(const auto path, find(id));
    TRY(const auto head, read_head(path, id));
    TRY(const auto parts, parse(head, true, id));
    TRY(const auto key, key_of(parts, id));
    return open_meta(parts, id, key);
  }

  Result<Bytes> read(const std::string& id) override {
    fs::path path;
    {
      const std::scoped_lock lock(mutex_);
      TRY(path, find(id));
    }
    TRY(const auto file, read_file(path, kLargestBody + (64U << 20)));
    TRY(const auto parts, parse(file, false, id));
    TRY(const auto key, key_of(parts, id));
    TRY(const auto meta, open_meta(parts, id, key));
    return open_body(parts, id, key, meta.size);
  }

  Result<void> keep_for_incident(const std::string& id, const std::string& incident) override {
    if (!is_plain_name(incident))
      return fail(Errc::kBadInput, "an incident's id is no plain name",
                  "事案の id に使えない文字があります");
    const std::scoped_lock lock(mutex_);
    TRY(const auto path, find(id));
    const auto kept = root_ / "kept" / id / incident;
    TRY(const auto incident_key, keys_.key256(KeyKind::kIncident, incident));
    const std::string under = "incident " + incident;
    if (const auto there = read_file(kept, 4096);
        there && unwrap_key(there.value(), id, under, incident_key))
      return ok();
    TRY(const auto head, read_head(path, id));
    TRY(const auto parts, parse(head, true, id));
    TRY(const auto key, key_of(parts, id));
    TRYV(make_private_dir(kept.parent_path()));
    TRYV(write_file_durably(kept, wrap_key(key, id, under, incident_key, random_)));
    if (is_there(path)) return ok();
    // It is being purged (capture_purge.cc): either that sees what was written, or it is seen here.
    std::error_code ignored;
    fs::remove(kept, ignored);
    fs::remove(kept.parent_path(), ignored);
    return fail(Errc::kNotFound, "capture " + id + " was purged a moment ago",
                "取得物 " + id + " は破棄されたところです");
  }

  Result<void> let_go(const std::string& id, const Keeps& keeps) override {
    if (!is_plain_name(id)) return ok();
    const auto folder = root_ / "kept" / id;
    TRY(const auto incidents, kept_by(folder));
    for (const auto& incident : incidents) {
      TRY(const bool kept, keeps(incident));
      if (kept) continue;
      const auto path = folder / incident;
      auto wrapped = read_file(path, 4096);
      if (!wrapped) continue;  // somebody else let go of it
      TRYV(remove_wrapped(path));
      TRY(const bool again, keeps(incident));
      if (!again) continue;
      const std::scoped_lock lock(mutex_);
      TRYV(make_private_dir(folder));
      TRYV(write_file_durably(path, wrapped.value()));
    }
    return ok();
  }

  Result<std::vector<std::string>> list() override {
    const std::scoped_lock lock(mutex_);
    TRYV(scan());
    std::vector<std::pair<std::string, std::string>> sorted;
    std::set<std::string_view> seen;
    for (const auto& [folder, day] : days_) {
      for (const auto& [id, path] : day.files) {
        if (seen.insert(id).second) sorted.emplace_back(path.filename().string(), id);
      }
    }
    std::ranges::sort(sorted);
    std::vector<std::string> ids;
    ids.reserve(sorted.size());
    for (auto& [name, id] : sorted) ids.push_back(std::move(id));
    return ids;
  }

 private:
  static Result<CaptureParts> parse(ByteView file, bool head_only, const std::string& id) {
    auto parts = parse_capture(file, head_only);
    if (!parts)
      return fail(parts.error().code,
                  Words{"capture ", "取得物 "} + (id + ": ") + parts.error().words());
    return parts;
  }

  static bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error);
  }

  // The incidents whose names stand in the folder.
  static Result<std::vector<std::string>> kept_by(const fs::path& folder) {
    std::vector<std::string> incidents;
    std::error_code error;
    fs::directory_iterator at(folder, error);
    if (error == std::errc::no_such_file_or_directory) return incidents;
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
      auto name = at->path().filename().string();
      if (is_plain_name(name)) incidents.push_back(std::move(name));
    }
    if (error)
      return fail(Errc::kIo, shown(folder) + ": cannot be listed: " + error.message(),
                  shown(folder) + ": 一覧が読めません: " + error.message());
    return incidents;
  }

  Result<void> remove_wrapped(const fs::path& path) {
    const std::scoped_lock lock(mutex_);
    std::error_code error;
    fs::remove(path, error);
    if (error)
      return fail(Errc::kIo, shown(path) + ": cannot be removed: " + error.message(),
                  shown(path) + ": 削除できません: " + error.message());
    fs::remove(path.parent_path(), error);  // where nobody keeps it any more
    return ok();
  }

  // Everything but the body.
  static Result<Bytes> read_head(const fs::path& path, const std::string& id) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
      return fail(Errc::kIo, "capture " + id + ": its file cannot be opened",
                  "取得物 " + id + ": ファイルを開けません");
    Bytes head(kHeadGuess);
    const auto fill = [&](std::size_t from) {
      in.read(reinterpret_cast<char*>(head.data() + from),
              static_cast<std::streamsize>(head.size() - from));
      head.resize(from + static_cast<std::size_t>(in.gcount()));
    };
    fill(0);
    const std::size_t wanted = head_size(head);
    if (wanted > head.size() && head.size() == kHeadGuess && wanted < (64U << 20)) {
      head.resize(wanted);
      fill(kHeadGuess);
    }
    return head;
  }

  // The capture's own key: with the key of its day, or of an incident that keeps it.
  Result<Key256> key_of(const CaptureParts& parts, const std::string& id) const {
    const auto day_key = keys_.get(KeyKind::kCaptureDay, parts.day);
    if (day_key) {
      TRY(const auto key, as_key(day_key.value(), parts.day));
      return unwrap_key(parts.wrapped_key, id, "day " + parts.day, key);
    }
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root_ / "kept" / id, error)) {
      const auto incident = entry.path().filename().string();
      if (!is_plain_name(incident)) continue;
      const auto incident_key = keys_.get(KeyKind::kIncident, incident);
      if (!incident_key) continue;
      TRY(const auto with, as_key(incident_key.value(), incident));
      TRY(const auto wrapped, read_file(entry.path(), 4096));
      return unwrap_key(wrapped, id, "incident " + incident, with);
    }
    if (day_key.error().code == Errc::kForbidden) {
      return fail(Errc::kForbidden,
                  "capture " + id + ": the key of its day was destroyed, and no incident keeps it",
                  "取得物 " + id + ": その日の鍵は破棄され、残している事案もありません");
    }
    if (day_key.error().code == Errc::kNotFound)
      return fail(Errc::kCorrupt, "capture " + id + ": made with another key store",
                  "取得物 " + id + ": 別の鍵庫で作られています");
    return outcome::failure(day_key.error());
  }

  Result<fs::path> find(const std::string& id) {
    TRYV(scan_once());
    const auto* found = known_file(id);
    if (found == nullptr || !is_there(*found)) {
      TRYV(scan());  // another process may have put it, or purged it
      found = known_file(id);
    }
    if (found == nullptr) {
      if (!is_plain_name(id)) {
        return fail(Errc::kNotFound, "there is no capture of that name",
                    "その名前の取得物はありません");
      }
      return fail(Errc::kNotFound, "there is no capture " + id, "取得物 " + id + " はありません");
    }
    return *found;
  }

  struct Day {
    fs::file_time_type written{};  // its folder, when it was listed
    bool settled = false;          // and nothing can have been written after that unseen
    std::map<std::string, fs::path, std::less<>> files;
  };
  using Days = std::map<fs::path, Day>;

  // Two processes may have put the same on two days: the older file counts.
  const fs::path* known_file(const std::string& id) const {
    const auto on = day_of_.find(id);
    if (on == day_of_.end()) return nullptr;
    const auto& files = on->second->second.files;
    const auto found = files.find(id);
    return found == files.end() ? nullptr : &found->second;
  }

  void know(const std::string& id, Days::iterator day) {
    const auto [known, is_new] = day_of_.try_emplace(id, day);
    if (is_new || known->second == day) return;
    on_several_.insert(id);
    if (day->first < known->second->first) known->second = day;
  }

  // It is not on that day any more; it may be on a later one. A purge loses a hundred thousand at
  // once while others wait: days are searched only for the few that were seen on several.
  void lose(const std::string& id, Days::iterator day) {
    const auto known = day_of_.find(id);
    if (known == day_of_.end() || known->second != day) return;
    const auto several = on_several_.find(id);
    if (several == on_several_.end()) {
      day_of_.erase(known);
      return;
    }
    const auto later = std::find_if(std::next(day), days_.end(),
                                    [&](const auto& d) { return d.second.files.contains(id); });
    if (later == days_.end()) {
      day_of_.erase(known);
      on_several_.erase(several);
    } else {
      known->second = later;
    }
  }

  Result<void> scan_once() {
    if (scanned_) return ok();
    TRYV(scan());
    scanned_ = true;
    return ok();
  }

  // Lists the days that changed since they were listed last.
  Result<void> scan() {
    std::set<fs::path> present;
    TRYV(each_folder(root_, 4, [&](const fs::path& year) {
      return each_folder(year, 2, [&](const fs::path& month) {
        return each_folder(month, 2, [&](const fs::path& day) {
          present.insert(day);
          return look_at_day(day);
        });
      });
    }));
    for (auto day = days_.begin(); day != days_.end();) {
      if (present.contains(day->first)) {
        ++day;
        continue;
      }
      for (const auto& [id, path] : day->second.files) lose(id, day);
      day = days_.erase(day);
    }
    return ok();
  }

  template <class F>
  static Result<void> each_folder(const fs::path& folder, std::size_t digits, F each) {
    std::error_code error;
    fs::directory_iterator at(folder, error);
    if (error == std::errc::no_such_file_or_directory) return ok();
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
      if (!is_number(at->path().filename().string(), digits)) continue;
      TRYV(each(at->path()));
    }
    if (error)
      return fail(Errc::kIo, shown(folder) + ": cannot be listed: " + error.message(),
                  shown(folder) + ": 一覧が読めません: " + error.message());
    return ok();
  }

  Result<void> look_at_day(const fs::path& path) {
    std::error_code error;
    const auto written = fs::last_write_time(path, error);
    const auto on = days_.try_emplace(path).first;
    auto& day = on->second;
    if (!error && day.settled && day.written == written) return ok();
    std::map<std::string, fs::path, std::less<>> found;
    TRY(const bool finished, scan_day(path, found));
    std::swap(day.files, found);
    for (const auto& [id, before] : found) {
      if (!day.files.contains(id)) lose(id, on);
    }
    for (const auto& [id, file] : day.files) know(id, on);
    day.written = written;
    // What is written within the same tick of the file system leaves the same time.
    const auto at =
        std::chrono::time_point_cast<Duration>(std::chrono::file_clock::to_sys(written));
    day.settled = !error && finished && at + kTick < clock_.now();
    return ok();
  }

  // False: a file is there that was not finished, which is removed once it is stale.
  Result<bool> scan_day(const fs::path& day,
                        std::map<std::string, fs::path, std::less<>>& found) const {
    bool finished = true;
    std::error_code error;
    fs::directory_iterator at(day, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
      const auto name = at->path().filename().string();
      if (name.starts_with(kUnfinished)) {
        finished = false;
        remove_if_stale(at->path());
      }
      if (name.size() <= kTimeDigits + 1 + kSuffix.size() || !name.ends_with(kSuffix) ||
          !is_number(std::string_view(name).substr(0, kTimeDigits), kTimeDigits))
        continue;
      auto id = name.substr(kTimeDigits + 1, name.size() - kTimeDigits - 1 - kSuffix.size());
      const auto [there, is_new] = found.emplace(std::move(id), at->path());
      if (!is_new && at->path().filename() < there->second.filename()) there->second = at->path();
    }
    if (error)
      return fail(Errc::kIo, shown(day) + ": cannot be listed: " + error.message(),
                  shown(day) + ": 一覧が読めません: " + error.message());
    return finished;
  }

  // What a killed process left. A living one renames its file within seconds.
  void remove_if_stale(const fs::path& path) const {
    std::error_code error;
    const auto written = fs::last_write_time(path, error);
    if (error) return;
    const auto at =
        std::chrono::time_point_cast<Duration>(std::chrono::file_clock::to_sys(written));
    if (at + kStale < clock_.now()) fs::remove(path, error);
  }

  fs::path root_;
  identity::KeyStore& keys_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  bool scanned_ = false;
  Days days_;
  std::unordered_map<std::string, Days::iterator> day_of_;  // of each capture, the oldest
  std::unordered_set<std::string> on_several_;              // captures that were on another, too
};

}  // namespace

std::unique_ptr<crawler::CaptureStore> make_capture_store(const std::filesystem::path& data,
                                                          identity::KeyStore& keys,
                                                          const Clock& clock, Random& random) {
  return std::make_unique<FileCaptureStore>(data / "captures", keys, clock, random);
}

}  // namespace hitokoe::storage
