#include <algorithm>
#include <functional>
#include <map>

#include "registry/draft.h"

namespace hitokoe::registry {
namespace {

using text::YamlProblems;

template <class Draft>
using ById = std::map<std::string_view, const Draft*>;

bool given(JstDay day) { return day != JstDay{}; }

bool contains(const std::vector<FieldId>& items, FieldId field) {
  return std::ranges::find(items, field) != items.end();
}

std::string field_name(FieldId field) { return std::string(identity::field_info(field).name); }

class Checker {
 public:
  Checker(RegistryDraft& draft, YamlProblems& problems) : draft_(draft), problems_(problems) {}

  void run() {
    for (const auto& p : draft_.parties) note(parties_, p, p.party.id, "party");
    for (const auto& d : draft_.delegations) note(delegations_, d, d.delegation.id, "delegation");
    for (const auto& s : draft_.snapshots) note(snapshots_, s, s.snapshot.id, "snapshot");
    for (const auto& d : draft_.delegations) check(d);
    for (auto& s : draft_.snapshots) check(s);
    check_cycles<DelegationDraft>(
        draft_.delegations, delegations_, "under",
        [](const auto& d) -> const std::string& { return d.delegation.id; },
        [](const auto& d) -> const std::string& { return d.delegation.under; },
        [](const auto& d) { return d.under_line; });
    check_cycles<SnapshotDraft>(
        draft_.snapshots, snapshots_, "source",
        [](const auto& s) -> const std::string& { return s.snapshot.id; },
        [](const auto& s) -> const std::string& { return s.snapshot.source; },
        [](const auto& s) { return s.source_line; });
  }

 private:
  static Words begins() { return {"it begins", "開始日"}; }
  static Words none(const char* en, const char* ja, const std::string& id) {
    const auto shown = text::shown_key(id);
    return {": there is no " + std::string(en) + " " + shown,
            ": " + std::string(ja) + " " + shown + " がありません"};
  }
  static Words that_of(const std::string& delegation, const std::string& controller) {
    return {": that of " + delegation + " is " + controller,
            ": " + delegation + " の委託元事業者は " + controller};
  }
  static Words not_allowed(const std::string& delegation, identity::FieldId field) {
    return {delegation + " does not allow " + field_name(field),
            delegation + " で許されていない項目 " + field_name(field)};
  }

  void add(int line, Words what) { problems_.add(line, std::move(what)); }

  template <class Draft>
  void note(ById<Draft>& by_id, const Draft& draft, const std::string& id, const char* kind) {
    if (id.empty()) return;
    const auto [at, is_new] = by_id.emplace(id, &draft);
    if (!is_new) {
      const auto first = std::to_string(at->second->line);
      add(draft.line, std::string(kind) + " " + id +
                          Words{" is there twice (first in line " + first + ")",
                                " が重複しています（最初は " + first + "行目）"});
    }
  }

  template <class Draft>
  static const Draft* find(const ById<Draft>& by_id, const std::string& id) {
    const auto at = by_id.find(id);
    return at == by_id.end() ? nullptr : at->second;
  }

  // What does not exist is told where it is named, and nowhere else.
  bool is_party(const std::string& id) const { return find(parties_, id) != nullptr; }

  void must_be_party(const std::string& id, int line, const std::string& what) {
    if (!id.empty() && find(parties_, id) == nullptr) add(line, what + none("party", "事業者", id));
  }

  void must_not_be_before(JstDay later, int line, const std::string& what, JstDay earlier,
                          const Words& than) {
    if (!given(later) || !given(earlier) || later >= earlier) return;
    const auto day = format_day(earlier);
    add(line, what + Words{": before " + than.en + " (" + day + ")",
                           ": " + than.ja + "（" + day + "）より前"});
  }

