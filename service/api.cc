#include "service/api.h"

#include <boost/json.hpp>

#include "hitokoe/incident/json_list.h"
#include "service/answers.h"
#include "service/assets.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

Task<HttpResponse> static_file(const Asset& asset) {
  HttpResponse response;
  response.content_type = asset.content_type;
  response.body = asset.content;
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; script-src 'self'; style-src 'self'; "
                                "connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
                                "form-action 'none'; frame-ancestors 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  co_return response;
}

Task<HttpResponse> alive(const HttpRequest&) {
  HttpResponse response;
  response.body = "ok\n";
  co_return response;
}

}  // namespace

HttpResponse problem_for(const Error& error, Language l) {
  switch (error.code) {
    case Errc::kNotFound:
      return net::problem(404, {"no such resource", "そのような資源はありません"}, l);
    case Errc::kForbidden:
      return net::problem(
          403, {"this account may not do that", "このアカウントには許されていない操作"}, l);
    case Errc::kUnavailable:
    case Errc::kTimeout:
      return net::problem(
          503, {"a part of the service does not answer", "サービスの一部が応えません"}, l);
    case Errc::kConflict:
      return net::problem(409, {"its state does not allow that", "今の状態ではできない操作"}, l);
    case Errc::kBadInput:
      return net::problem(400, {"the request cannot be used", "要求の内容が使えません"}, l);
    default:
      return net::problem(500, {"internal error", "内部エラー"}, l);
  }
}

Api::Api(Parts parts, ApiOptions options)
    : p_(std::move(parts)),
      options_(options),
      limiter_(p_.clock, {.failures = options.auth_failures, .window = options.auth_window}),
      failures_(p_.metrics.counter("hitokoe_api_auth_failures_total",
                                   "Requests with a wrong token or password")) {}

void Api::install(net::HttpServer& server) {
  server.route("GET", "/healthz", alive);
  server.route("GET", "/readyz", [this](const Request& r) { return ready(r); });
  server.route("GET", "/metrics", [this](const Request& r) { return metrics(r); });
  server.route("POST", "/api/v1/login", [this](const Request& r) { return login(r); });
  server.route("GET", "/api/v1/me", [this](const Request& r) { return me(r); });
  server.route("GET", "/api/v1/incidents", [this](const Request& r) { return incidents(r); });
  server.route("GET", "/api/v1/incidents/{id}", [this](const Request& r) { return incident(r); });
  server.route("GET", "/api/v1/incidents/{id}/attribution",
               [this](const Request& r) { return attribution(r); });
  for (const Asset& asset : assets()) {
    server.route("GET", asset.path, [&asset](const Request&) { return static_file(asset); });
  }
}

Task<HttpResponse> Api::ready(const Request&) {
  json::object parts;
  bool all = true;
  const auto readiness = co_await p_.pool.run([this] { return p_.readiness(); });
  for (const auto& [name, state] : readiness) {
    parts[name] = state ? json::value("ok") : json::value(to_string(state.error().code));
    all = all && state;
  }
  const json::object body{{"ready", all}, {"parts", std::move(parts)}};
  co_return json_response(json::serialize(body) + "\n", all ? 200 : 503);
}

Task<HttpResponse> Api::metrics(const Request&) {
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = p_.metrics.render();
  co_return response;
}

std::optional<HttpResponse> Api::turned_away(const Request& request) {
  const Duration wait = limiter_.wait(request.remote_address);
  if (wait.count() == 0) return std::nullopt;
  auto response = net::problem(
      429, {"too many failed attempts; wait", "失敗の回数が多すぎます。時間をおいてください"},
      request.language());
  response.headers.emplace_back(
      "Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
  return response;
}

HttpResponse Api::refused(const Request& request) {
  limiter_.failed(request.remote_address);
  failures_.add();
  auto response = net::problem(401,
                               {"a valid token is needed: Authorization: Bearer hk_…",
                                "有効なトークンが必要: Authorization: Bearer hk_…"},
                               request.language());
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"hitokoe\"");
  return response;
}

