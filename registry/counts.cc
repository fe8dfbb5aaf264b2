#include "hitokoe/registry/counts.h"

#include <algorithm>
#include <map>
#include <set>

#include "hitokoe/registry/supervision.h"

namespace hitokoe::registry {
namespace {

void add(ByLevel& level, const Delegation& d, std::uint64_t n) {
  const auto to = [&](ByType& type) {
    (d.type == ContractType::kA ? type.a : type.b) += n;
    type.total += n;
  };
  to(d.under.empty() ? level.delegates : level.sub_delegates);
  to(level.total);
}

// Distinct companies in the nine cells of 2-11: a company with both types is once in the total.
class Companies {
 public:
  void add(const Delegation& d) {
    const bool is_a = d.type == ContractType::kA;
    for (auto* level : {d.under.empty() ? &delegates_ : &subs_, &all_}) {
      (is_a ? level->a : level->b).insert(d.to);
      level->any.insert(d.to);
    }
  }
  ByLevel counts() const { return {delegates_.counts(), subs_.counts(), all_.counts()}; }

 private:
  struct Level {
    std::set<std::string_view> a, b, any;
    ByType counts() const { return {a.size(), b.size(), any.size()}; }
  };
  Level delegates_, subs_, all_;
};

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

void count_supervision(Counts& out, const Delegation& d, const Supervision& s, FiscalYear year) {
  if (s.precheck && year.contains(s.precheck->on)) {
    add(s.precheck->visit ? out.on_site : out.paper, d, 1);
    add(s.precheck->visit ? out.on_site_before : out.paper_before, d, 1);
  }
  for (const auto& audit : s.audits) {
    if (!year.contains(audit.on)) continue;
    add(audit.kind == AuditKind::kOnSite  ? out.on_site
        : audit.kind == AuditKind::kPaper ? out.paper
                                          : out.remote,
        d, 1);
    add(out.violations, d, audit.violations);
    add(out.violations_by_audit, d, audit.violations);
  }
  for (const auto& inspection : s.self_inspections) {
    if (year.contains(inspection.on)) add(out.self_inspections, d, 1);
  }
  for (const auto& violation : s.violations) {
    if (year.contains(violation.on)) add(out.violations, d, 1);
  }
}

}  // namespace

JstDay FiscalYear::first() const {
  return JstDay(std::chrono::year(year) / std::chrono::April / 1);
}
JstDay FiscalYear::last() const {
  return JstDay(std::chrono::year(year + 1) / std::chrono::March / 31);
}

FiscalYear fiscal_year_of(JstDay day) {
  const std::chrono::year_month_day date{day};
  const int year = static_cast<int>(date.year());
  return {date.month() >= std::chrono::April ? year : year - 1};
}

Result<Counts> count(const Registry& registry, std::string_view carrier, FiscalYear year) {
  if (registry.party(carrier) == nullptr) {
    return fail(Errc::kNotFound, "there is no such carrier in the registry",
                "台帳にその事業者がありません");
  }
  Counts out;
  out.carrier = carrier;
  out.fiscal_year = year.year;
  const auto& book = registry.supervision();
  const auto* entry = book.carrier(carrier);
  std::map<std::string_view, const Supervision*> records;
  for (const auto& s : book.supervision) records.emplace(s.delegation, &s);
  std::set<std::string_view> handed_over;
  for (const auto& s : registry.snapshots()) handed_over.insert(s.delegation);

  Companies companies;
  for (const auto& d : registry.delegations()) {
    if (d.controller != carrier) continue;
    if (d.begins <= year.last() && (!d.ends || *d.ends >= year.first())) {
      add(out.delegations, d, 1);
      companies.add(d);
      if (entry != nullptr && contains(entry->parents, d.to)) add(out.parents, d, 1);
      if (entry != nullptr && contains(entry->subsidiaries, d.to)) add(out.subsidiaries, d, 1);
      if (d.type == ContractType::kB && !handed_over.contains(d.id))
        ++out.external_without_handover;
      if (!d.ends || *d.ends >= year.last()) add(out.delegations_at_end, d, 1);
    }
    // An audit counts in its own year, also of a contract that was over by then.
    if (const auto at = records.find(d.id); at != records.end())
      count_supervision(out, d, *at->second, year);
  }
  out.companies = companies.counts();
  for (const auto& s : book.services) {
    if (s.controller == carrier && !s.handles) ++out.services_not_handling;
  }
  return out;
}

std::vector<std::string> carriers_of(const Registry& registry) {
  std::set<std::string_view> are;
  for (const auto& d : registry.delegations()) are.insert(d.controller);
  for (const auto& s : registry.snapshots()) {
    if (s.own) are.insert(s.controller);
  }
  for (const auto& c : registry.supervision().carriers) are.insert(c.id);
  std::vector<std::string> in_order;
  for (const auto& p : registry.parties()) {
    if (are.contains(p.id)) in_order.push_back(p.id);
  }
  return in_order;
}

}  // namespace hitokoe::registry
