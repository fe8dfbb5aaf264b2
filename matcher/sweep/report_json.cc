#include <boost/json.hpp>

#include "hitokoe/matcher/sweep.h"

namespace hitokoe::matcher {

namespace json = boost::json;

namespace {

json::object by_field(const std::vector<SweepCount>& counts) {
  json::object out;
  for (const auto& c : counts) {
    // A number in a text is a customer's or a contract's: nothing tells which.
    out[identity::field_info(c.field).name] = c.identifiers;
  }
  return out;
}

}  // namespace

std::string to_json(const SweepReport& r) {
  json::array carriers;
  for (const auto& c : r.carriers) {
    json::array holders;
    for (const auto& h : c.holders) {
      holders.push_back(
          {{"party", h.party}, {"identifiers", h.identifiers}, {"fields", by_field(h.fields)}});
    }
    carriers.push_back({{"controller", c.controller},
                        {"identifiers", c.identifiers},
                        {"fields", by_field(c.fields)},
                        {"holders", std::move(holders)}});
  }
  json::object tokens;
  for (const auto& t : r.tokens) {
    tokens[t.field == identity::FieldId::kContract ? "number"
                                                   : identity::field_info(t.field).name] =
        t.identifiers;
  }
  json::array warnings;
  for (const auto& w : r.warnings) {
    warnings.push_back({{"file", w.file}, {"what", w.what.en}, {"what_ja", w.what.ja}});
  }
  json::array notes;
  json::array notes_ja;
  for (const auto& n : r.notes) {
    notes.emplace_back(n.en);
    notes_ja.emplace_back(n.ja);
  }
  return json::serialize(json::object{{"documents", r.documents},
                                      {"bytes", r.bytes},
                                      {"tokens", std::move(tokens)},
                                      {"carriers", std::move(carriers)},
                                      {"warnings", std::move(warnings)},
                                      {"notes", std::move(notes)},
                                      {"notes_ja", std::move(notes_ja)}});
}

}  // namespace hitokoe::matcher
