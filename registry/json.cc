#include <boost/json.hpp>

#include "hitokoe/registry/supervision.h"
#include "registry/json_parts.h"

namespace hitokoe::registry {
namespace json = boost::json;

json::array names(const std::vector<FieldId>& items) {
  json::array all;
  for (const auto item : items) all.emplace_back(json::string(identity::field_info(item).name));
  return all;
}

json::array texts(const std::vector<std::string>& values) {
  json::array all;
  for (const auto& value : values) all.emplace_back(value);
  return all;
}

json::object to_json(const Finding& f) {
  json::object o{{"kind", json::string(to_string(f.kind))},
                 {"of", json::string(to_string(f.of))},
                 {"where", f.where},
                 {"text_ja", f.text_ja},
                 {"text_en", f.text_en}};
  if (f.since) o["since"] = format_day(*f.since);
  if (f.due) o["due"] = format_day(*f.due);
  return o;
}

json::object to_json(const Delegation& d) {
  json::object o{{"id", d.id}, {"controller", d.controller}, {"from", d.from}, {"to", d.to}};
  if (!d.under.empty()) o["under"] = d.under;
  o["type"] = json::string(to_string(d.type));
  o["purposes"] = texts(d.purposes);
  o["items"] = names(d.items);
  if (d.consent) {
    o["consent"] = json::object{
        {"by", d.consent->by}, {"on", format_day(d.consent->on)}, {"ref", d.consent->ref}};
  }
  o["begins"] = format_day(d.begins);
  if (d.ends) o["ends"] = format_day(*d.ends);
  if (d.returned)
    o["returned"] = json::object{{"on", format_day(d.returned->on)}, {"ref", d.returned->ref}};
  return o;
}

namespace {

json::object to_json(const Snapshot& s, const Registry& registry) {
  json::object o{{"id", s.id}, {"controller", s.controller}, {"holder", s.holder}, {"own", s.own}};
  if (!s.own) {
    o["delegation"] = s.delegation;
    o["source"] = s.source;
  }
  o["as_of"] = format_day(s.as_of);
  o["on"] = format_day(s.on);
  o["records"] = s.records;
  o["items"] = names(s.items);
  if (!s.own) {
    o["medium"] = s.medium;
    o["encrypted"] = s.encrypted;
    o["given_by"] = s.given_by;
    o["received_by"] = s.received_by;
    o["confirmed"] = texts(s.confirmed);
    if (!s.purpose.empty()) o["purpose"] = s.purpose;
    json::array stated;
    for (const auto& side : s.stated) {
      stated.emplace_back(json::object{{"by", side.by},
                                       {"on", format_day(side.on)},
                                       {"records", side.records},
                                       {"items", names(side.items)}});
    }
    if (!stated.empty()) o["stated"] = std::move(stated);
  }
  o["chain"] = texts(registry.chain(s));
  return o;
}

}  // namespace

std::string registry_to_json(const Registry& registry, const std::vector<Finding>& findings) {
  json::array parties;
  for (const auto& p : registry.parties())
    parties.emplace_back(json::object{{"id", p.id}, {"name", p.name}});
  json::array delegations;
  for (const auto& d : registry.delegations()) delegations.emplace_back(to_json(d));
  json::array snapshots;
  for (const auto& s : registry.snapshots()) snapshots.emplace_back(to_json(s, registry));
  json::array found;
  for (const auto& f : findings) found.emplace_back(to_json(f));
  json::object all{{"parties", std::move(parties)},
                   {"delegations", std::move(delegations)},
                   {"snapshots", std::move(snapshots)}};
  add_book(registry.supervision(), all);
  all["findings"] = std::move(found);
  return json::serialize(all);
}

}  // namespace hitokoe::registry
