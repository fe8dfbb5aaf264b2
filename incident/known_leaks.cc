#include "hitokoe/incident/known_leaks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "incident/record_set.h"

namespace hitokoe::incident {
namespace {

// Of this incident alone: the next one may be whole.
bool is_damage(Errc code) { return code == Errc::kCorrupt || code == Errc::kNotFound; }

// One incident; nothing where it is none to compare with, or has more people than `left`. Takes
// its people off `left` where it was read.
Result<std::optional<matcher::KnownLeak>> read_one(IncidentStore& store, identity::KeyStore& keys,
                                                   const std::string& id, std::uint64_t& left) {
  const Viewer service("service", registry::Role::kCoordinator, "");
  TRY(const auto in, store.load(service, id));
  if (in.state == State::kDismissed || in.state == State::kMerged) {
    return std::optional<matcher::KnownLeak>();
  }
  std::uint64_t people = 0;
  for (const auto& [controller, n] : in.people()) people += n;
  if (people > left) return std::optional<matcher::KnownLeak>();
  const auto key = keys.key256(identity::KeyKind::kIncident, id);
  if (!key) {  // destroyed at the end of its retention: it is forgotten
    if (key.error().code == Errc::kForbidden) return std::optional<matcher::KnownLeak>();
    return outcome::failure(key.error());
  }
  std::map<SubjectKey, matcher::KnownLeak::Subject> subjects;
  TRYV(store.each_chunk(id, [&](const SubjectChunk& chunk) -> Result<void> {
    return open_chunk(chunk, key.value(), id,
                      [&](const SubjectKey& subject, const SubjectRecord& record) {
                        auto& s = subjects[subject];
                        s.y_ref = subject.y_ref;
                        s.canary = s.canary || record.canary;
                        for (const auto item : record.items) s.fields.add(item);
                      });
  }));
  left -= people;
  matcher::KnownLeak leak;
  leak.id = id;
  leak.as_source = is_over(in.state);
  for (const auto& [subject, s] : subjects) leak.subjects[subject.controller].push_back(s);
  return std::optional(std::move(leak));
}

}  // namespace

Result<OlderLeaks> known_leaks(IncidentStore& store, identity::KeyStore& keys) {
  const Viewer service("service", registry::Role::kCoordinator, "");
  auto leaks = std::make_shared<matcher::KnownLeaks>();
  OlderLeaks out;
  TRY(auto ids, store.ids(service));
  std::ranges::reverse(ids);
  std::uint64_t left = kMostKnownSubjects;
  for (const auto& id : ids) {
    auto read = read_one(store, keys, id, left);
    if (!read) {
      if (!is_damage(read.error().code)) return outcome::failure(read.error());
      out.unread.push_back({id, read.error()});
      auto& unread = leaks->emplace_back();
      unread.id = id;
      unread.as_source = false;  // of nothing: it has no customers
      continue;
    }
    const auto& leak = read.value();
    if (leak && !leak->subjects.empty()) leaks->push_back(std::move(*read.value()));
  }
  out.leaks = std::move(leaks);
  return out;
}

}  // namespace hitokoe::incident
