#include "drill/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "hitokoe/base/file.h"

namespace hitokoe::drill {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kJournalBytes = 16U << 20;

std::string text_of(const json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string(v->as_string()) : std::string();
}

StepRecord record_of(const json::object& o) {
  StepRecord record;
  record.step = text_of(o, "step");
  record.ja = text_of(o, "ja");
  record.en = text_of(o, "en");
  if (const auto* took = o.if_contains("took_us"); took != nullptr && took->is_int64()) {
    record.took = Duration(took->as_int64());
  }
  if (const auto* facts = o.if_contains("facts"); facts != nullptr && facts->is_object()) {
    for (const auto& [key, value] : facts->as_object()) {
      if (value.is_string()) record.facts[std::string(key)] = std::string(value.as_string());
    }
  }
  return record;
}

}  // namespace

Journal::Journal(Journal&& other) noexcept
    : lock_(std::exchange(other.lock_, -1)),
      file_(std::move(other.file_)),
      resumed_(other.resumed_),
      steps_(std::move(other.steps_)),
      notes_(std::move(other.notes_)) {}

Journal::~Journal() {
  if (lock_ >= 0) ::close(lock_);
}

Result<Journal> Journal::open(const std::filesystem::path& folder, std::uint64_t seed) {
  TRYV(make_private_dir(folder));
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    return fail(Errc::kIo, "the exercise's lock cannot be opened", "訓練のロックを開けません");
  Journal journal(lock, folder / "journal.ndjson");
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::kConflict, "another exercise runs on this data folder",
                "このデータフォルダで別の訓練が動いています");
  }
  std::error_code ignored;
  if (!std::filesystem::exists(journal.file_, ignored)) {
    TRYV(journal.append(json::serialize(json::object{{"drill", 1}, {"seed", seed}})));
    return journal;
  }
  TRY(const auto bytes, read_file(journal.file_, kJournalBytes));
  std::string_view rest = as_text(bytes);
  // What a crash cut is no line; cut it off, so that the next one does not grow out of it.
  const std::size_t whole = rest.rfind('\n') == std::string_view::npos ? 0 : rest.rfind('\n') + 1;
  if (whole < rest.size()) {
    TRYV(write_file_durably(journal.file_, ByteView(bytes).first(whole)));
    rest = rest.substr(0, whole);
  }
  if (rest.empty()) {
    TRYV(journal.append(json::serialize(json::object{{"drill", 1}, {"seed", seed}})));
    return journal;
  }
  journal.resumed_ = true;
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    boost::system::error_code error;
    const json::value value = json::parse(rest.substr(0, end), error);
    rest.remove_prefix(end + 1);
    if (error || !value.is_object()) {
      return fail(Errc::kCorrupt,
                  "journal.ndjson line " + std::to_string(line) + ": not a line of an exercise",
                  "journal.ndjson " + std::to_string(line) + "行目: 訓練の記録ではありません");
    }
    const json::object& o = value.as_object();
    if (line == 1) {
      boost::system::error_code wrong;
      const auto* begun = o.if_contains("seed");
      if (begun == nullptr || begun->to_number<std::uint64_t>(wrong) != seed || wrong) {
        return fail(Errc::kConflict,
                    "this data folder holds an exercise with another seed: give its seed, or "
                    "another --data",
                    "このデータフォルダには別のシードの訓練があります: そのシードか、別の --data "
                    "を指定してください");
      }
    } else if (o.contains("note")) {
      journal.notes_[text_of(o, "note")] = text_of(o, "value");
    } else {
      journal.steps_.push_back(record_of(o));
    }
  }
  return journal;
}

Result<void> Journal::append(const std::string& line) {
  const int fd = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(Errc::kIo, "the exercise's journal cannot be opened", "訓練の記録を開けません");
  const std::string text = line + "\n";
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && ::fdatasync(fd) == 0;
  ::close(fd);
  if (!synced)
    return fail(Errc::kIo, "the exercise's journal cannot be written", "訓練の記録に書けません");
  return ok();
}

const StepRecord* Journal::find(const std::string& step) const {
  for (const auto& record : steps_) {
    if (record.step == step) return &record;
  }
  return nullptr;
}

Result<void> Journal::add(const StepRecord& record) {
  json::object facts;
  for (const auto& [key, value] : record.facts) facts[key] = value;
  TRYV(append(json::serialize(json::object{{"step", record.step},
                                           {"ja", record.ja},
                                           {"en", record.en},
                                           {"facts", std::move(facts)},
                                           {"took_us", record.took.count()}})));
  steps_.push_back(record);
  return ok();
}

std::optional<std::string> Journal::note(const std::string& name) const {
  const auto it = notes_.find(name);
  if (it == notes_.end()) return std::nullopt;
  return it->second;
}

Result<void> Journal::set_note(const std::string& name, const std::string& value) {
  if (note(name) == value) return ok();
  TRYV(append(json::serialize(json::object{{"note", name}, {"value", value}})));
  notes_[name] = value;
  return ok();
}

}  // namespace hitokoe::drill
