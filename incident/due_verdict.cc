#include <boost/json.hpp>

#include "hitokoe/incident/due_verdicts.h"

namespace hitokoe::incident {

std::string_view to_string(DueState state) {
  switch (state) {
    case DueState::kWaiting:
      return "waiting";
    case DueState::kJudging:
      return "judging";
    case DueState::kFailed:
      return "failed";
  }
  return "waiting";
}

Result<DueState> due_state_by_name(std::string_view name) {
  for (const auto state : {DueState::kWaiting, DueState::kJudging, DueState::kFailed}) {
    if (name == to_string(state)) return state;
  }
  return fail(Errc::kCorrupt, "owed verdict: no such state", "やり直す判定: 知らない状態");
}

std::string to_json(const DueVerdict& due) {
  namespace json = boost::json;
  const auto state = to_string(due.state);
  return json::serialize(json::object{
      {"state", json::string(state.data(), state.size())},
      {"asked", format_utc(due.asked)},
      {"by", due.by},
      {"tries", due.tries},
      {"tried", due.tried ? json::value(format_utc(*due.tried)) : json::value(nullptr)},
      {"why", due.why}});
}

std::string with_judging(std::string_view incident, const std::optional<DueVerdict>& judging) {
  auto out = boost::json::parse(boost::json::string_view(incident.data(), incident.size()));
  out.as_object()["judging"] =
      judging ? boost::json::parse(to_json(*judging)) : boost::json::value(nullptr);
  return boost::json::serialize(out);
}

}  // namespace hitokoe::incident
