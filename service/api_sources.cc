#include "service/api_sources.h"

#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/crawler/source_json.h"
#include "service/answers.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using crawler::Source;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::size_t kShownChanges = 20;

bool sees_sources(const Viewer& viewer) {
  return viewer.sees_all_parties() && viewer.role() != Role::kDesk;
}

Error hidden() { return {Errc::kNotFound, "no such source", "そのような情報源はありません"}; }

struct Wish {
  bool pause = false;
  std::string reason;
};

std::optional<Wish> wish_of(const HttpRequest& request) {
  boost::system::error_code error;
  const auto body = json::parse(request.body, error);
  if (error || !body.is_object()) return std::nullopt;
  const auto* state = body.as_object().if_contains("state");
  const auto* reason = body.as_object().if_contains("reason");
  if (state == nullptr || reason == nullptr || !state->is_string() || !reason->is_string())
    return std::nullopt;
  const bool pause = state->as_string() == "paused";
  if (!pause && state->as_string() != "running") return std::nullopt;
  return Wish{pause, std::string(reason->as_string())};
}

}  // namespace

void SourcesApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/sources", [this](const Request& r) { return list(r); });
  server.route("GET", "/api/v1/sources/{id}/coverage",
               [this](const Request& r) { return coverage(r); });
  server.route("POST", "/api/v1/sources/{id}", [this](const Request& r) { return change(r); });
}

HttpResponse SourcesApi::failed(const Error& error, const Request& request) {
  if (error.code != Errc::kNotFound && error.code != Errc::kForbidden &&
      error.code != Errc::kBadInput) {
    p_.log.error("api.sources_failed", {{"error", to_string(error.code)}});
  }
  return problem_for(error, request.language());
}

const Source* SourcesApi::find(const Request& request, const Viewer& viewer) const {
  if (!sees_sources(viewer)) return nullptr;
  const auto at = std::ranges::find(sources_, request.params.at("id"), &Source::id);
  return at == sources_.end() ? nullptr : &*at;
}

Result<std::string> SourcesApi::list_json() {
  TRY(const auto coverage, p_.frontier.coverage());
  TRY(const auto changes, p_.reach.changes(1));
  TRY(const auto paused, p_.control.paused());
  TRY(const auto accounts, p_.accounts.list());
  const auto now = p_.clock.now();
  std::string out = "{\"sources\":[";
  for (const auto& source : sources_) {
    if (out.back() != '[') out += ',';
    auto status = crawler::status_of(source, coverage, changes, paused, now);
    status.accounts = crawler::accounts_of(source, accounts);
    out += crawler::to_json(source, status);
  }
  return out + "]}\n";
}

Result<std::string> SourcesApi::one_json(const Source& source) {
  TRY(const auto coverage, p_.frontier.coverage());
  TRY(auto changes, p_.reach.changes(kShownChanges));
  TRY(const auto paused, p_.control.paused());
  std::erase_if(changes, [&](const auto& change) { return change.source != source.id; });
  auto status = crawler::status_of(source, coverage, changes, paused, p_.clock.now());
  TRY(const auto accounts, p_.accounts.list());
  status.accounts = crawler::accounts_of(source, accounts);
  return crawler::to_json(source, status, &changes) + "\n";
}

Task<HttpResponse> SourcesApi::list(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  if (!sees_sources(who.value())) co_return json_response("{\"sources\":[]}\n");
  const auto text = co_await p_.pool.run([this] { return list_json(); });
  if (!text) co_return failed(text.error(), request);
  co_return json_response(text.value());
}

Task<HttpResponse> SourcesApi::coverage(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto* source = find(request, who.value());
  if (source == nullptr) co_return failed(hidden(), request);
  const auto text = co_await p_.pool.run([&] { return one_json(*source); });
  if (!text) co_return failed(text.error(), request);
  co_return json_response(text.value());
}

Task<HttpResponse> SourcesApi::change(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto wish = wish_of(request);
  const auto usable = wish ? crawler::check_pause_reason(wish->reason) : ok();
  if (!wish || !usable) {
    co_return net::problem(
        400,
        {"expected {\"state\": \"paused\" or \"running\", \"reason\": …, at most 500 bytes}",
         "{\"state\": \"paused\" か \"running\", \"reason\": …（500 バイトまで）} の形が必要"},
        request.language());
  }
  const auto* source = find(request, who.value());
  if (source == nullptr) co_return failed(hidden(), request);
  if (!who.value().may_change()) co_return failed(Error{Errc::kForbidden, "", ""}, request);
  const auto text = co_await p_.pool.run([&]() -> Result<std::string> {
    const auto& user = who.value().user();
    const auto now = p_.clock.now();
    if (wish->pause) {
      TRYV(p_.control.pause({source->id, wish->reason, user, now}));
    } else {
      TRYV(p_.control.resume(source->id, wish->reason, user, now));
    }
    return one_json(*source);
  });
  if (!text) co_return failed(text.error(), request);
  co_return json_response(text.value());
}

}  // namespace hitokoe::service