  void check(const DelegationDraft& draft) {
    const auto& d = draft.delegation;
    const std::string name = "delegation " + d.id;
    must_be_party(d.controller, draft.controller_line, name + ": controller");
    must_be_party(d.from, draft.from_line, name + ": from");
    must_be_party(d.to, draft.to_line, name + ": to");
    if (is_party(d.from) && d.from == d.to)
      add(draft.to_line, name + Words{": to: a party cannot delegate to itself",
                                      ": to: 自分自身には委託できません"});
    if (d.consent) must_be_party(d.consent->by, draft.consent_by_line, name + ": consent: by");
    if (d.ends) must_not_be_before(*d.ends, draft.ends_line, name + ": ends", d.begins, begins());
    if (d.returned) {
      must_not_be_before(d.returned->on, draft.returned_line, name + ": returned: on", d.begins,
                         begins());
    }
    if (d.under.empty()) {
      if (is_party(d.from) && is_party(d.controller) && d.from != d.controller) {
        add(draft.from_line,
            name + Words{": from: the first delegation comes from the controller " + d.controller +
                             "; a re-delegation names the one above it (under)",
                         ": from: 最初の委託は委託元事業者 " + d.controller +
                             " からのもの。再委託なら上の委託（under）が必要"});
      }
      return;
    }
    const auto* above = find(delegations_, d.under);
    if (above == nullptr) {
      add(draft.under_line, name + ": under" + none("delegation", "委託", d.under));
      return;
    }
    check_against(draft, name, above->delegation);
  }

  void check_against(const DelegationDraft& draft, const std::string& name,
                     const Delegation& above) {
    const auto& d = draft.delegation;
    if (is_party(d.from) && is_party(above.to) && d.from != above.to) {
      add(draft.from_line,
          name + ": from: " +
              Words{d.under + " goes to " + above.to + ", so that only " + above.to +
                        " can re-delegate under it",
                    d.under + " の委託先は " + above.to + " のため、その下で再委託できるのは " +
                        above.to + " だけ"});
    }
    if (is_party(d.controller) && is_party(above.controller) && d.controller != above.controller) {
      add(draft.controller_line, name + ": controller" + that_of(d.under, above.controller));
    }
    must_not_be_before(d.begins, draft.begins_line, name + ": begins", above.begins,
                       {d.under + " begins", d.under + " の開始日"});
    if (above.ends && given(*above.ends) && d.begins > *above.ends) {
      add(draft.begins_line,
          name +
              Words{": begins: after " + d.under + " ended (" + format_day(*above.ends) + ")",
                    ": begins: " + d.under + " の終了日（" + format_day(*above.ends) + "）より後"});
    }
    for (const auto& [field, line] : draft.items) {
      if (!contains(above.items, field))
        add(line, name + ": items: " + not_allowed(d.under, field));
    }
  }

  void check(SnapshotDraft& draft) {
    auto& s = draft.snapshot;
    const std::string name = "snapshot " + s.id;
    must_be_party(s.holder, draft.holder_line, name + ": holder");
    must_be_party(s.controller, draft.controller_line, name + ": controller");
    if (s.own) {
      if (is_party(s.holder) && is_party(s.controller) && s.holder != s.controller) {
        add(draft.holder_line,
            name + Words{": holder: only the controller " + s.controller + " has data of its own",
                         ": holder: 自身のデータを持つのは委託元事業者 " + s.controller + " だけ"});
      }
      return;
    }
    must_not_be_before(s.on, draft.on_line, name + ": on", s.as_of,
                       {"its state (as_of)", "データの時点（as_of）"});
    for (const auto& by : draft.confirmed) must_be_party(by.id, by.line, name + ": confirmed");
    if (const auto* found = find(delegations_, s.delegation)) {
      check_against_delegation(draft, name, found->delegation);
    } else if (!s.delegation.empty()) {
      add(draft.delegation_line, name + ": delegation" + none("delegation", "委託", s.delegation));
    }
    if (const auto* found = find(snapshots_, s.source)) {
      check_against_source(draft, name, found->snapshot);
    } else if (!s.source.empty()) {
      add(draft.source_line, name + ": source" + none("snapshot", "断面", s.source));
    }
  }

