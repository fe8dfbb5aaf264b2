#include "hitokoe/registry/supervision.h"
#include "registry/json_parts.h"

namespace hitokoe::registry {
namespace {

namespace json = boost::json;

json::object to_json(const Proof& p) { return {{"on", format_day(p.on)}, {"ref", p.ref}}; }

json::object to_json(const Carrier& c) {
  json::object purposes;
  for (const auto& [purpose, items] : c.purposes) purposes[purpose] = names(items);
  return {{"id", c.id},
          {"parents", texts(c.parents)},
          {"subsidiaries", texts(c.subsidiaries)},
          {"policy", json::object{{"paper_audits", c.policy.paper_audits},
                                  {"remote_audits", c.policy.remote_audits},
                                  {"audit_months", c.policy.audit_months},
                                  {"training_months", c.policy.training_months},
                                  {"self_inspection_months", c.policy.self_inspection_months},
                                  {"access_review_months", c.policy.access_review_months}}},
          {"purposes", std::move(purposes)}};
}

json::object to_json(const Service& s) {
  json::object o{{"id", s.id},     {"controller", s.controller},
                 {"user", s.user}, {"provider", s.provider},
                 {"name", s.name}, {"handles", s.handles}};
  if (!s.delegation.empty()) o["delegation"] = s.delegation;
  return o;
}

json::object to_json(const Audit& a) {
  return {{"on", format_day(a.on)},
          {"kind", json::string(to_string(a.kind))},
          {"result", json::string(to_string(a.result))},
          {"violations", a.violations},
          {"ref", a.ref}};
}

json::object to_json(const Training& t) {
  json::object o{{"on", format_day(t.on)},
                 {"attended", t.attended},
                 {"of", t.of},
                 {"ref", t.ref},
                 {"named", t.names.size()}};
  if (t.consent) o["consent"] = to_json(*t.consent);
  return o;
}

json::object to_json(const AccessReview& r) {
  return {{"on", format_day(r.on)}, {"holders", r.holders}, {"staff", r.staff}, {"ref", r.ref}};
}

json::object to_json(const Violation& v) {
  json::object o{{"on", format_day(v.on)}, {"what", v.what}, {"ref", v.ref}};
  if (v.remedied) o["remedied"] = format_day(*v.remedied);
  return o;
}

json::object to_json(const Closing& c) {
  json::object o{{"on", format_day(c.on)},
                 {"by", c.by},
                 {"key", json::string(to_string(c.key))},
                 {"ref", c.ref}};
  if (c.until) o["until"] = format_day(*c.until);
  return o;
}

json::object to_json(const Supervision& s);
json::object to_json(const TakeOut& t);

template <class All>
json::array list(const All& all) {
  json::array out;
  for (const auto& one : all) out.emplace_back(to_json(one));
  return out;
}

json::object to_json(const Supervision& s) {
  json::object o{{"delegation", s.delegation}};
  if (s.agreement) o["agreement"] = to_json(*s.agreement);
  if (s.precheck) {
    o["precheck"] = json::object{{"on", format_day(s.precheck->on)},
                                 {"kind", s.precheck->visit ? "visit" : "sheet"},
                                 {"ref", s.precheck->ref}};
  }
  o["self_inspections"] = list(s.self_inspections);
  o["audits"] = list(s.audits);
  o["training"] = list(s.trainings);
  o["access_reviews"] = list(s.access_reviews);
  o["violations"] = list(s.violations);
  if (s.closed) o["closed"] = to_json(*s.closed);
  return o;
}

json::object to_json(const TakeOut& t) {
  json::object o{{"id", t.id},
                 {"delegation", t.delegation},
                 {"by", t.by},
                 {"on", format_day(t.on)},
                 {"due", format_day(t.due)},
                 {"sheets", t.sheets},
                 {"ref", t.ref}};
  if (t.returned) o["returned"] = format_day(*t.returned);
  return o;
}

}  // namespace

void add_book(const SupervisionBook& book, json::object& out) {
  out["carriers"] = list(book.carriers);
  out["services"] = list(book.services);
  out["supervision"] = list(book.supervision);
  out["takeouts"] = list(book.takeouts);
}

}  // namespace hitokoe::registry
