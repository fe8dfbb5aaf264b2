#include "service/api_moves.h"

#include <boost/json.hpp>

#include "service/answers.h"
#include "service/refusal.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostExposures = 1000;

Result<std::string> text(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(json::string_view(name.data(), name.size()));
  if (value != nullptr && value->is_string()) return std::string(value->get_string());
  return fail(Errc::kBadInput, std::string(name) + ": is to be a text",
              std::string(name) + ": 文字列にしてください");
}

Result<std::vector<std::string>> texts(const json::object& body, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = body.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || value->is_null()) return out;
  const bool list = value->is_array() && value->get_array().size() <= kMostExposures;
  if (list) {
    out.reserve(value->get_array().size());
    for (const auto& one : value->get_array()) {
      if (one.is_string()) out.emplace_back(one.get_string());
    }
  }
  if (!list || out.size() != value->get_array().size()) {
    return fail(Errc::kBadInput, std::string(name) + ": is to be a list of texts",
                std::string(name) + ": 文字列の一覧にしてください");
  }
  return out;
}

}  // namespace

void MovesApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/incidents/{id}/moves", [this](const Request& r) { return list(r); });
  server.route("POST", "/api/v1/incidents/{id}/merge",
               [this](const Request& r) { return change(r, Move::kMerge); });
  server.route("POST", "/api/v1/incidents/{id}/unmerge",
               [this](const Request& r) { return change(r, Move::kUnmerge); });
  server.route("POST", "/api/v1/incidents/{id}/split",
               [this](const Request& r) { return change(r, Move::kSplit); });
  server.route("POST", "/api/v1/incidents/{id}/verdict",
               [this](const Request& r) { return ask_verdict(r); });
}

// What a person did wrong is told in the words of the rule: they hold ids only.
net::HttpResponse MovesApi::failed(const Error& error, const Request& request) {
  return refusal(error, request, p_.log, "api.move_failed");
}

Task<net::HttpResponse> MovesApi::list(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto moves = co_await p_.pool.run([&] { return told(who.value(), id); });
  if (!moves) co_return failed(moves.error(), request);
  co_return json_response(moves.value() + "\n");
}

Result<std::string> MovesApi::run(const Viewer& viewer, const std::string& id,
                                  const Request& request, Move how) {
  boost::system::error_code error;
  const auto parsed = json::parse(request.body, error);
  if (error || !parsed.is_object()) {
    return fail(Errc::kBadInput, "the body is to be a JSON object",
                "本文は JSON のオブジェクトにしてください");
  }
  const auto& body = parsed.get_object();
  TRY(const auto reason, text(body, "reason"));
  TRY(const auto exposures, texts(body, "exposures"));
  if (how == Move::kSplit) {
    return p_.moves.split(viewer, id, exposures, reason);
  }
  TRY(const auto from, text(body, "from"));
  if (how == Move::kMerge) {
    TRYV(p_.moves.merge(viewer, id, from, reason));
  } else {
    TRYV(p_.moves.unmerge(viewer, id, from, exposures, reason));
  }
  return id;
}

Result<std::string> MovesApi::told(const Viewer& viewer, const std::string& id) {
  TRY(const auto moves, p_.moves.list(viewer, id));
  TRY(const auto verdicts, p_.moves.verdicts(viewer, id));
  TRY(const auto judging, p_.moves.judging(viewer, id));
  return incident::moves_json(id, moves, verdicts, judging);
}

Task<net::HttpResponse> MovesApi::ask_verdict(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto answer = co_await p_.pool.run([&]() -> Result<std::string> {
    TRYV(p_.moves.ask_verdict(who.value(), id));
    return told(who.value(), id);
  });
  if (!answer) co_return failed(answer.error(), request);
  co_return json_response(answer.value() + "\n");
}

// Answers with the moves of the incident, of a split with those of the new one.
Task<net::HttpResponse> MovesApi::change(const Request& request, Move how) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto answer = co_await p_.pool.run([&]() -> Result<std::string> {
    TRY(const auto shown, run(who.value(), id, request, how));
    return told(who.value(), shown);
  });
  if (!answer) co_return failed(answer.error(), request);
  co_return json_response(answer.value() + "\n");
}

}  // namespace hitokoe::service
