#include "service/api_registry.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "hitokoe/incident/json_list.h"
#include "hitokoe/registry/counts.h"
#include "hitokoe/registry/supervision.h"
#include "hitokoe/registry/views.h"
#include "service/answers.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;
using registry::Finding;

constexpr std::size_t kMostInstructions = 1000;

auto unusable() { return fail(Errc::kBadInput, "", ""); }
auto missing() { return fail(Errc::kNotFound, "", ""); }

std::string_view query_of(const HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.query) {
    if (key == name) return value;
  }
  return {};
}

template <class Number>
Result<Number> number_of(std::string_view text, Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    return unusable();
  return value;
}

Result<json::object> body_of(const HttpRequest& request) {
  boost::system::error_code error;
  auto body = json::parse(request.body, error);
  if (error || !body.is_object()) return unusable();
  return std::move(body.as_object());
}

Result<std::string> text_of(const json::object& fields, std::string_view name) {
  const auto* value = fields.if_contains(name);
  if (value == nullptr || !value->is_string()) return unusable();
  return std::string(value->as_string());
}

Result<registry::Statement> statement_of(const json::object& fields, const Viewer& viewer) {
  registry::Statement statement;
  statement.by = viewer.party();
  if (fields.contains("by")) {
    TRY(statement.by, text_of(fields, "by"));
  }
  TRY(const auto on, text_of(fields, "on"));
  TRY(statement.on, parse_day(on));
  const auto* records = fields.if_contains("records");
  if (records == nullptr || !records->is_int64() || records->as_int64() < 0) return unusable();
  statement.records = static_cast<std::uint64_t>(records->as_int64());
  const auto* items = fields.if_contains("items");
  if (items == nullptr || !items->is_array()) return unusable();
  for (const auto& item : items->as_array()) {
    if (!item.is_string()) return unusable();
    const auto field = identity::field_by_name(std::string(item.as_string()));
    if (!field) return unusable();
    statement.items.push_back(field.value());
  }
  return statement;
}

}  // namespace

void RegistryApi::install(net::HttpServer& server) {
  const auto with = [this](Answer how, const char* event, int status = 200) {
    return [this, how, status, event](const Request& r) { return answer(r, how, status, event); };
  };
  server.route("GET", "/api/v1/registry", with(&RegistryApi::registry, "api.registry_failed"));
  server.route("GET", "/api/v1/registry/findings",
               with(&RegistryApi::findings, "api.findings_failed"));
  server.route("GET", "/api/v1/registry/redelegations",
               with(&RegistryApi::redelegations, "api.redelegations_failed"));
  server.route("GET", "/api/v1/registry/counts", [this](const Request& r) { return counts(r); });
  server.route("GET", "/api/v1/registry/instructions",
               with(&RegistryApi::instructions, "api.instructions_failed"));
  server.route("POST", "/api/v1/registry/instructions",
               with(&RegistryApi::instruct, "api.instruction_failed", 201));
  server.route("GET", "/api/v1/registry/instructions/{id}",
               with(&RegistryApi::instruction, "api.instruction_failed"));
  server.route("POST", "/api/v1/registry/handovers/{id}",
               with(&RegistryApi::state, "api.handover_failed"));
}

Task<HttpResponse> RegistryApi::answer(const Request& request, Answer how, int status,
                                       const char* event) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  const auto text = co_await p_.pool.run([&] { return (this->*how)(who.value(), request); });
  if (text) co_return json_response(text.value() + "\n", status);
  const auto code = text.error().code;
  if (code != Errc::kNotFound && code != Errc::kForbidden && code != Errc::kBadInput)
    p_.log.error(event, {{"error", to_string(code)}});
  co_return problem_for(text.error(), request.language());
}

Result<std::string> RegistryApi::registry(const Viewer& viewer, const Request&) {
  TRY(const auto whole, p_.registry.current());
  TRY(const auto part, own_part(*whole, viewer));
  return registry_to_json(part, own_part(whole->findings(jst_day(p_.clock.now())), part));
}

Result<std::string> RegistryApi::findings(const Viewer& viewer, const Request&) {
  TRY(const auto whole, p_.registry.current());
  TRY(const auto part, own_part(*whole, viewer));
  return findings_to_json(own_part(whole->findings(jst_day(p_.clock.now())), part));
}

Result<std::string> RegistryApi::redelegations(const Viewer& viewer, const Request&) {
  TRY(const auto whole, p_.registry.current());
  TRY(const auto part, own_part(*whole, viewer));
  auto all = registry::redelegations(*whole, jst_day(p_.clock.now()));
  // Levels and consent as they are in the whole; a party's chain ends where its part does.
  std::erase_if(all, [&](const registry::Redelegation& r) {
    if (r.delegation != nullptr) return part.delegation(r.delegation->id) == nullptr;
    return std::ranges::find(part.supervision().services, r.service, &registry::Service::id) ==
           part.supervision().services.end();
  });
  if (!viewer.sees_all_parties()) {
    for (auto& r : all) {
      std::erase_if(r.chain,
                    [&](const std::string& party) { return part.party(party) == nullptr; });
    }
  }
  return redelegations_to_json(all);
}

