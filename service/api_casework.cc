#include "service/api_casework.h"

#include <boost/json.hpp>

#include "service/answers.h"
#include "service/refusal.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

// Members of a JSON object; what is missing is "".
class Fields {
 public:
  static Result<Fields> of(const HttpRequest& request) {
    boost::system::error_code error;
    auto body = json::parse(request.body, error);
    if (error || !body.is_object()) {
      return fail(Errc::kBadInput, "the body is to be a JSON object",
                  "本文は JSON のオブジェクトにしてください");
    }
    return Fields(std::move(body.as_object()));
  }
  Result<std::string> text(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr || value->is_null()) return std::string();
    if (value->is_string()) return std::string(value->as_string());
    return fail(Errc::kBadInput, std::string(name) + ": is to be a text",
                std::string(name) + ": 文字列にしてください");
  }
  Result<bool> flag(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    if (value != nullptr && value->is_bool()) return value->as_bool();
    return fail(Errc::kBadInput, std::string(name) + ": is to be true or false",
                std::string(name) + ": true か false にしてください");
  }

 private:
  explicit Fields(json::object object) : object_(std::move(object)) {}
  json::object object_;
};

// A wrong name in a request is bad input, as it is a wrong usage on the command line.
template <class T>
Result<T> named(Result<T> parsed) {
  if (!parsed && parsed.error().code == Errc::kUsage) {
    return fail(Errc::kBadInput, parsed.error().words());
  }
  return parsed;
}

}  // namespace

void CaseworkApi::install(net::HttpServer& server) {
  const auto changes = [this](Change how) {
    return [this, how](const Request& r) { return change(r, how); };
  };
  server.route("GET", "/api/v1/incidents/{id}/casework",
               [this](const Request& r) { return show(r); });
  server.route("POST", "/api/v1/incidents/{id}/tasks", changes(&CaseworkApi::set_task));
  server.route("POST", "/api/v1/incidents/{id}/takedowns", changes(&CaseworkApi::set_takedown));
  server.route("POST", "/api/v1/incidents/{id}/links", changes(&CaseworkApi::link));
  server.route("POST", "/api/v1/incidents/{id}/unlink", changes(&CaseworkApi::unlink));
  server.route("POST", "/api/v1/incidents/{id}/views", changes(&CaseworkApi::ask_view));
  server.route("POST", "/api/v1/incidents/{id}/views/{request}",
               changes(&CaseworkApi::decide_view));
}

// What a person did wrong is told in the words of the rule: they hold ids and names of tasks only.
HttpResponse CaseworkApi::failed(const Error& error, const Request& request) {
  return refusal(error, request, p_.log, "api.casework_failed");
}

Task<HttpResponse> CaseworkApi::show(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto view = co_await p_.pool.run([&] { return p_.casework.show(who.value(), id); });
  if (!view) co_return failed(view.error(), request);
  co_return json_response(to_json(view.value()) + "\n");
}

// Answers with how things stand after the change.
Task<HttpResponse> CaseworkApi::change(const Request& request, Change how) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto view = co_await p_.pool.run([&]() -> Result<incident::CaseworkView> {
    TRYV((this->*how)(who.value(), id, request));
    return p_.casework.show(who.value(), id);
  });
  if (!view) co_return failed(view.error(), request);
  co_return json_response(to_json(view.value()) + "\n");
}

Result<void> CaseworkApi::set_task(const Viewer& viewer, const std::string& id,
                                   const Request& request) {
  TRY(const auto fields, Fields::of(request));
  incident::TaskKey key;
  TRY(key.party, fields.text("party"));
  TRY(const auto kind, fields.text("kind"));
  TRY(key.kind, named(incident::task_kind_by_name(kind)));
  TRY(const auto name, fields.text("state"));
  TRY(const auto state, named(incident::task_state_by_name(name)));
  TRY(const auto day, fields.text("due"));
  std::optional<JstDay> due;
  if (!day.empty()) {
    TRY(due, parse_day(day));
  }
  TRY(const auto note, fields.text("note"));
  return p_.casework.set_task(viewer, id, key, state, due, note);
}

Result<void> CaseworkApi::set_takedown(const Viewer& viewer, const std::string& id,
                                       const Request& request) {
  TRY(const auto fields, Fields::of(request));
  TRY(const auto capture, fields.text("capture"));
  TRY(const auto name, fields.text("state"));
  TRY(const auto state, named(incident::takedown_state_by_name(name)));
  TRY(const auto note, fields.text("note"));
  return p_.casework.set_takedown(viewer, id, capture, state, note);
}

Result<void> CaseworkApi::link(const Viewer& viewer, const std::string& id,
                               const Request& request) {
  TRY(const auto fields, Fields::of(request));
  TRY(const auto other, fields.text("other"));
  TRY(const auto name, fields.text("kind"));
  TRY(const auto kind, named(incident::link_kind_by_name(name)));
  TRY(const auto reason, fields.text("reason"));
  return p_.casework.link(viewer, id, other, kind, reason);
}

Result<void> CaseworkApi::unlink(const Viewer& viewer, const std::string& id,
                                 const Request& request) {
  TRY(const auto fields, Fields::of(request));
  TRY(const auto other, fields.text("other"));
  TRY(const auto reason, fields.text("reason"));
  return p_.casework.unlink(viewer, id, other, reason);
}

Result<void> CaseworkApi::ask_view(const Viewer& viewer, const std::string& id,
                                   const Request& request) {
  TRY(const auto fields, Fields::of(request));
  TRY(const auto capture, fields.text("capture"));
  TRY(const auto purpose, fields.text("purpose"));
  TRYV(p_.casework.request_view(viewer, id, capture, purpose));
  return ok();
}

Result<void> CaseworkApi::decide_view(const Viewer& viewer, const std::string& id,
                                      const Request& request) {
  TRY(const auto fields, Fields::of(request));
  TRY(const bool approve, fields.flag("approve"));
  return p_.casework.decide_view(viewer, id, request.params.at("request"), approve);
}

}  // namespace hitokoe::service
