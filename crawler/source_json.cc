#include "hitokoe/crawler/source_json.h"

#include <boost/json.hpp>

#include "crawler/adapters/adapter.h"
#include "hitokoe/crawler/reasons.h"

namespace hitokoe::crawler {

namespace {

namespace json = boost::json;

json::value time_or_null(const std::optional<UtcTime>& at) {
  return at ? json::value(format_utc(*at)) : json::value(nullptr);
}

std::int64_t seconds(Duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

json::object in_both(std::string_view reason) {
  const auto words = in_words(reason);
  return {{"reason", reason}, {"en", words.en}, {"ja", words.ja}};
}

json::object change_json(const ReachChange& change) {
  return {{"at", format_utc(change.at)}, {"up", change.up}, {"reason", change.reason}};
}

json::object account_json(const SourceAccount& a) {
  const bool missing = a.version == 0;
  const auto words = missing ? Words{"not added yet", "未登録"} : in_words(a.state);
  return {{"name", a.name},
          {"state", missing ? "missing" : to_string(a.state)},
          {"state_en", words.en},
          {"state_ja", words.ja},
          {"why", in_both(a.reason)},
          {"since", missing ? json::value(nullptr) : json::value(format_utc(a.since))},
          {"has_password", a.has_password},
          {"from_browser", a.from_browser},
          {"cookies", a.cookies},
          {"cookies_until", time_or_null(a.cookies_until)},
          {"sign_ins", a.sign_ins},
          {"last_sign_in", time_or_null(a.last_sign_in)},
          {"next_try", time_or_null(a.next_try)},
          {"tries", a.tries}};
}

}  // namespace

std::string account_to_json(const SourceAccount& account) {
  auto out = account_json(account);
  out["source"] = account.source;
  return json::serialize(out);
}

std::string to_json(const Source& source, const SourceStatus& status,
                    const std::vector<ReachChange>* reach) {
  const auto& c = status.coverage;
  json::array missed;
  for (const auto& [reason, count] : c.missed_by_reason) {
    auto one = in_both(reason);
    one["count"] = count;
    missed.push_back(std::move(one));
  }
  json::object out{{"source", source.id},
                   {"kind", source.kind},
                   {"url", source.url.text()},
                   {"state", to_string(status.state)},
                   {"why", in_both(status.reason)},
                   {"lists", source.adapter->lists()},
                   {"schedule_seconds", seconds(source.schedule)},
                   {"lag_seconds", seconds(status.lag)},
                   {"last_success", time_or_null(c.last_success)},
                   {"last_new", time_or_null(c.last_new)},
                   {"oldest_due", time_or_null(c.oldest_due)},
                   {"listed", c.listed},
                   {"fetched", c.fetched},
                   {"missed", c.missed},
                   {"pending", c.pending},
                   {"missed_reasons", std::move(missed)},
                   {"robots", source.obey_robots ? "obey" : "ignore"},
                   {"robots_reason", source.robots_reason},
                   {"retention_days", source.retention_days}};
  if (status.pause) {
    out["paused"] = json::object{{"reason", status.pause->reason},
                                 {"by", status.pause->by},
                                 {"at", format_utc(status.pause->at)}};
  } else {
    out["paused"] = nullptr;
  }
  json::array accounts;
  accounts.reserve(status.accounts.size());
  for (const auto& account : status.accounts) accounts.push_back(account_json(account));
  out["accounts"] = std::move(accounts);
  out["reach"] = status.reach ? json::value(change_json(*status.reach)) : json::value(nullptr);
  if (reach != nullptr) {
    json::array changes;
    for (const auto& change : *reach) changes.push_back(change_json(change));
    out["reach_changes"] = std::move(changes);
  }
  return json::serialize(out);
}

}  // namespace hitokoe::crawler
