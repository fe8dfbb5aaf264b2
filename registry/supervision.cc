#include "hitokoe/registry/supervision.h"

#include <algorithm>
#include <set>

namespace hitokoe::registry {

std::string_view to_string(AuditKind kind) {
  switch (kind) {
    case AuditKind::kOnSite:
      return "on_site";
    case AuditKind::kPaper:
      return "paper";
    case AuditKind::kRemote:
      return "remote";
  }
  return "unknown";
}

std::string_view to_string(AuditResult result) {
  switch (result) {
    case AuditResult::kPassed:
      return "passed";
    case AuditResult::kImprovement:
      return "improvement";
    case AuditResult::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string_view to_string(KeyChoice choice) {
  return choice == KeyChoice::kKeep ? "keep" : "destroy";
}

const Carrier* SupervisionBook::carrier(std::string_view party) const {
  const auto at = std::ranges::find(carriers, party, &Carrier::id);
  return at == carriers.end() ? nullptr : &*at;
}

const Supervision* SupervisionBook::of(std::string_view delegation) const {
  const auto at = std::ranges::find(supervision, delegation, &Supervision::delegation);
  return at == supervision.end() ? nullptr : &*at;
}

bool is_supervised(const Registry& registry, const Delegation& delegation) {
  const auto& book = registry.supervision();
  return book.carrier(delegation.controller) != nullptr || book.of(delegation.id) != nullptr;
}

std::size_t unsupervised(const Registry& registry) {
  std::set<std::string_view> carriers, delegations;
  for (const auto& c : registry.supervision().carriers) carriers.insert(c.id);
  for (const auto& s : registry.supervision().supervision) delegations.insert(s.delegation);
  return static_cast<std::size_t>(
      std::ranges::count_if(registry.delegations(), [&](const Delegation& d) {
        return !carriers.contains(d.controller) && !delegations.contains(d.id);
      }));
}

JstDay months_later(JstDay day, int months) {
  const std::chrono::year_month_day date{day};
  const auto month =
      std::chrono::year_month(date.year(), date.month()) + std::chrono::months(months);
  const std::chrono::year_month_day_last last{month.year(),
                                              std::chrono::month_day_last(month.month())};
  return JstDay(month / std::min(date.day(), last.day()));
}

Result<void> may_destroy_key(const Registry& registry, std::string_view delegation, JstDay today) {
  const std::string id(delegation);
  if (registry.delegation(delegation) == nullptr) {
    return fail(Errc::kNotFound,
                "delegation " + id +
                    " is not in the registry, and neither is a choice about its key: apply the "
                    "registry with it and its `supervision: closed`",
                "委託 " + id +
                    " は台帳になく、鍵の扱いも記録されていません: supervision の closed "
                    "を付けて台帳に戻してください");
  }
  const auto* supervision = registry.supervision().of(delegation);
  const bool chosen = supervision != nullptr && supervision->closed;
  if (!chosen && !is_supervised(registry, *registry.delegation(delegation))) return ok();
  if (!chosen) {
    return fail(Errc::kConflict,
                "delegation " + id +
                    ": nobody has chosen what becomes of its fingerprint key: record the end with "
                    "`supervision: closed: {key: destroy}` first. Old data leak late; without the "
                    "key they are not recognised any more",
                "委託 " + id +
                    ": 指紋の鍵を残すか破棄するかが記録されていません: 先に supervision の closed "
                    "に key: destroy を記録してください。古いデータは遅れて流出し、"
                    "鍵がなければ見分けられません");
  }
  const auto& closed = *supervision->closed;
  if (closed.key == KeyChoice::kDestroy && closed.on <= today) return ok();
  if (closed.key == KeyChoice::kDestroy) {
    const auto day = format_day(closed.on);
    return fail(Errc::kConflict, "delegation " + id + ": it is closed on " + day + ", not before",
                "委託 " + id + ": 終了手続は " + day + " です。それより前には破棄できません");
  }
  if (closed.until && *closed.until < today) return ok();
  const auto day = closed.until ? format_day(*closed.until) : std::string();
  return fail(Errc::kConflict,
              "delegation " + id + ": its fingerprint key is kept until " + day +
                  ", so that old data are recognised",
              "委託 " + id + ": 指紋の鍵は、古いデータを見分けるため " + day + " まで残す記録です");
}

}  // namespace hitokoe::registry
