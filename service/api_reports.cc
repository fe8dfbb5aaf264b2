#include "service/api_reports.h"

#include <boost/json.hpp>
#include <charconv>

#include "hitokoe/incident/calendar.h"
#include "hitokoe/incident/json_list.h"
#include "service/answers.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using incident::ReportForm;
using incident::ReportKind;
using incident::ReportVersion;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::size_t kMostMessages = 1000;

// A member that is a text; "" where it is missing. Nothing: it is something else.
std::optional<std::string> text_of(const json::object& fields, std::string_view name) {
  const json::value* value = fields.if_contains(name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

// The members of a body that is an object of texts; nothing where it is anything else.
std::optional<std::map<std::string, std::string>> texts_of(
    const HttpRequest& request, std::initializer_list<std::string_view> names) {
  boost::system::error_code error;
  const auto body = json::parse(request.body, error);
  if (error || !body.is_object()) return std::nullopt;
  std::map<std::string, std::string> out;
  for (const auto name : names) {
    auto value = text_of(body.get_object(), name);
    if (!value) return std::nullopt;
    out[std::string(name)] = std::move(*value);
  }
  return out;
}

std::string asked(const HttpRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

std::optional<Language> language_of(const HttpRequest& request) {
  const auto name = asked(request, "language");
  if (name == "both") return std::nullopt;
  return name == "en" ? Language::kEnglish : Language::kJapanese;
}

HttpResponse as_file(std::string type, std::string body, const std::string& name) {
  HttpResponse response;
  response.content_type = std::move(type);
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + "\"");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return response;
}

HttpResponse unusable(const HttpRequest& request, const Words& expected) {
  return net::problem(400, expected, request.language());
}

}  // namespace

void ReportsApi::install(net::HttpServer& server) {
  server.route("GET", "/api/v1/incidents/calendar.ics",
               [this](const Request& r) { return calendar(r); });
  server.route("GET", "/api/v1/incidents/{id}/reports",
               [this](const Request& r) { return list(r); });
  server.route("POST", "/api/v1/incidents/{id}/reports",
               [this](const Request& r) { return draft(r); });
  server.route("POST", "/api/v1/incidents/{id}/report-items",
               [this](const Request& r) { return record(r); });
  server.route("GET", "/api/v1/incidents/{id}/reports/{carrier}/{version}",
               [this](const Request& r) { return show(r); });
  server.route("POST", "/api/v1/incidents/{id}/reports/{carrier}/{version}",
               [this](const Request& r) { return submit(r); });
  server.route("GET", "/api/v1/incidents/{id}/escalations",
               [this](const Request& r) { return escalations(r); });
  server.route("GET", "/api/v1/outbox", [this](const Request& r) { return outbox(r); });
  server.route("POST", "/api/v1/outbox/{id}", [this](const Request& r) { return retry(r); });
}

// What is wrong with a request is our own text, and says what to change.
HttpResponse ReportsApi::failed(const Error& error, const char* event, const Request& request) {
  switch (error.code) {
    case Errc::kNotFound:
    case Errc::kForbidden:
      return problem_for(error, request.language());
    case Errc::kConflict:
      return net::problem(409, error.words(), request.language());
    case Errc::kUsage:
    case Errc::kBadInput:
    case Errc::kLimit:
    case Errc::kUnsupported:
      return net::problem(400, error.words(), request.language());
    default:
      p_.log.error(event, {{"error", to_string(error.code)}});
      return problem_for(error, request.language());
  }
}

Task<HttpResponse> ReportsApi::list(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  const auto files = co_await p_.pool.run([&] { return p_.reports.list(who.value(), id); });
  if (!files) co_return failed(files.error(), "api.reports_failed", request);
  co_return json_response(incident::json_list("reports", files.value()) + "\n");
}

Task<HttpResponse> ReportsApi::draft(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto fields = texts_of(request, {"carrier", "form", "kind"});
  if (!fields) {
    co_return unusable(
        request, {"expected {\"carrier\": …, \"form\": \"ppc\", \"kind\": \"preliminary\"}",
                  "{\"carrier\": …, \"form\": \"ppc\", \"kind\": \"preliminary\"} の形が必要"});
  }
  const std::string& id = request.params.at("id");
  const auto made = co_await p_.pool.run([&]() -> Result<ReportVersion> {
    TRY(const auto form, incident::report_form_by_name(fields->at("form")));
    TRY(const auto kind, incident::report_kind_by_name(fields->at("kind")));
    return p_.reports.draft(who.value(), id, fields->at("carrier"), form, kind);
  });
  if (!made) co_return failed(made.error(), "api.report_failed", request);
  co_return json_response(incident::to_json(made.value()) + "\n", 201);
}

Task<HttpResponse> ReportsApi::record(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto fields = texts_of(request, {"carrier", "item", "ja", "en"});
  if (!fields) {
    co_return unusable(request,
                       {"expected {\"carrier\": …, \"item\": \"cause\", \"ja\": …, \"en\": …}",
                        "{\"carrier\": …, \"item\": \"cause\", \"ja\": …, \"en\": …} の形が必要"});
  }
  const std::string& id = request.params.at("id");
  const auto kept = co_await p_.pool.run([&]() -> Result<incident::ReportFile> {
    const auto& carrier = fields->at("carrier");
    TRY(const auto item, incident::report_item_by_name(fields->at("item")));
    TRYV(p_.reports.record(who.value(), id, carrier, item, {fields->at("en"), fields->at("ja")}));
    return p_.reports.show(who.value(), id, carrier);
  });
  if (!kept) co_return failed(kept.error(), "api.report_failed", request);
  co_return json_response(incident::to_json(kept.value()) + "\n");
}

Task<HttpResponse> ReportsApi::show(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  const std::string& carrier = request.params.at("carrier");
  const auto number = number_of(request.params.at("version"));
  const auto format = asked(request, "format");
  const auto language = language_of(request);
  struct Answer {
    std::string type, body, name;
  };
  const auto answer = co_await p_.pool.run([&]() -> Result<Answer> {
    TRY(const auto file, p_.reports.show(who.value(), id, carrier));
    const auto* version = number ? file.version(*number) : nullptr;
    if (version == nullptr) return fail(Errc::kNotFound, "no such version", "その版はありません");
    const auto name = id + "-" + carrier + "-" + std::to_string(version->number);
    if (format == "md") {
      return Answer{"text/markdown; charset=utf-8", incident::report_markdown(*version, language),
                    name + ".md"};
    }
    if (format == "pdf") {
      TRY(const auto pdf, incident::report_pdf(*version, language));
      return Answer{"application/pdf", std::string(as_text(pdf)), name + ".pdf"};
    }
    if (!format.empty() && format != "json") {
      return fail(Errc::kBadInput, "format is json, md or pdf", "format は json、md、pdf のどれか");
    }
    return Answer{"", incident::to_json(*version) + "\n", ""};
  });
  if (!answer) co_return failed(answer.error(), "api.report_failed", request);
  const auto& a = answer.value();
  if (a.name.empty()) co_return json_response(a.body);
  co_return as_file(a.type, a.body, a.name);
}

Task<HttpResponse> ReportsApi::submit(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto fields = texts_of(request, {"submitted", "reference"});
  const auto number = number_of(request.params.at("version"));
  if (!fields || !number) {
    co_return unusable(request,
                       {"expected {\"submitted\": \"2026-04-01T02:03:04Z\", \"reference\": …}",
                        "{\"submitted\": \"2026-04-01T02:03:04Z\", \"reference\": …} の形が必要"});
  }
  const std::string& id = request.params.at("id");
  const auto done = co_await p_.pool.run([&]() -> Result<ReportVersion> {
    UtcTime at = p_.clock.now();
    if (!fields->at("submitted").empty()) {
      TRY(at, parse_utc(fields->at("submitted")));
    }
    return p_.reports.submit(who.value(), id, request.params.at("carrier"), *number, at,
                             fields->at("reference"));
  });
  if (!done) co_return failed(done.error(), "api.report_failed", request);
  co_return json_response(incident::to_json(done.value()) + "\n");
}

Task<HttpResponse> ReportsApi::escalations(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const std::string& id = request.params.at("id");
  const auto all = co_await p_.pool.run([&]() -> Result<std::string> {
    TRY(const auto view, p_.incidents.show(who.value(), id));
    TRY(const auto raised, p_.escalations.list(who.value(), id));
    return incident::escalation_json(raised, incident::coming_steps(view, p_.plan, p_.clock.now()));
  });
  if (!all) co_return failed(all.error(), "api.escalations_failed", request);
  co_return json_response(all.value() + "\n");
}

Task<HttpResponse> ReportsApi::calendar(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto carrier = asked(request, "carrier");
  const auto only = asked(request, "incident");
  const auto views = co_await p_.pool.run([&]() -> Result<std::vector<incident::IncidentView>> {
    if (only.empty()) return p_.incidents.list(who.value());
    TRY(auto view, p_.incidents.show(who.value(), only));
    return std::vector<incident::IncidentView>{std::move(view)};
  });
  if (!views) co_return failed(views.error(), "api.calendar_failed", request);
  HttpResponse response;
  response.content_type = "text/calendar; charset=utf-8";
  response.body = incident::calendar_of(views.value(), carrier, p_.clock.now(), request.language());
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

Task<HttpResponse> ReportsApi::outbox(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto channel = asked(request, "channel") == "mail" ? incident::OutChannel::kMail
                                                           : incident::OutChannel::kWebhook;
  std::optional<incident::OutState> state;
  if (const auto name = asked(request, "state"); !name.empty()) {
    const auto known = incident::out_state_by_name(name);
    if (!known) co_return failed(known.error(), "api.outbox_failed", request);
    state = known.value();
  }
  const auto all = co_await p_.pool.run(
      [&] { return p_.outbox.list(who.value(), channel, state, kMostMessages); });
  if (!all) co_return failed(all.error(), "api.outbox_failed", request);
  co_return json_response(incident::json_list("messages", all.value()) + "\n");
}

Task<HttpResponse> ReportsApi::retry(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto fields = texts_of(request, {"state"});
  if (!fields || fields->at("state") != "waiting") {
    co_return unusable(
        request, {"expected {\"state\": \"waiting\"}", "{\"state\": \"waiting\"} の形が必要"});
  }
  const std::string& id = request.params.at("id");
  const auto again =
      co_await p_.pool.run([&] { return p_.outbox.retry(who.value(), id, p_.clock.now()); });
  if (!again) co_return failed(again.error(), "api.outbox_failed", request);
  co_return json_response(incident::to_json(again.value()) + "\n");
}

}  // namespace hitokoe::service
