#include "service/api_shares.h"

#include <charconv>

#include "service/answers.h"

namespace hitokoe::service {
namespace {

using crawler::ShareFilter;
using net::HttpRequest;
using net::HttpResponse;

bool sees_shares(const Viewer& viewer) {
  return viewer.sees_all_parties() && viewer.role() != Role::kDesk;
}

std::optional<ShareFilter> filter_of(const HttpRequest& request) {
  ShareFilter filter;
  for (const auto& [name, value] : request.query) {
    if (name == "kind") {
      const auto kind = crawler::share_kind_by_name(value);
      if (!kind) return std::nullopt;
      filter.kind = kind.value();
    } else if (name == "terms") {
      if (value != "true" && value != "false") return std::nullopt;
      filter.with_terms = value == "true";
    } else if (name == "after") {
      filter.after = value;
    } else if (name == "limit") {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), filter.limit);
      if (error != std::errc() || end != value.data() + value.size() || filter.limit < 1 ||
          filter.limit > 1000)
        return std::nullopt;
    }
  }
  return filter;
}

}  // namespace

void SharesApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/shares", [this](const Request& r) { return list(r); });
  server.route("GET", "/api/v1/shares/{id}", [this](const Request& r) { return one(r); });
}

HttpResponse SharesApi::failed(const Error& error, const Request& request) {
  if (error.code != Errc::kNotFound)
    p_.log.error("api.shares_failed", {{"error", to_string(error.code)}});
  return problem_for(error, request.language());
}

Task<HttpResponse> SharesApi::list(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto filter = filter_of(request);
  if (!filter) {
    co_return net::problem(
        400,
        {"kind=magnet, torrent or file_host; terms=true or false; limit=1 to 1000",
         "kind は magnet、torrent、file_host のどれか、terms は true か false、limit は 1～1000"},
        request.language());
  }
  if (!sees_shares(who.value())) co_return json_response("{\"shares\":[]}\n");
  const auto all = co_await p_.pool.run([&] { return p_.shares.list(*filter); });
  if (!all) co_return failed(all.error(), request);
  std::string out = "{\"shares\":[";
  for (const auto& share : all.value()) {
    if (out.back() != '[') out += ',';
    out += crawler::to_json(share);
  }
  co_return json_response(out + "]}\n");
}

Task<HttpResponse> SharesApi::one(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  if (!sees_shares(who.value())) {
    co_return failed({Errc::kNotFound, "no such share", "そのようなファイル共有はありません"},
                     request);
  }
  const std::string& id = request.params.at("id");
  const auto share = co_await p_.pool.run([&] { return p_.shares.load(id); });
  if (!share) co_return failed(share.error(), request);
  co_return json_response(crawler::to_json(share.value()) + "\n");
}

}  // namespace hitokoe::service
