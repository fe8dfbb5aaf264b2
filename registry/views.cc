#include "hitokoe/registry/views.h"

#include <algorithm>
#include <set>

#include "hitokoe/registry/supervision.h"
#include "registry/json_parts.h"

namespace hitokoe::registry {
namespace {

namespace json = boost::json;

class Part {
 public:
  Part(const Registry& registry, const Viewer& viewer) : registry_(registry), viewer_(viewer) {}

  Registry take() && {
    const auto& me = viewer_.party();
    names_.insert(me);
    for (const auto& d : registry_.delegations()) {
      if (!sees(viewer_, d)) continue;
      seen_.insert(d.id);
      controllers_.insert(d.controller);
      names_.insert({d.controller, d.from, d.to});
      delegations_.push_back(d);
    }
    for (const auto& s : registry_.snapshots()) {
      if (s.own ? s.holder == me : seen_.contains(s.delegation)) snapshots_.push_back(s);
    }
    take_book();
    std::vector<Party> parties;
    for (const auto& p : registry_.parties()) {
      if (!names_.contains(p.id)) continue;
      parties.push_back(p);
      if (p.id != me) parties.back().numbers.clear();
    }
    return Registry(std::move(parties), std::move(delegations_), std::move(snapshots_),
                    std::make_shared<const SupervisionBook>(std::move(book_)));
  }

 private:
  void take_book() {
    const auto& all = registry_.supervision();
    const auto& me = viewer_.party();
    for (const auto& c : all.carriers) {
      if (c.id == me) {
        book_.carriers.push_back(c);
        for (const auto* related : {&c.parents, &c.subsidiaries})
          names_.insert(related->begin(), related->end());
      } else if (controllers_.contains(c.id)) {
        book_.carriers.push_back({c.id, {}, {}, c.policy, {}});
      }
    }
    for (const auto& s : all.services) {
      if (s.controller != me && s.user != me && s.provider != me) continue;
      names_.insert({s.controller, s.user, s.provider});
      book_.services.push_back(s);
    }
    for (const auto& s : all.supervision) {
      if (seen_.contains(s.delegation)) book_.supervision.push_back(s);
    }
    for (const auto& t : all.takeouts) {
      if (seen_.contains(t.delegation)) book_.takeouts.push_back(t);
    }
  }

  const Registry& registry_;
  const Viewer& viewer_;
  std::set<std::string, std::less<>> names_, seen_, controllers_;
  std::vector<Delegation> delegations_;
  std::vector<Snapshot> snapshots_;
  SupervisionBook book_;
};

bool authorised(const Delegation& d, const Delegation* above) {
  if (d.under.empty()) return true;
  return d.consent && d.consent->on <= d.begins &&
         (d.consent->by == d.controller || (above != nullptr && d.consent->by == above->from));
}

Redelegation line_of(const Registry& registry, const Delegation& d, JstDay today) {
  Redelegation out;
  out.delegation = &d;
  out.controller = d.controller;
  out.from = d.from;
  out.to = d.to;
  out.chain.push_back(d.to);
  const auto* at = &d;
  // As many steps as there are delegations: a Registry that was not parsed may have a cycle.
  for (std::size_t step = 0; at != nullptr && step < registry.delegations().size(); ++step) {
    ++out.level;
    out.chain.push_back(at->from);
    at = registry.delegation(at->under);
  }
  std::ranges::reverse(out.chain);
  out.in_force = d.begins <= today && (!d.ends || *d.ends >= today);
  out.authorised = authorised(d, registry.delegation(d.under));
  return out;
}

json::object to_json(const Redelegation& r) {
  json::object o{{"controller", r.controller}, {"from", r.from}, {"to", r.to}};
  if (!r.service.empty()) o["service"] = r.service;
  o["type"] = r.delegation == nullptr ? "B" : json::string(to_string(r.delegation->type));
  o["level"] = r.level;
  o["chain"] = texts(r.chain);
  o["in_force"] = r.in_force;
  o["authorised"] = r.authorised;
  if (const auto* d = r.delegation; d != nullptr) {
    o["delegation"] = d->id;
    o["purposes"] = texts(d->purposes);
    o["items"] = names(d->items);
    o["begins"] = format_day(d->begins);
    if (d->ends) o["ends"] = format_day(*d->ends);
  }
  return o;
}

}  // namespace

bool sees(const Viewer& viewer, const Delegation& d) {
  if (viewer.role() == Role::kCoordinator || viewer.role() == Role::kAuditor) return true;
  const auto& me = viewer.party();
  return viewer.role() == Role::kParty && !me.empty() &&
         (d.controller == me || d.from == me || d.to == me);
}

Result<Registry> own_part(const Registry& registry, const Viewer& viewer) {
  switch (viewer.role()) {
    case Role::kCoordinator:
    case Role::kAuditor:
      return registry;
    case Role::kParty:
      return Part(registry, viewer).take();
    case Role::kOperator:
    case Role::kDesk:
      break;
  }
  return fail(Errc::kForbidden, "this role does not see the registry",
              "この役割では台帳を見られません");
}

std::vector<Finding> own_part(std::vector<Finding> findings, const Registry& part) {
  std::set<std::string_view> takeouts, services;
  for (const auto& t : part.supervision().takeouts) takeouts.insert(t.id);
  for (const auto& s : part.supervision().services) services.insert(s.id);
  std::erase_if(findings, [&](const Finding& f) {
    switch (f.of) {
      case Finding::Subject::kDelegation:
        return part.delegation(f.where) == nullptr;
      case Finding::Subject::kSnapshot:
        return part.snapshot(f.where) == nullptr;
      case Finding::Subject::kTakeOut:
        return !takeouts.contains(f.where);
      case Finding::Subject::kService:
        return !services.contains(f.where);
    }
    return true;
  });
  return findings;
}

std::vector<Redelegation> redelegations(const Registry& registry, JstDay today) {
  std::vector<Redelegation> all;
  for (const auto& d : registry.delegations()) {
    if (!d.under.empty() || d.type == ContractType::kB) all.push_back(line_of(registry, d, today));
  }
  for (const auto& s : registry.supervision().services) {
    if (!s.handles || !s.delegation.empty()) continue;
    Redelegation hidden;
    hidden.service = s.id;
    hidden.controller = s.controller;
    hidden.from = s.user;
    hidden.to = s.provider;
    hidden.chain = {s.user, s.provider};
    hidden.in_force = true;
    hidden.authorised = false;
    all.push_back(std::move(hidden));
  }
  return all;
}

std::string redelegations_to_json(const std::vector<Redelegation>& all) {
  json::array list;
  for (const auto& r : all) list.emplace_back(to_json(r));
  return json::serialize(json::object{{"redelegations", std::move(list)}});
}

std::string findings_to_json(const std::vector<Finding>& findings) {
  json::array list;
  for (const auto& f : findings) list.emplace_back(to_json(f));
  const auto overdue =
      std::ranges::count_if(findings, [](const Finding& f) { return is_overdue(f.kind); });
  return json::serialize(json::object{{"findings", std::move(list)}, {"overdue", overdue}});
}

}  // namespace hitokoe::registry
