#include "service/api_campaigns.h"

#include <boost/json.hpp>

#include "hitokoe/incident/campaign_json.h"
#include "service/answers.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using incident::CampaignService;
using net::HttpRequest;
using net::HttpResponse;

std::optional<json::object> body_of(const HttpRequest& request) {
  boost::system::error_code error;
  auto body = json::parse(request.body, error);
  if (error || !body.is_object()) return std::nullopt;
  return std::move(body.as_object());
}

// {"version": 2, "root": "64 hex digits"}
struct Shown {
  std::uint32_t version = 0;
  crypto::Digest root{};
};
std::optional<Shown> shown_of(const json::object& fields) {
  const auto* version = fields.if_contains("version");
  const auto* root = fields.if_contains("root");
  if (version == nullptr || root == nullptr || !version->is_int64() || !root->is_string())
    return std::nullopt;
  if (version->as_int64() < 1 || version->as_int64() > 1'000'000) return std::nullopt;
  const auto bytes = from_hex(std::string_view(root->as_string()));
  Shown out;
  if (!bytes || bytes.value().size() != out.root.size()) return std::nullopt;
  std::copy(bytes.value().begin(), bytes.value().end(), out.root.begin());
  out.version = static_cast<std::uint32_t>(version->as_int64());
  return out;
}

// However what it stands for ends.
struct Ended {
  bool& running;
  explicit Ended(bool& what) : running(what) {}
  Ended(const Ended&) = delete;
  Ended& operator=(const Ended&) = delete;
  ~Ended() { running = false; }
};

HttpResponse unusable(const HttpRequest& request, const Words& expected) {
  return net::problem(400, expected, request.language());
}

}  // namespace

template <class F>
auto CampaignsApi::with_service(F f) -> decltype(f(std::declval<CampaignService&>())) {
  TRY(const auto registry, p_.registry.load());
  CampaignService service({p_.campaigns, registry, p_.keys, p_.clock, p_.random});
  return f(service);
}

void CampaignsApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/campaigns", [this](const Request& r) { return list(r); });
  server.route("GET", "/api/v1/incidents/{id}/campaign-difference",
               [this](const Request& r) { return difference(r); });
  server.route("GET", "/api/v1/campaigns/{id}", [this](const Request& r) { return status(r); });
  server.route("GET", "/api/v1/campaigns/{id}/texts",
               [this](const Request& r) { return texts(r); });
  server.route("POST", "/api/v1/campaigns/{id}/approve",
               [this](const Request& r) { return approve(r); });
  server.route("POST", "/api/v1/campaigns/{id}/refuse",
               [this](const Request& r) { return refuse(r); });
  server.route("POST", "/api/v1/campaigns/{id}/pause",
               [this](const Request& r) { return pause(r); });
}

HttpResponse CampaignsApi::failed(const Error& error, const char* event, const Request& request) {
  if (error.code == Errc::kExists) {
    return net::problem(409, {"this party has answered before", "この事業者は回答済み"},
                        request.language());
  }
  if (error.code == Errc::kUsage)
    return unusable(request,
                    {"a reason of at most 500 bytes is needed", "500 バイト以内の理由が必要"});
  const bool expected = error.code == Errc::kNotFound || error.code == Errc::kForbidden ||
                        error.code == Errc::kConflict;
  if (!expected) p_.log.error(event, {{"error", to_string(error.code)}});
  return problem_for(error, request.language());
}

Task<HttpResponse> CampaignsApi::list(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  auto rows = co_await p_.pool.run(
      [&] { return with_service([&](CampaignService& s) { return s.list(who.value()); }); });
  if (!rows) co_return failed(rows.error(), "api.campaigns_failed", request);
  co_return json_response(incident::to_json(rows.value()) + "\n");
}

