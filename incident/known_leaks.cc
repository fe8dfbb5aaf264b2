#include "hitokoe/incident/known_leaks.h"

#include <algorithm>
#include <map>

#include "incident/record_set.h"

namespace hitokoe::incident {

Result<std::shared_ptr<const matcher::KnownLeaks>> known_leaks(IncidentStore& store,
                                                               identity::KeyStore& keys) {
  const Viewer service("service", registry::Role::kCoordinator, "");
  auto out = std::make_shared<matcher::KnownLeaks>();
  TRY(auto ids, store.ids(service));
  std::ranges::reverse(ids);
  std::uint64_t left = kMostKnownSubjects;
  for (const auto& id : ids) {
    TRY(const auto in, store.load(service, id));
    if (in.state == State::kDismissed || in.state == State::kMerged) continue;
    std::uint64_t people = 0;
    for (const auto& [controller, n] : in.people()) people += n;
    if (people > left) continue;
    const auto key = keys.key256(identity::KeyKind::kIncident, id);
    if (!key) {  // destroyed at the end of its retention: it is forgotten
      if (key.error().code == Errc::kForbidden) continue;
      return key.error();
    }
    left -= people;
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
    matcher::KnownLeak leak;
    leak.id = id;
    leak.as_source = is_over(in.state);
    for (const auto& [subject, s] : subjects) leak.subjects[subject.controller].push_back(s);
    out->push_back(std::move(leak));
  }
  return std::shared_ptr<const matcher::KnownLeaks>(std::move(out));
}

}  // namespace hitokoe::incident
