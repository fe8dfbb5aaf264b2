#include "service/api_retention.h"

#include <boost/json.hpp>

#include "hitokoe/incident/json_list.h"
#include "service/answers.h"
#include "service/refusal.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;

Result<json::object> body_of(const net::HttpRequest& request) {
  boost::system::error_code error;
  auto body = json::parse(request.body, error);
  if (!error && body.is_object()) return std::move(body.get_object());
  return fail(Errc::kBadInput, "the body is to be a JSON object",
              "本文は JSON のオブジェクトにしてください");
}

// What is missing is "".
Result<std::string> text(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || value->is_null()) return std::string();
  if (value->is_string()) return std::string(value->get_string());
  return fail(Errc::kBadInput, std::string(name) + ": is to be a text",
              std::string(name) + ": 文字列にしてください");
}

Result<void> may_look(const Viewer& viewer) {
  const bool may =
      viewer.role() == registry::Role::kCoordinator || viewer.role() == registry::Role::kAuditor;
  if (may) return ok();
  return fail(Errc::kForbidden, "only coordinators and auditors see this",
              "取りまとめ役と監査担当だけに許された表示");
}

}  // namespace

void RetentionApi::install(net::HttpServer& server) {
  const auto to = [this](Answer how, bool markdown = false) {
    return [this, how, markdown](const Request& r) { return answer(r, how, markdown); };
  };
  server.route("GET", "/api/v1/retention", to(&RetentionApi::items));
  server.route("GET", "/api/v1/retention/plan", to(&RetentionApi::plan));
  server.route("POST", "/api/v1/incidents/{id}/retention/hold", to(&RetentionApi::hold));
  server.route("POST", "/api/v1/incidents/{id}/retention/release", to(&RetentionApi::release));
  server.route("POST", "/api/v1/incidents/{id}/retention/destroy", to(&RetentionApi::destroy));
  server.route("GET", "/api/v1/incidents/{id}/retention/certificate",
               to(&RetentionApi::certificate));
  server.route("GET", "/api/v1/incidents/{id}/retention/certificate.md",
               to(&RetentionApi::certificate_text, true));
}

// What a person did wrong is told in the words of the rule: they hold ids and days only.
net::HttpResponse RetentionApi::failed(const Error& error, const Request& request) {
  return refusal(error, request, p_.log, "api.retention_failed");
}

Task<net::HttpResponse> RetentionApi::answer(const Request& request, Answer how, bool markdown) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto named = request.params.find("id");
  const std::string id = named == request.params.end() ? std::string() : named->second;
  auto said = co_await p_.pool.run([&] { return (this->*how)(who.value(), id, request); });
  if (!said) co_return failed(said.error(), request);
  auto response = json_response(said.value() + "\n");
  if (markdown) response.content_type = "text/markdown; charset=utf-8";
  co_return response;
}

Result<std::string> RetentionApi::plan(const Viewer& viewer, const std::string&, const Request&) {
  TRYV(may_look(viewer));
  const auto& plan = retention_.plan();
  json::array rules;
  rules.reserve(plan.rules().size());
  for (const auto& r : plan.rules()) {
    rules.push_back(json::object{{"kind", to_string(r.kind)},
                                 {"days", r.days},
                                 {"by_itself", r.by_itself},
                                 {"basis", r.basis.en},
                                 {"basis_ja", r.basis.ja}});
  }
  return json::serialize(json::object{{"version", plan.version()}, {"plan", std::move(rules)}});
}

Result<std::string> RetentionApi::items(const Viewer& viewer, const std::string&, const Request&) {
  TRY(const auto items, retention_.items(viewer));
  return incident::json_list("items", items);
}

Result<std::string> RetentionApi::hold(const Viewer& viewer, const std::string& id,
                                       const Request& request) {
  TRY(const auto body, body_of(request));
  TRY(const auto day, text(body, "until"));
  TRY(const auto until, parse_day(day));
  TRY(const auto reason, text(body, "reason"));
  TRYV(retention_.hold(viewer, id, until, reason));
  return items(viewer, id, request);
}

Result<std::string> RetentionApi::release(const Viewer& viewer, const std::string& id,
                                          const Request& request) {
  TRY(const auto body, body_of(request));
  TRY(const auto reason, text(body, "reason"));
  TRYV(retention_.release(viewer, id, reason));
  return items(viewer, id, request);
}

// For good: whoever asks writes the incident's name once more.
Result<std::string> RetentionApi::destroy(const Viewer& viewer, const std::string& id,
                                          const Request& request) {
  TRY(const auto body, body_of(request));
  TRY(const auto confirmed, text(body, "confirm"));
  if (confirmed != id) {
    return fail(Errc::kBadInput, "nothing was destroyed; \"confirm\" is to be the incident's name",
                "何も破棄していません。\"confirm\" に事案の番号を書いてください");
  }
  TRY(const auto name, text(body, "kind"));
  std::optional<incident::KeptKind> kind;
  if (!name.empty()) {
    TRY(kind, incident::kept_kind_by_name(name));
  }
  TRY(const auto gone, retention_.destroy(viewer, id, kind));
  json::array told;
  told.reserve(gone.size());
  for (const auto& d : gone) {
    told.push_back(json::object{{"kind", to_string(d.kind)},
                                {"key", json::object{{"kind", d.key_kind}, {"name", d.key_name}}},
                                {"records", d.records},
                                {"event", d.event},
                                {"event_hash", to_hex(d.hash)}});
  }
  return json::serialize(json::object{{"destroyed", std::move(told)}});
}

Result<std::string> RetentionApi::certificate(const Viewer& viewer, const std::string& id,
                                              const Request&) {
  return retention_.certificate(viewer, id);
}

Result<std::string> RetentionApi::certificate_text(const Viewer& viewer, const std::string& id,
                                                   const Request&) {
  TRY(const auto made, retention_.certificate(viewer, id));
  return incident::certificate_text(made);
}

}  // namespace hitokoe::service
