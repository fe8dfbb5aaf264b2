#include "hitokoe/incident/alert_found.h"

#include <boost/json.hpp>

namespace hitokoe::incident {

Draft alert_found(const Alert& alert) {
  namespace json = boost::json;
  const auto severity = matcher::to_string(alert.severity);
  const json::object body{{"alert", alert.id},
                          {"term", alert.term},
                          {"severity", json::string(severity.data(), severity.size())},
                          {"source", alert.source},
                          {"capture", alert.capture},
                          {"count", alert.count},
                          {"carriers", json::array(alert.carriers.begin(), alert.carriers.end())}};
  return {"service", "alerts", "alert.found", json::serialize(body)};
}

}  // namespace hitokoe::incident
