#include "service/api_export.h"

#include "service/answers.h"

namespace hitokoe::service {

using net::HttpRequest;
using net::HttpResponse;

void ExportApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/export/{what}", [this](const HttpRequest& r) { return give(r); });
}

Task<HttpResponse> ExportApi::give(const HttpRequest& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto kind = export_kind_by_name(request.params.at("what"));
  if (!kind) {
    co_return problem_for(Error{Errc::kNotFound, "", ""}, request.language());
  }
  const bool csv = request.header("Accept").value_or("").find("text/csv") != std::string_view::npos;
  const auto text = co_await p_.pool.run([&]() -> Result<std::string> {
    TRY(const auto table, export_table(p_.from, who.value(), kind.value()));
    return csv ? to_csv(table) : to_json(table) + "\n";
  });
  if (!text && text.error().code == Errc::kLimit) {
    co_return net::problem(413, text.error().words(), request.language());
  }
  if (!text) {
    if (text.error().code != Errc::kForbidden) {
      p_.log.error("api.export_failed", {{"error", to_string(text.error().code)}});
    }
    co_return problem_for(text.error(), request.language());
  }
  auto response = json_response(text.value());
  response.headers.emplace_back("Vary", "Accept");
  if (csv) {
    response.content_type = "text/csv; charset=utf-8; header=present";
    response.headers.emplace_back(
        "Content-Disposition",
        "attachment; filename=\"" + std::string(to_string(kind.value())) + ".csv\"");
  }
  co_return response;
}

}  // namespace hitokoe::service
