#include "service/api_alerts.h"

#include <boost/json.hpp>
#include <charconv>

#include "hitokoe/incident/json_list.h"
#include "service/answers.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using incident::AlertFilter;
using incident::AlertState;
using incident::HuntState;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::size_t kMostFailures = 100;

HttpResponse unusable(const HttpRequest& request, const Words& expected) {
  return net::problem(400, expected, request.language());
}

// Hunts are about everybody's captures.
bool sees_hunts(const Viewer& viewer) {
  return viewer.sees_all_parties() && viewer.role() != Role::kDesk;
}

Error hidden() { return incident::no_such_hunt(); }

std::optional<AlertFilter> filter_of(const HttpRequest& request) {
  AlertFilter filter;
  for (const auto& [name, value] : request.query) {
    if (name == "state") {
      const auto state = incident::alert_state_by_name(value);
      if (!state) return std::nullopt;
      filter.state = state.value();
    } else if (name == "term") {
      filter.term = value;
    } else if (name == "hunt") {
      filter.hunt = value;
    } else if (name == "after") {
      filter.after = value;
    } else if (name == "limit") {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), filter.limit);
      if (error != std::errc() || end != value.data() + value.size() || filter.limit < 1 ||
          filter.limit > 1000) {
        return std::nullopt;
      }
    }
  }
  return filter;
}

// A member that is a text; "" where it is missing. Nothing: it is something else.
std::optional<std::string> text_of(const json::object& fields, std::string_view name) {
  const json::value* value = fields.if_contains(name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

std::optional<bool> flag_of(const json::object& fields, std::string_view name, bool otherwise) {
  const json::value* value = fields.if_contains(name);
  if (value == nullptr) return otherwise;
  if (!value->is_bool()) return std::nullopt;
  return value->as_bool();
}

std::optional<json::object> body_of(const HttpRequest& request) {
  boost::system::error_code error;
  auto body = json::parse(request.body, error);
  if (error || !body.is_object()) return std::nullopt;
  return std::move(body.as_object());
}

}  // namespace

void AlertsApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/alerts", [this](const Request& r) { return alerts(r); });
  server.route("GET", "/api/v1/alerts/{id}", [this](const Request& r) { return alert(r); });
  server.route("POST", "/api/v1/alerts/{id}", [this](const Request& r) { return change_alert(r); });
  server.route("GET", "/api/v1/hunts", [this](const Request& r) { return hunts(r); });
  server.route("POST", "/api/v1/hunts", [this](const Request& r) { return start_hunt(r); });
  server.route("GET", "/api/v1/hunts/{id}", [this](const Request& r) { return hunt(r); });
  server.route("POST", "/api/v1/hunts/{id}", [this](const Request& r) { return change_hunt(r); });
}

HttpResponse AlertsApi::failed(const Error& error, const char* event, const Request& request) {
  if (error.code != Errc::kNotFound && error.code != Errc::kForbidden &&
      error.code != Errc::kBadInput && error.code != Errc::kConflict) {
    p_.log.error(event, {{"error", to_string(error.code)}});
  }
  return problem_for(error, request.language());
}

Task<HttpResponse> AlertsApi::alerts(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto filter = filter_of(request);
  if (!filter) {
    co_return unusable(request, {"state=open, acknowledged or closed; limit=1 to 1000",
                                 "state は open、acknowledged、closed のどれか、limit は 1～1000"});
  }
  const auto list = co_await p_.pool.run([&] { return p_.alerts.list(who.value(), *filter); });
  if (!list) co_return failed(list.error(), "api.alerts_failed", request);
  co_return json_response(incident::json_list("alerts", list.value()) + "\n");
}

Task<HttpResponse> AlertsApi::alert(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  const auto found = co_await p_.pool.run([&] { return p_.alerts.load(who.value(), id); });
  if (!found) co_return failed(found.error(), "api.alert_failed", request);
  co_return json_response(incident::to_json(found.value()) + "\n");
}