Task<outcome::basic_result<Viewer, HttpResponse, outcome::policy::terminate>> Api::viewer(
    const Request& request) {
  if (auto away = turned_away(request)) co_return outcome::failure(std::move(*away));
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view given = request.header("Authorization").value_or("");
  if (!given.starts_with(kBearer)) co_return outcome::failure(refused(request));
  const std::string token(given.substr(kBearer.size()));
  auto found = co_await p_.pool.run([this, &token] { return p_.accounts.by_token(token); });
  if (found) co_return outcome::success(std::move(found.value()));
  if (found.error().code == Errc::kUnauthorized) co_return outcome::failure(refused(request));
  p_.log.error("api.accounts_failed", {{"error", to_string(found.error().code)}});
  co_return outcome::failure(problem_for(found.error(), request.language()));
}

Task<HttpResponse> Api::login(const Request& request) {
  if (auto away = turned_away(request)) co_return std::move(*away);
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  const json::object* fields = error ? nullptr : body.if_object();
  const json::value* user = fields != nullptr ? fields->if_contains("user") : nullptr;
  const json::value* password = fields != nullptr ? fields->if_contains("password") : nullptr;
  if (user == nullptr || password == nullptr || !user->is_string() || !password->is_string()) {
    co_return net::problem(
        400,
        {"expected {\"user\": …, \"password\": …}", "{\"user\": …, \"password\": …} の形が必要"},
        request.language());
  }
  const std::string name(user->as_string());
  const SecretText secret{std::string(password->as_string())};
  auto issued = co_await p_.pool.run([&]() -> Result<std::pair<SecretText, UtcTime>> {
    TRY(const auto who, p_.accounts.by_password(name, secret));
    TRY(auto token, p_.accounts.issue_token(who.user(), who.user(), options_.login_lifetime));
    return std::pair(std::move(token), p_.clock.now() + options_.login_lifetime);
  });
  if (!issued && issued.error().code == Errc::kUnauthorized) co_return refused(request);
  if (!issued) {
    p_.log.error("api.login_failed", {{"error", to_string(issued.error().code)}});
    co_return problem_for(issued.error(), request.language());
  }
  const json::object out{{"token", issued.value().first.expose()},
                         {"expires", format_utc(issued.value().second)}};
  co_return json_response(json::serialize(out) + "\n");
}

Task<HttpResponse> Api::me(const Request& request) {
  auto who = co_await viewer(request);
  if (!who) co_return std::move(who.error());
  const json::object out{{"user", who.value().user()},
                         {"role", registry::to_string(who.value().role())},
                         {"party", who.value().party()}};
  co_return json_response(json::serialize(out) + "\n");
}

Task<HttpResponse> Api::incidents(const Request& request) {
  auto who = co_await viewer(request);
  if (!who) co_return std::move(who.error());
  auto list = co_await p_.pool.run([&] { return p_.incidents.list(who.value()); });
  if (!list) {
    p_.log.error("api.incidents_failed", {{"error", to_string(list.error().code)}});
    co_return problem_for(list.error(), request.language());
  }
  auto out = incident::json_list("incidents", list.value());
  json::array warnings;
  if (const auto w = p_.incidents.holiday_warning()) {
    warnings.push_back(json::object{{"ja", w->ja}, {"en", w->en}});
  }
  out.back() = ',';  // the closing brace
  co_return json_response(out + "\"warnings\":" + json::serialize(warnings) + "}\n");
}

Task<HttpResponse> Api::incident(const Request& request) {
  auto who = co_await viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto view = co_await p_.pool.run([&] { return p_.incidents.show(who.value(), id); });
  if (!view) {
    if (view.error().code != Errc::kNotFound) {
      p_.log.error("api.incident_failed", {{"error", to_string(view.error().code)}});
    }
    co_return problem_for(view.error(), request.language());
  }
  co_return json_response(incident::to_json(view.value()) + "\n");
}

Task<HttpResponse> Api::attribution(const Request& request) {
  auto who = co_await viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto why = co_await p_.pool.run([&] { return p_.incidents.attribution(who.value(), id); });
  if (!why) {
    if (why.error().code != Errc::kNotFound) {
      p_.log.error("api.attribution_failed", {{"error", to_string(why.error().code)}});
    }
    co_return problem_for(why.error(), request.language());
  }
  co_return json_response(why.value() + "\n");
}

}  // namespace hitokoe::service
