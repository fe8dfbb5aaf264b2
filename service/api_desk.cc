#include "service/api_desk.h"

#include <boost/json.hpp>

#include "hitokoe/incident/json_list.h"
#include "service/answers.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using incident::Claim;
using incident::DeskOutcome;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::size_t kListed = 200;

HttpResponse unusable(const HttpRequest& request, const Words& expected) {
  return net::problem(400, expected, request.language());
}

std::optional<json::object> body_of(const HttpRequest& request) {
  boost::system::error_code error;
  auto body = json::parse(request.body, error);
  if (error || !body.is_object()) return std::nullopt;
  return std::move(body.as_object());
}

// A member that is a text; "" where it is missing. Nothing: it is something else.
std::optional<std::string> text_of(const json::object& fields, std::string_view name) {
  const json::value* value = fields.if_contains(name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

std::string incident_of(const HttpRequest& request) {
  const auto found = request.query.find("incident");
  return found == request.query.end() ? std::string() : found->second;
}

}  // namespace

DeskApi::DeskApi(Parts parts)
    : p_(std::move(parts)),
      limited_(p_.metrics.counter("hitokoe_desk_limited_total",
                                  "Checks that were too many within a minute")),
      late_(p_.metrics.counter("hitokoe_desk_late_answers_total",
                               "Answers that took more than desk.answer_after")) {
  for (const auto o : {DeskOutcome::kNotVerified, DeskOutcome::kNotAffected, DeskOutcome::kAffected,
                       DeskOutcome::kLocked}) {
    outcomes_[o] = &p_.metrics.counter("hitokoe_desk_checks_total", "Checks at the inquiry desk",
                                       {{"outcome", to_string(o)}});
  }
}

void DeskApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/desk/questions", [this](const Request& r) { return questions(r); });
  server.route("POST", "/api/v1/desk/checks", [this](const Request& r) { return check(r); });
  server.route("GET", "/api/v1/desk/checks", [this](const Request& r) { return checks(r); });
  server.route("GET", "/api/v1/desk/checks/{id}/notes",
               [this](const Request& r) { return notes(r); });
  server.route("POST", "/api/v1/desk/checks/{id}/notes",
               [this](const Request& r) { return add_note(r); });
  server.route("POST", "/api/v1/desk/checks/{id}/follow-ups",
               [this](const Request& r) { return add_follow_up(r); });
  server.route("POST", "/api/v1/desk/checks/{id}/unlock",
               [this](const Request& r) { return unlock_customer(r); });
  server.route("GET", "/api/v1/desk/follow-ups",
               [this](const Request& r) { return follow_ups(r); });
  server.route("POST", "/api/v1/desk/follow-ups/{id}",
               [this](const Request& r) { return finish_follow_up(r); });
  server.route("POST", "/api/v1/desk/operators/{id}/unlock",
               [this](const Request& r) { return unlock_operator(r); });
  server.route("GET", "/api/v1/desk/statistics",
               [this](const Request& r) { return statistics(r); });
}

// The desk's errors say what to ask again, and never what was said: they may go to the operator.
HttpResponse DeskApi::failed(const Error& error, const Request& request) {
  if (error.code == Errc::kBadInput) return unusable(request, error.words());
  if (error.code == Errc::kLimit) {
    limited_.add();
    auto response = net::problem(429, error.words(), request.language());
    response.headers.emplace_back("Retry-After", "60");
    return response;
  }
  if (error.code != Errc::kNotFound && error.code != Errc::kForbidden &&
      error.code != Errc::kConflict) {
    p_.log.error("api.desk_failed", {{"error", to_string(error.code)}});
  }
  return problem_for(error, request.language());
}

Task<HttpResponse> DeskApi::questions(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  json::array sets;
  for (const auto& set : p_.desk.options().questions) {
    json::array fields;
    for (const auto f : set) fields.emplace_back(identity::field_info(f).name);
    sets.push_back(std::move(fields));
  }
  co_return json_response(json::serialize(json::object{{"questions", std::move(sets)}}) + "\n");
}

Task<HttpResponse> DeskApi::check(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const Words expected{R"(expected {"incident": "INC-…", "said": {"name": "…", …}})",
                       "{\"incident\": \"INC-…\", \"said\": {\"name\": \"…\", …}} の形が必要"};
  auto body = body_of(request);
  const auto incident = body ? text_of(*body, "incident") : std::nullopt;
  const auto call = body ? text_of(*body, "call") : std::nullopt;
  const json::value* said = body ? body->if_contains("said") : nullptr;
  if (!incident || incident->empty() || !call || said == nullptr || !said->is_object()) {
    co_return unusable(request, expected);
  }
  const SecretText text{json::serialize(*said)};
  const auto claim = Claim::parse(text.expose());
  if (!claim) co_return unusable(request, claim.error().words());
  const auto begin = p_.clock.steady();
  const auto answer = co_await incident::answer_in_time(
      p_.desk, who.value(), *incident, claim.value(), *call, {p_.clock, p_.sleeper, p_.pool});
  const auto took = p_.clock.steady() - begin;
  if (took > p_.desk.options().answer_after + p_.desk.options().answer_after / 2) late_.add();
  if (!answer) co_return failed(answer.error(), request);
  outcomes_.at(answer.value().outcome)->add();
  co_return json_response(incident::to_json(answer.value()) + "\n");
}