  void check_against_delegation(SnapshotDraft& draft, const std::string& name,
                                const Delegation& d) {
    auto& s = draft.snapshot;
    if (is_party(s.holder) && is_party(d.to) && s.holder != d.to)
      add(draft.holder_line,
          name + ": holder: " + Words{d.id + " goes to " + d.to, d.id + " の委託先は " + d.to});
    if (s.controller.empty()) {
      s.controller = d.controller;
    } else if (is_party(d.controller) && is_party(s.controller) && s.controller != d.controller) {
      add(draft.controller_line, name + ": controller" + that_of(d.id, d.controller));
    }
    must_not_be_before(s.on, draft.on_line, name + ": on", d.begins,
                       {d.id + " begins", d.id + " の開始日"});
    for (const auto& by : draft.confirmed) {
      if (is_party(by.id) && is_party(d.from) && is_party(d.to) && by.id != d.from &&
          by.id != d.to) {
        add(by.line,
            name + ": confirmed: " +
                Words{by.id + " is not a side of " + d.id + " (" + d.from + ", " + d.to + ")",
                      by.id + " は " + d.id + " の当事者（" + d.from + "、" + d.to +
                          "）ではありません"});
      }
    }
    for (const auto& [field, line] : draft.items) {
      if (!contains(d.items, field)) add(line, name + ": items: " + not_allowed(d.id, field));
    }
  }

  void check_against_source(const SnapshotDraft& draft, const std::string& name,
                            const Snapshot& source) {
    const auto& s = draft.snapshot;
    if (const auto* found = find(delegations_, s.delegation)) {
      const auto& d = found->delegation;
      if (is_party(source.holder) && is_party(d.from) && source.holder != d.from) {
        add(draft.source_line, name + ": source: " +
                                   Words{s.source + " is with " + source.holder + ", but " + d.id +
                                             " comes from " + d.from,
                                         s.source + " の保有者は " + source.holder + "、" + d.id +
                                             " の委託する側は " + d.from});
      }
      const auto& of = source.controller.empty() ? controller_of(source) : source.controller;
      if (is_party(of) && is_party(d.controller) && of != d.controller) {
        add(draft.source_line, name + ": source: " +
                                   Words{s.source + " are customers of " + of + ", " + d.id +
                                             " is about those of " + d.controller,
                                         s.source + " は " + of + " の顧客、" + d.id + " は " +
                                             d.controller + " の顧客についての委託"});
      }
    }
    must_not_be_before(s.as_of, draft.as_of_line, name + ": as_of", source.as_of,
                       {"that of its source " + s.source, "元の断面 " + s.source + " の時点"});
    must_not_be_before(
        s.on, draft.on_line, name + ": on", source.on,
        {"its source " + s.source + " was there", "元の断面 " + s.source + " の授受日"});
  }

  // A handover may leave the controller out; its delegation tells.
  const std::string& controller_of(const Snapshot& s) const {
    static const std::string nobody;
    const auto* found = find(delegations_, s.delegation);
    return found == nullptr ? nobody : found->delegation.controller;
  }

  // Follows the only way up from every entry; a way that meets itself is told once, at the entry of
  // the cycle that comes first in the file.
  template <class Draft>
  void check_cycles(const std::vector<Draft>& all, const ById<Draft>& by_id, const char* key,
                    const std::function<const std::string&(const Draft&)>& id,
                    const std::function<const std::string&(const Draft&)>& up,
                    const std::function<int(const Draft&)>& line) {
    std::map<const Draft*, std::size_t> walked;  // by the walk with this number
    for (std::size_t walk = 1; walk <= all.size(); ++walk) {
      std::vector<const Draft*> path;
      const Draft* at = find(by_id, id(all[walk - 1]));
      while (at != nullptr && walked.emplace(at, walk).second) {
        path.push_back(at);
        at = find(by_id, up(*at));
      }
      if (at == nullptr || walked[at] != walk) continue;
      std::vector<const Draft*> cycle(std::ranges::find(path, at), path.end());
      const auto first =
          std::ranges::min_element(cycle, {}, [](const Draft* d) { return d->line; });
      std::rotate(cycle.begin(), first, cycle.end());
      std::string told;
      for (const auto* entry : cycle) told += id(*entry) + " → ";
      add(line(*cycle.front()), std::string(key) + Words{": a cycle: ", ": 循環しています: "} +
                                    told + id(*cycle.front()));
    }
  }

  RegistryDraft& draft_;
  YamlProblems& problems_;
  ById<PartyDraft> parties_;
  ById<DelegationDraft> delegations_;
  ById<SnapshotDraft> snapshots_;
};

}  // namespace

void check_draft(RegistryDraft& draft, YamlProblems& problems) { Checker(draft, problems).run(); }

}  // namespace hitokoe::registry
