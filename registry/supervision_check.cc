#include <algorithm>
#include <map>
#include <set>

#include "registry/draft.h"

namespace hitokoe::registry {
namespace {

using text::YamlProblems;

bool contains(const std::vector<FieldId>& items, FieldId field) {
  return std::ranges::find(items, field) != items.end();
}

std::string field_name(FieldId field) { return std::string(identity::field_info(field).name); }

class BookChecker {
 public:
  BookChecker(const RegistryDraft& draft, YamlProblems& problems)
      : draft_(draft), problems_(problems) {
    for (const auto& p : draft.parties) parties_.insert(p.party.id);
    for (const auto& d : draft.delegations) delegations_.emplace(d.delegation.id, &d.delegation);
    for (const auto& c : draft.book.carriers) carriers_.emplace(c.carrier.id, &c.carrier);
  }

  void run() {
    std::map<std::string_view, int> seen;
    for (const auto& c : draft_.book.carriers) once(seen, "carrier", c.carrier.id, c.line);
    seen.clear();
    for (const auto& s : draft_.book.services) once(seen, "service", s.service.id, s.line);
    seen.clear();
    for (const auto& s : draft_.book.supervision)
      once(seen, "supervision", s.supervision.delegation, s.line);
    seen.clear();
    for (const auto& t : draft_.book.takeouts) once(seen, "take-out", t.takeout.id, t.line);
    for (const auto& c : draft_.book.carriers) check(c);
    for (const auto& s : draft_.book.services) check(s);
    for (const auto& s : draft_.book.supervision) check(s);
    for (const auto& t : draft_.book.takeouts) check(t);
    for (const auto& d : draft_.delegations) check(d);
    for (const auto& s : draft_.snapshots) check(s);
  }

 private:
  void add(int line, const Words& what) { problems_.add(line, what); }

  void once(std::map<std::string_view, int>& seen, const char* kind, const std::string& id,
            int line) {
    if (id.empty()) return;
    const auto [at, is_new] = seen.emplace(id, line);
    if (is_new) return;
    const auto first = std::to_string(at->second);
    add(line, std::string(kind) + " " + id +
                  Words{" is there twice (first in line " + first + ")",
                        " が重複しています（最初は " + first + "行目）"});
  }

  void must_be_party(const std::string& id, int line, const std::string& what) {
    if (id.empty() || parties_.contains(id)) return;
    add(line, what + Words{": there is no party " + text::shown_key(id),
                           ": 事業者 " + text::shown_key(id) + " がありません"});
  }

  // Null: there is none, which is told at `line`.
  const Delegation* delegation(const std::string& id, int line, const std::string& what) {
    if (id.empty()) return nullptr;
    const auto at = delegations_.find(id);
    if (at != delegations_.end()) return at->second;
    add(line, what + Words{": there is no delegation " + text::shown_key(id),
                           ": 委託 " + text::shown_key(id) + " がありません"});
    return nullptr;
  }

  void check(const CarrierDraft& draft) {
    const std::string name = "carrier " + draft.carrier.id;
    must_be_party(draft.carrier.id, draft.line, name + ": id");
    std::set<std::string_view> related;
    const auto each = [&](const std::vector<Reference>& references, const char* key) {
      for (const auto& m : references) {
        const auto what = name + ": " + key;
        must_be_party(m.id, m.line, what);
        if (m.id == draft.carrier.id) {
          add(m.line, what + Words{": the carrier itself", ": 事業者自身は書けません"});
        } else if (!related.insert(m.id).second) {
          add(m.line, what + Words{": it is both parent and subsidiary",
                                   ": 親会社と連結子会社の両方には書けません"});
        }
      }
    };
    each(draft.parents, "parents");
    each(draft.subsidiaries, "subsidiaries");
  }

  void check(const ServiceDraft& draft) {
    const auto& s = draft.service;
    const std::string name = "service " + s.id;
    must_be_party(s.controller, draft.controller_line, name + ": controller");
    must_be_party(s.user, draft.user_line, name + ": user");
    must_be_party(s.provider, draft.provider_line, name + ": provider");
    if (!s.user.empty() && s.user == s.provider) {
      add(draft.provider_line,
          name + Words{": provider: the user itself is no external service",
                       ": provider: 自社の提供するものは外部サービスではない"});
    }
    if (s.delegation.empty()) return;
    if (!s.handles) {
      add(draft.delegation_line,
          name + Words{": delegation: where the provider does not handle personal data there is "
                       "none (handles: false)",
                       ": delegation: 提供者が個人データを取り扱わない（handles: false）なら"
                       "委託ではない"});
    }
    const auto* d = delegation(s.delegation, draft.delegation_line, name + ": delegation");
    if (d == nullptr) return;
    const bool same = d->controller == s.controller && d->from == s.user && d->to == s.provider;
    if (!same) {
      add(draft.delegation_line,
          name + ": delegation: " +
              Words{d->id + " goes from " + d->from + " to " + d->to + " for " + d->controller,
                    d->id + " は " + d->controller + " のための " + d->from + " から " + d->to +
                        " への委託"});
    }
    if (d->type != ContractType::kB) {
      add(draft.delegation_line,
          name + ": delegation: " + Words{d->id + " is of type A", d->id + " は種別 A の委託"});
    }
  }

