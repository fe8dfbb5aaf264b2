// What is kept of a call beside its check: notes, calls back, numbers.

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/incident/desk_service.h"
#include "hitokoe/text/csv.h"
#include "incident/canonical_json.h"
#include "incident/desk/keys.h"

namespace hitokoe::incident {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostNote = 4096;
constexpr std::uint32_t kMostMinutes = 600;
constexpr Duration kFarthest = std::chrono::days(366);
constexpr std::size_t kMostListed = 1000;

// A note belongs to its check and its time: moved to another one it does not open.
std::string context_of(const std::string& check, UtcTime at) {
  return "desk note " + check + " " + format_utc(at);
}

}  // namespace

Result<void> DeskService::note(const Viewer& viewer, const std::string& check,
                               std::string_view text, std::uint32_t minutes) {
  TRYV(desk::must_work(viewer));
  if (text.empty() || text.size() > kMostNote || !text::is_utf8(text)) {
    return fail(Errc::kBadInput, "a note has 1 to 4,096 bytes of UTF-8",
                "メモは UTF-8 で 1～4,096 バイト");
  }
  if (minutes > kMostMinutes) {
    return fail(Errc::kBadInput, "a call takes 600 minutes at most", "通話は 600 分まで");
  }
  TRY(const auto of, p_.store.check(viewer, check));
  TRY(const auto key, desk::desk_key(p_.keys, of.incident));
  DeskNote note;
  note.check = check;
  note.user = viewer.user();
  note.at = p_.clock.now();
  note.minutes = minutes;
  note.sealed = crypto::seal(key, as_bytes(text), as_bytes(context_of(check, note.at)), p_.random);
  const json::object body{
      {"check", check}, {"minutes", minutes}, {"sealed_sha256", crypto::sha256_hex(note.sealed)}};
  return p_.store.add_note(
      note, {viewer.user(), desk_stream(of.incident), "desk.noted", canonical(body)});
}

Result<std::vector<ReadNote>> DeskService::notes(const Viewer& viewer, const std::string& check) {
  TRYV(desk::must_work(viewer));
  TRY(const auto of, p_.store.check(viewer, check));
  TRY(const auto key, desk::desk_key(p_.keys, of.incident));
  TRY(auto rows, p_.store.notes(viewer, check));
  std::vector<ReadNote> out;
  for (auto& row : rows) {
    TRY(const auto plain, crypto::open(key, row.sealed, as_bytes(context_of(check, row.at))));
    row.sealed.clear();
    out.push_back({std::move(row), std::string(as_text(plain))});
  }
  return out;
}

Result<DeskTask> DeskService::follow_up(const Viewer& viewer, const std::string& check,
                                        UtcTime call_by) {
  TRYV(desk::must_work(viewer));
  const auto now = p_.clock.now();
  if (call_by <= now || call_by > now + kFarthest) {
    return fail(Errc::kBadInput, "call back at a time to come, within a year",
                "折り返しの期限は一年以内の未来の時刻");
  }
  TRY(const auto of, p_.store.check(viewer, check));
  DeskTask task;
  task.id = desk::new_id("FUP-", p_.random);
  task.check = check;
  task.incident = of.incident;
  task.call_by = call_by;
  task.user = viewer.user();
  task.at = now;
  const json::object body{
      {"task", task.id}, {"check", check}, {"call_by", json::string(format_utc(call_by))}};
  TRYV(p_.store.add_task(
      task, {viewer.user(), desk_stream(of.incident), "desk.follow_up", canonical(body)}));
  return task;
}

Result<void> DeskService::follow_up_done(const Viewer& viewer, const std::string& id) {
  TRYV(desk::must_work(viewer));
  TRY(const auto task, p_.store.task(viewer, id));
  const json::object body{{"task", id}, {"check", task.check}};
  return p_.store.finish_task(
      viewer, id,
      {viewer.user(), desk_stream(task.incident), "desk.follow_up_done", canonical(body)},
      p_.clock.now());
}

Result<std::vector<DeskTask>> DeskService::follow_ups(const Viewer& viewer,
                                                      const std::string& incident) {
  TRY(auto tasks, p_.store.tasks(viewer, incident));
  if (tasks.size() > kMostListed) tasks.resize(kMostListed);
  return tasks;
}

Result<DeskStatistics> DeskService::statistics(const Viewer& viewer, const std::string& incident) {
  DeskStatistics out;
  TRY(out.days, p_.store.days(viewer, incident));
  TRY(const auto tasks, p_.store.tasks(viewer, incident));
  const auto now = p_.clock.now();
  for (const auto& t : tasks) {
    if (t.done) continue;
    ++out.follow_ups_open;
    if (t.call_by < now) ++out.follow_ups_overdue;
  }
  TRY(const auto minutes, p_.store.minutes(viewer, incident));
  if (!minutes.empty()) {
    const std::size_t half = minutes.size() / 2;
    out.median_minutes = minutes.size() % 2 == 1
                             ? static_cast<double>(minutes[half])
                             : (static_cast<double>(minutes[half - 1]) + minutes[half]) / 2;
  }
  return out;
}

}  // namespace hitokoe::incident