Result<std::string> RegistryApi::counts_for(const Viewer& viewer, const Request& request,
                                            Language csv_in, bool& csv) {
  const auto today = jst_day(p_.clock.now());
  auto year = registry::fiscal_year_of(today);
  if (const auto asked = query_of(request, "fiscal_year"); !asked.empty()) {
    TRY(year.year, number_of(asked, 1970, year.year));
  }
  const auto format = query_of(request, "format");
  csv = format == "csv";
  if (!format.empty() && !csv && format != "json") return unusable();
  TRY(const auto whole, p_.registry.current());
  TRYV(own_part(*whole, viewer));  // who has no business here
  auto carriers = registry::carriers_of(*whole);
  std::erase_if(carriers, [&](const std::string& carrier) {
    return !viewer.sees_all_parties() && carrier != viewer.party();
  });
  if (const auto carrier = query_of(request, "carrier"); !carrier.empty()) {
    if (std::ranges::find(carriers, carrier) == carriers.end()) return missing();
    carriers.assign(1, std::string(carrier));
  }
  std::vector<registry::Counts> all;
  for (const auto& carrier : carriers) {
    TRY(auto one, registry::count(*whole, carrier, year));
    all.push_back(std::move(one));
  }
  return csv ? counts_to_csv(all, csv_in) : counts_to_json(all, year);
}

Task<HttpResponse> RegistryApi::counts(const Request& request) {
  auto who = co_await p_.api.viewer(request);
  if (!who) co_return std::move(who.error());
  bool csv = false;
  const auto text = co_await p_.pool.run(
      [&] { return counts_for(who.value(), request, request.language(), csv); });
  if (!text) {
    if (text.error().code == Errc::kBadInput) {
      co_return net::problem(400,
                             {"fiscal_year: a year that has begun, such as 2023; format: csv or "
                              "json",
                              "fiscal_year は始まっている年度（2023 など）、format は csv か json"},
                             request.language());
    }
    co_return problem_for(text.error(), request.language());
  }
  if (!csv) co_return json_response(text.value() + "\n");
  auto response = json_response(text.value());
  response.content_type = "text/csv; charset=utf-8";
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"counts.csv\"");
  co_return response;
}

Result<std::string> RegistryApi::instructions(const Viewer& viewer, const Request& request) {
  registry::InstructionFilter filter;
  filter.delegation = query_of(request, "delegation");
  filter.limit = kMostInstructions;
  if (const auto after = query_of(request, "after"); !after.empty()) {
    TRY(filter.after, number_of(after, std::uint64_t{0}, std::uint64_t{1} << 62));
  }
  if (const auto limit = query_of(request, "limit"); !limit.empty()) {
    TRY(filter.limit, number_of(limit, std::size_t{1}, kMostInstructions));
  }
  TRY(const auto all, p_.instructions.list(viewer, filter));
  return incident::json_list("instructions", all);
}

Result<std::string> RegistryApi::instruction(const Viewer& viewer, const Request& request) {
  TRY(const auto one, p_.instructions.load(viewer, request.params.at("id")));
  return to_json(one);
}

Result<std::string> RegistryApi::instruct(const Viewer& viewer, const Request& request) {
  TRY(const auto fields, body_of(request));
  TRY(const auto delegation, text_of(fields, "delegation"));
  TRY(auto subject, text_of(fields, "subject"));
  TRY(auto text, text_of(fields, "text"));
  TRY(const auto whole, p_.registry.current());
  const auto* d = whole->delegation(delegation);
  if (d == nullptr || !sees(viewer, *d)) return missing();
  TRY(const auto given,
      p_.instructions.give(viewer, *d, std::move(subject), std::move(text), p_.clock.now()));
  return to_json(given);
}

Result<std::string> RegistryApi::state(const Viewer& viewer, const Request& request) {
  TRY(const auto fields, body_of(request));
  TRY(const auto statement, statement_of(fields, viewer));
  TRY(const auto whole, p_.registry.current());
  const auto* handover = whole->snapshot(request.params.at("id"));
  const auto* d = handover == nullptr ? nullptr : whole->delegation(handover->delegation);
  if (d == nullptr || !sees(viewer, *d)) return missing();
  TRYV(p_.statements.state(viewer, *d, *handover, statement, p_.clock.now()));
  TRY(const auto now, p_.registry.current());
  const auto all = now->findings(jst_day(p_.clock.now()));
  const bool differs = std::ranges::any_of(all, [&](const Finding& f) {
    return f.kind == Finding::Kind::kHandoverMismatch && f.where == handover->id;
  });
  return json::serialize(
      json::object{{"snapshot", handover->id}, {"by", statement.by}, {"differs", differs}});
}

}  // namespace hitokoe::service
