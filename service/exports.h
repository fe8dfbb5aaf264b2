// Everything that the service knows, as tables: CSV for spreadsheets, JSON for programs
// (docs/serve.md, "Exports"). What a viewer may not see is not in it: the stores filter.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/incident/alerts.h"
#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/registry/registry_store.h"

namespace hitokoe::service {

enum class ExportKind { kIncidents, kClocks, kCounts, kAlerts, kCampaigns, kAudit, kRegistry };
std::string_view to_string(ExportKind kind);                    // "incidents", …
Result<ExportKind> export_kind_by_name(std::string_view name);  // kUsage lists them

struct ExportTable {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::vector<boost::json::value>> rows;  // null, bool, number or text
};

// RFC 4180 with CRLF, in UTF-8 behind a byte order mark, so that spreadsheets read Japanese. A text
// that a spreadsheet would take for a formula gets an apostrophe before it.
std::string to_csv(const ExportTable& table);
// {"NAME":[{column: value, …}, …]}
std::string to_json(const ExportTable& table);

struct ExportParts {
  incident::IncidentService& incidents;
  incident::AlertStore& alerts;
  incident::CampaignStore& campaigns;
  incident::AuditLog& audit;
  registry::RegistryStore& registry;
};

inline constexpr std::size_t kMostExported = 1'000'000;  // rows

// kForbidden: audit, for other accounts than coordinators and auditors. kLimit: over kMostExported.
Result<ExportTable> export_table(const ExportParts& parts, const registry::Viewer& viewer,
                                 ExportKind kind);

}  // namespace hitokoe::service
