#include <boost/json.hpp>

#include "hitokoe/incident/campaign_json.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

json::array names(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object object_of(const ApprovalState& a) {
  json::array given, refused;
  for (const auto& g : a.given) {
    given.push_back(json::object{
        {"party", g.party}, {"user", g.user}, {"means", g.means}, {"at", format_utc(g.at)}});
  }
  for (const auto& r : a.refused) {
    refused.push_back(json::object{
        {"party", r.party}, {"user", r.user}, {"reason", r.reason}, {"at", format_utc(r.at)}});
  }
  json::object o{{"version", a.version},
                 {"root", a.version == 0 ? json::value(nullptr) : json::value(to_hex(a.root))},
                 {"complete", a.complete()},
                 {"given", std::move(given)},
                 {"silent", names(a.silent)},
                 {"refused", std::move(refused)}};
  o["asked"] = a.version == 0 ? json::value(nullptr) : json::value(format_utc(a.asked));
  return o;
}

json::object object_of(const CampaignRow& row) {
  return {
      {"campaign", row.id},     {"incident", row.incident}, {"state", to_string(row.state)},
      {"version", row.version}, {"lead", row.spec.lead},    {"created", format_utc(row.created)}};
}

}  // namespace

std::string to_json(const ApprovalState& approvals) {
  return json::serialize(object_of(approvals));
}

std::string to_json(const std::vector<CampaignRow>& campaigns) {
  json::array all;
  for (const auto& row : campaigns) all.push_back(object_of(row));
  return json::serialize(json::object{{"campaigns", std::move(all)}});
}

std::string to_json(const CampaignStatus& s) {
  json::array bundles, exports;
  for (const auto& b : s.bundles) {
    bundles.push_back(json::object{{"party", b.controller},
                                   {"contacts", b.contacts},
                                   {"unresolved", b.unresolved},
                                   {"missing", b.missing},
                                   {"at", format_utc(b.at)}});
  }
  for (const auto& e : s.exports) {
    exports.push_back(json::object{{"number", e.number},
                                   {"channel", to_string(e.channel)},
                                   {"version", e.version},
                                   {"persons", e.persons},
                                   {"manifest", to_hex(e.manifest)},
                                   {"user", e.user},
                                   {"at", format_utc(e.at)}});
  }
  json::object customers, counts;
  for (const auto& [carrier, n] : s.customers) customers[carrier] = n;
  for (std::size_t i = 0; i < s.counts.size(); ++i)
    counts[to_string(static_cast<DeliveryState>(i))] = s.counts[i];
  auto o = object_of(s.row);
  o["persons"] = s.persons;
  o["counts"] = std::move(counts);
  o["customers"] = std::move(customers);
  o["bundles"] = std::move(bundles);
  o["unanswered"] = names(s.unanswered);
  o["approvals"] = object_of(s.approvals);
  o["exports"] = std::move(exports);
  o["build"] = nullptr;
  if (s.build) {
    const auto& b = *s.build;
    const auto took = std::chrono::duration<double>(b.at - b.began).count();
    json::value left = nullptr;
    if (b.stage != "stopped" && b.done > 0 && b.done <= b.total && took > 0)
      left = static_cast<std::int64_t>(took * static_cast<double>(b.total - b.done) /
                                       static_cast<double>(b.done)) +
             1;
    o["build"] = json::object{{"stage", b.stage},
                              {"done", b.done},
                              {"total", b.total},
                              {"at", format_utc(b.at)},
                              {"remaining_seconds", std::move(left)}};
  }
  o["per_second"] = s.per_second;
  o["retried"] = s.retried;
  o["remaining_seconds"] =
      s.remaining ? json::value(std::chrono::ceil<std::chrono::seconds>(*s.remaining).count())
                  : json::value(nullptr);
  return json::serialize(o);
}

}  // namespace hitokoe::incident
