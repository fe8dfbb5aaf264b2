// What `hitokoe scan` tells of watch terms.
#pragma once

#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/hitokoe/environment.h"
#include "hitokoe/incident/alerts.h"

namespace hitokoe::app {

// Those of `file`, or those that were applied; null where there are none.
Result<std::shared_ptr<const matcher::TermSet>> terms_for_scan(
    Environment& env, const std::shared_ptr<storage::Database>& db,
    const registry::Registry& registry, const std::string& file);

class ScanAlerts {
 public:
  ScanAlerts() = default;  // nothing was looked for
  ScanAlerts(const matcher::TermSet& terms, const std::vector<matcher::DocumentHits>& documents,
             UtcTime at);

  // Into the database, for documents that became captures: by name.
  Result<void> keep(const std::shared_ptr<storage::Database>& db,
                    const std::map<std::string, std::string>& captures);
  // The report's JSON with "alerts" at its end, where terms were looked for.
  std::string with(std::string report) const;
  void print(std::ostream& out, Language l) const;

 private:
  bool looked_ = false;
  std::vector<incident::Alert> alerts_;  // capture: empty until kept
  std::map<std::string, matcher::Throttle> throttles_;
};

}  // namespace hitokoe::app