  void check(const SupervisionDraft& draft) {
    const auto& s = draft.supervision;
    const std::string name = "supervision " + s.delegation;
    const auto* d = delegation(s.delegation, draft.line, name);
    if (d == nullptr || !s.closed) return;
    if (!d->ends) {
      add(draft.closed_line, name + Words{": closed: the delegation has no end (ends)",
                                          ": closed: 委託に終了日（ends）がありません"});
    }
    if (!d->returned) {
      add(draft.closed_line,
          name + Words{": closed: not without the proof of return or destruction (returned)",
                       ": closed: 返却・廃棄の証拠（returned）がなければ終了できません"});
    }
    const auto not_before = [&](const std::optional<JstDay>& day, const char* key) {
      if (!day || *day == JstDay{} || s.closed->on == JstDay{} || s.closed->on >= *day) return;
      add(draft.closed_line, name + Words{": closed: on: before " + std::string(key),
                                          ": closed: on: " + std::string(key) + " より前"});
    };
    not_before(d->ends, "ends");
    if (d->returned) not_before(d->returned->on, "returned");
    if (!s.closed->by.empty() && s.closed->by != d->from && s.closed->by != d->controller) {
      add(draft.closed_by_line, name + Words{": closed: by: the delegator " + d->from +
                                                 " or the controller " + d->controller,
                                             ": closed: by: 委託する側の " + d->from +
                                                 " か委託元事業者の " + d->controller});
    }
  }

  void check(const TakeOutDraft& draft) {
    const auto& t = draft.takeout;
    const std::string name = "take-out " + t.id;
    const auto* d = delegation(t.delegation, draft.line, name + ": delegation");
    if (d == nullptr || t.on == JstDay{} || d->begins == JstDay{} || t.on >= d->begins) return;
    add(draft.line,
        name + Words{": on: before " + d->id + " begins", ": on: " + d->id + " の開始日より前"});
  }

  // What the controller says that the purposes of a delegation need (003 2-4).
  void check(const DelegationDraft& draft) {
    const auto& d = draft.delegation;
    const auto at = carriers_.find(d.controller);
    if (at == carriers_.end() || at->second->purposes.empty()) return;
    const auto& allowed = at->second->purposes;
    const std::string name = "delegation " + d.id;
    bool all_known = true;
    // By its place: a purpose is free text, which errors do not carry.
    for (std::size_t i = 0; i < d.purposes.size(); ++i) {
      if (allowed.contains(d.purposes[i])) continue;
      all_known = false;
      add(draft.line, name + ": purposes " + std::to_string(i + 1) + ": " +
                          Words{d.controller + " has not said which items it needs "
                                               "(carriers: purposes)",
                                d.controller + " の purposes に、必要な項目がありません"});
    }
    if (!all_known) return;
    for (const auto& [field, line] : draft.items) {
      const bool needed = std::ranges::any_of(d.purposes, [&, f = field](const auto& purpose) {
        return contains(allowed.find(purpose)->second, f);
      });
      if (needed) continue;
      add(line, name + ": items: " +
                    Words{"none of its purposes needs " + field_name(field),
                          "目的に必要のない項目 " + field_name(field)});
    }
  }

  void check(const SnapshotDraft& draft) {
    const auto& s = draft.snapshot;
    const auto at = delegations_.find(s.delegation);
    if (s.own || at == delegations_.end()) return;
    const auto& d = *at->second;
    const std::string name = "snapshot " + s.id;
    if (!s.purpose.empty() && std::ranges::find(d.purposes, s.purpose) == d.purposes.end()) {
      add(draft.purpose_line,
          name + ": purpose: " +
              Words{"it is none of those of " + d.id, d.id + " の目的にありません"});
    } else if (!s.purpose.empty()) {
      check_purpose(draft, name, d);
    }
    std::set<std::string_view> sides;
    for (const auto& [statement, line] : draft.stated) {
      if (statement.by.empty()) continue;
      if (statement.by != d.from && statement.by != d.to) {
        add(line, name + ": stated: by: " +
                      Words{statement.by + " is not a side of " + d.id + " (" + d.from + ", " +
                                d.to + ")",
                            statement.by + " は " + d.id + " の当事者（" + d.from + "、" + d.to +
                                "）ではありません"});
      } else if (!sides.insert(statement.by).second) {
        add(line, name + ": stated: by: " +
                      Words{statement.by + " is there twice", statement.by + " が重複しています"});
      }
    }
  }

  void check_purpose(const SnapshotDraft& draft, const std::string& name, const Delegation& d) {
    const auto carrier = carriers_.find(d.controller);
    if (carrier == carriers_.end()) return;
    const auto needed = carrier->second->purposes.find(draft.snapshot.purpose);
    if (needed == carrier->second->purposes.end()) return;
    for (const auto& [field, line] : draft.items) {
      if (contains(needed->second, field)) continue;
      add(line, name + ": items: " +
                    Words{"its purpose does not need " + field_name(field),
                          "目的に必要のない項目 " + field_name(field)});
    }
  }

  const RegistryDraft& draft_;
  YamlProblems& problems_;
  std::set<std::string_view> parties_;
  std::map<std::string_view, const Delegation*> delegations_;
  std::map<std::string_view, const Carrier*> carriers_;
};

}  // namespace

void check_book(const RegistryDraft& draft, YamlProblems& problems) {
  BookChecker(draft, problems).run();
}

}  // namespace hitokoe::registry