Task<HttpResponse> AlertsApi::change_alert(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const Words expected{"expected {\"state\": \"acknowledged\", \"note\": …}",
                       "{\"state\": \"acknowledged\", \"note\": …} の形が必要"};
  const auto body = body_of(request);
  const auto state = body ? text_of(*body, "state") : std::nullopt;
  const auto note = body ? text_of(*body, "note") : std::nullopt;
  const auto to =
      state ? incident::alert_state_by_name(*state) : Result<AlertState>(outcome::failure(Error{}));
  if (!to || !note) co_return unusable(request, expected);
  const std::string& id = request.params.at("id");
  const auto changed = co_await p_.pool.run(
      [&] { return p_.alerts.change(who.value(), id, to.value(), *note, p_.clock.now()); });
  if (!changed) co_return failed(changed.error(), "api.alert_failed", request);
  co_return json_response(incident::to_json(changed.value()) + "\n");
}

Task<HttpResponse> AlertsApi::hunts(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  if (!sees_hunts(who.value())) co_return json_response("{\"hunts\":[]}\n");
  const auto list = co_await p_.pool.run([this] { return p_.hunts.list(); });
  if (!list) co_return failed(list.error(), "api.hunts_failed", request);
  co_return json_response(incident::json_list("hunts", list.value()) + "\n");
}

Task<HttpResponse> AlertsApi::hunt(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  if (!sees_hunts(who.value())) co_return failed(hidden(), "api.hunt_failed", request);
  const std::string& id = request.params.at("id");
  const auto text = co_await p_.pool.run([&]() -> Result<std::string> {
    TRY(const auto found, p_.hunts.load(id));
    TRY(const auto failures, p_.hunts.failures(id, kMostFailures));
    auto body = json::parse(incident::to_json(found)).as_object();
    json::array all;
    for (const auto& f : failures) all.push_back({{"capture", f.capture}, {"reason", f.reason}});
    body["failures"] = std::move(all);
    return json::serialize(body);
  });
  if (!text) co_return failed(text.error(), "api.hunt_failed", request);
  co_return json_response(text.value() + "\n");
}

Task<HttpResponse> AlertsApi::start_hunt(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const Words expected{
      "expected {\"terms\": true, \"fingerprints\": true, \"since\": \"2026-04-01\"}",
      "{\"terms\": true, \"fingerprints\": true, \"since\": \"2026-04-01\"} の形が必要"};
  const auto body = body_of(request);
  if (!body) co_return unusable(request, expected);
  const auto terms = flag_of(*body, "terms", true);
  const auto fingerprints = flag_of(*body, "fingerprints", true);
  const auto since = text_of(*body, "since");
  incident::HuntPlan plan;
  if (!terms || !fingerprints || !since || (!*terms && !*fingerprints)) {
    co_return unusable(request, expected);
  }
  plan.terms = *terms;
  plan.fingerprints = *fingerprints;
  if (!since->empty()) {
    const auto day = parse_day(*since);
    if (!day) co_return unusable(request, expected);
    plan.since = day.value();
  }
  if (!sees_hunts(who.value()) || !who.value().may_change()) {
    co_return failed(Error{Errc::kForbidden, "", ""}, "api.hunt_failed", request);
  }
  const auto started =
      co_await p_.pool.run([&] { return p_.loop.start(plan, who.value().user()); });
  if (!started) co_return failed(started.error(), "api.hunt_failed", request);
  co_return json_response(incident::to_json(started.value()) + "\n", 201);
}

Task<HttpResponse> AlertsApi::change_hunt(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto body = body_of(request);
  const auto state = body ? text_of(*body, "state") : std::nullopt;
  const bool pause = state == to_string(HuntState::kPaused);
  if (!pause && state != to_string(HuntState::kRunning)) {
    co_return unusable(request, {"expected {\"state\": \"paused\"} or {\"state\": \"running\"}",
                                 "{\"state\": \"paused\"} か {\"state\": \"running\"} の形が必要"});
  }
  if (!sees_hunts(who.value())) co_return failed(hidden(), "api.hunt_failed", request);
  if (!who.value().may_change()) {
    co_return failed(Error{Errc::kForbidden, "", ""}, "api.hunt_failed", request);
  }
  const std::string& id = request.params.at("id");
  const auto changed = co_await p_.pool.run([&] {
    const auto& user = who.value().user();
    return pause ? p_.hunts.pause(id, user, p_.clock.now())
                 : p_.hunts.resume(id, user, p_.clock.now());
  });
  if (!changed) co_return failed(changed.error(), "api.hunt_failed", request);
  co_return json_response(incident::to_json(changed.value()) + "\n");
}

}  // namespace hitokoe::service