// Numbers only; a party sees its own.
Task<HttpResponse> CampaignsApi::difference(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  const auto role = who.value().role();
  if (role == registry::Role::kOperator || role == registry::Role::kDesk)
    co_return problem_for(Error{Errc::kForbidden, "", ""}, request.language());
  // All customers of a carrier are in memory for it.
  if (comparing_) {
    auto busy = net::problem(503,
                             {"another difference is being computed; ask again later",
                              "別の差分を計算中です。後でもう一度お試しください"},
                             request.language());
    busy.headers.emplace_back("Retry-After", "30");
    co_return busy;
  }
  comparing_ = true;
  const Ended ended{comparing_};
  auto found = co_await p_.pool.run([&]() -> Result<incident::Difference> {
    TRY(const auto view, p_.incidents.show(who.value(), id));
    TRY(const auto registry, p_.registry.load());
    incident::FollowUp follow({p_.campaigns, registry, p_.keys, p_.clock, p_.random}, p_.follows);
    return follow.difference(
        who.value(), id, incident::carriers_of(view),
        [&](const std::string& carrier) { return p_.incidents.subjects(id, carrier); });
  });
  if (!found) co_return failed(found.error(), "api.difference_failed", request);
  co_return json_response(incident::to_json(found.value()) + "\n");
}

Task<HttpResponse> CampaignsApi::status(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto status = co_await p_.pool.run(
      [&] { return with_service([&](CampaignService& s) { return s.status(who.value(), id); }); });
  if (!status) co_return failed(status.error(), "api.campaign_failed", request);
  co_return json_response(incident::to_json(status.value()) + "\n");
}

Task<HttpResponse> CampaignsApi::texts(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto version = co_await p_.pool.run([&] {
    return with_service([&](CampaignService& s) -> Result<incident::VersionRow> {
      TRY(const auto status, s.status(who.value(), id));
      if (status.row.version == 0)
        return fail(Errc::kConflict, id + " is not frozen yet", id + " はまだ凍結されていません");
      return p_.campaigns.version(id, status.row.version);
    });
  });
  if (!version) co_return failed(version.error(), "api.campaign_failed", request);
  const auto& v = version.value();
  const json::object out{{"version", v.version},
                         {"root", to_hex(v.root)},
                         {"ja", v.texts.ja},
                         {"en", v.texts.en},
                         {"desk", v.desk}};
  co_return json_response(json::serialize(out) + "\n");
}

Task<HttpResponse> CampaignsApi::approve(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  const auto body = body_of(request);
  const auto shown = body ? shown_of(*body) : std::nullopt;
  if (!shown) {
    co_return unusable(request, {"expected {\"version\": 1, \"root\": \"…\"} as it was shown",
                                 "示された {\"version\": 1, \"root\": \"…\"} が必要"});
  }
  auto state = co_await p_.pool.run([&] {
    return with_service([&](CampaignService& s) {
      return s.approve_as(who.value(), id, shown->version, shown->root);
    });
  });
  if (!state) co_return failed(state.error(), "api.approve_failed", request);
  co_return json_response(incident::to_json(state.value()) + "\n");
}

Task<HttpResponse> CampaignsApi::refuse(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  const auto body = body_of(request);
  const auto* reason = body ? body->if_contains("reason") : nullptr;
  const auto shown = body ? shown_of(*body) : std::nullopt;
  if (reason == nullptr || !reason->is_string() || !shown) {
    co_return unusable(request,
                       {"expected {\"reason\": …, \"version\": 1, \"root\": \"…\"} as it was shown",
                        "{\"reason\": …, \"version\": 1, \"root\": \"…\"}（示されたもの）が必要"});
  }
  const std::string why(reason->as_string());
  auto state = co_await p_.pool.run([&] {
    return with_service([&](CampaignService& s) {
      return s.refuse(who.value(), id, who.value().party(), why, {shown->version, shown->root});
    });
  });
  if (!state) co_return failed(state.error(), "api.refuse_failed", request);
  co_return json_response(incident::to_json(state.value()) + "\n");
}

Task<HttpResponse> CampaignsApi::pause(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  auto paused = co_await p_.pool.run([&] {
    return with_service([&](CampaignService& s) -> Result<incident::CampaignStatus> {
      TRYV(s.pause(who.value(), id));
      return s.status(who.value(), id);
    });
  });
  if (!paused) co_return failed(paused.error(), "api.pause_failed", request);
  co_return json_response(incident::to_json(paused.value()) + "\n");
}

}  // namespace hitokoe::service