Task<HttpResponse> DeskApi::checks(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto incident = incident_of(request);
  const auto list =
      co_await p_.pool.run([&] { return p_.desk.checks(who.value(), incident, kListed); });
  if (!list) co_return failed(list.error(), request);
  co_return json_response(incident::json_list("checks", list.value()) + "\n");
}

Task<HttpResponse> DeskApi::notes(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  const auto list = co_await p_.pool.run([&] { return p_.desk.notes(who.value(), id); });
  if (!list) co_return failed(list.error(), request);
  co_return json_response(incident::json_list("notes", list.value()) + "\n");
}

Task<HttpResponse> DeskApi::add_note(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto body = body_of(request);
  const auto text = body ? text_of(*body, "text") : std::nullopt;
  std::uint32_t minutes = 0;
  bool usable = text.has_value();
  if (const auto* given = body ? body->if_contains("minutes") : nullptr; given != nullptr) {
    boost::system::error_code error;
    minutes = given->to_number<std::uint32_t>(error);
    usable = usable && !error;
  }
  if (!usable) {
    co_return unusable(request, {R"(expected {"text": "…", "minutes": 5})",
                                 "{\"text\": \"…\", \"minutes\": 5} の形が必要"});
  }
  const std::string& id = request.params.at("id");
  const auto noted =
      co_await p_.pool.run([&] { return p_.desk.note(who.value(), id, *text, minutes); });
  if (!noted) co_return failed(noted.error(), request);
  co_return json_response("{\"noted\":true}\n");
}

Task<HttpResponse> DeskApi::add_follow_up(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto body = body_of(request);
  const auto by = body ? text_of(*body, "call_by") : std::nullopt;
  const auto time = parse_utc(by.value_or(""));
  if (!time) {
    co_return unusable(request, {R"(expected {"call_by": "2026-04-01T02:00:00Z"})",
                                 "{\"call_by\": \"2026-04-01T02:00:00Z\"} の形が必要"});
  }
  const std::string& id = request.params.at("id");
  const auto task =
      co_await p_.pool.run([&] { return p_.desk.follow_up(who.value(), id, time.value()); });
  if (!task) co_return failed(task.error(), request);
  co_return json_response(incident::to_json(task.value()) + "\n");
}

Task<HttpResponse> DeskApi::follow_ups(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto incident = incident_of(request);
  const auto list = co_await p_.pool.run([&] { return p_.desk.follow_ups(who.value(), incident); });
  if (!list) co_return failed(list.error(), request);
  co_return json_response(incident::json_list("follow_ups", list.value()) + "\n");
}

Task<HttpResponse> DeskApi::finish_follow_up(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto body = body_of(request);
  const auto* done = body ? body->if_contains("done") : nullptr;
  if (done == nullptr || !done->is_bool() || !done->as_bool()) {
    co_return unusable(request, {R"(expected {"done": true})", "{\"done\": true} の形が必要"});
  }
  const std::string& id = request.params.at("id");
  const auto finished =
      co_await p_.pool.run([&] { return p_.desk.follow_up_done(who.value(), id); });
  if (!finished) co_return failed(finished.error(), request);
  co_return json_response("{\"done\":true}\n");
}

Task<HttpResponse> DeskApi::statistics(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto incident = incident_of(request);
  const auto numbers =
      co_await p_.pool.run([&] { return p_.desk.statistics(who.value(), incident); });
  if (!numbers) co_return failed(numbers.error(), request);
  co_return json_response(incident::to_json(numbers.value()) + "\n");
}

Task<HttpResponse> DeskApi::unlock(const Request& request, bool customer) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto body = body_of(request);
  const auto reason = body ? text_of(*body, "reason") : std::nullopt;
  if (!reason) {
    co_return unusable(request, {R"(expected {"reason": "…"})", "{\"reason\": \"…\"} の形が必要"});
  }
  const std::string& id = request.params.at("id");
  const auto unlocked = co_await p_.pool.run([&] {
    return customer ? p_.desk.unlock_customer(who.value(), id, *reason)
                    : p_.desk.unlock_operator(who.value(), id, *reason);
  });
  if (!unlocked) co_return failed(unlocked.error(), request);
  co_return json_response("{\"unlocked\":true}\n");
}

Task<HttpResponse> DeskApi::unlock_customer(const Request& request) {
  return unlock(request, true);
}
Task<HttpResponse> DeskApi::unlock_operator(const Request& request) {
  return unlock(request, false);
}

}  // namespace hitokoe::service
