#include "apps/hitokoe/scan_alerts.h"

#include <boost/json.hpp>
#include <ostream>

#include "apps/hitokoe/alert_tables.h"
#include "hitokoe/base/file.h"
#include "hitokoe/storage/alerts.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kLargestFile = 16ULL << 20;

}  // namespace

Result<std::shared_ptr<const matcher::TermSet>> terms_for_scan(
    Environment&, const std::shared_ptr<storage::Database>& db, const registry::Registry& registry,
    const std::string& file) {
  matcher::TermFile terms;
  if (file.empty()) {
    TRY(terms, storage::make_term_store(db)->load());
  } else {
    TRY(const auto content, read_file(file, kLargestFile));
    TRY(terms, matcher::parse_terms(as_text(content), hitokoe::shown(file)));
  }
  auto in_force = matcher::terms_in_force(terms, registry);
  if (in_force.empty()) return std::shared_ptr<const matcher::TermSet>();
  return matcher::TermSet::compile(std::move(in_force));
}

ScanAlerts::ScanAlerts(const matcher::TermSet& terms,
                       const std::vector<matcher::DocumentHits>& documents, UtcTime at)
    : looked_(true) {
  for (const auto& document : documents) {
    auto of_document =
        incident::alerts_of(terms.terms(), {document}, document.document, "scan", at);
    for (auto& alert : of_document) alerts_.push_back(std::move(alert));
  }
  for (const auto& term : terms.terms()) throttles_[term.id] = term.throttle;
  for (auto& alert : alerts_) {
    alert.id.clear();
    alert.capture.clear();
  }
}

Result<void> ScanAlerts::keep(const std::shared_ptr<storage::Database>& db,
                              const std::map<std::string, std::string>& captures) {
  const auto store = storage::make_alert_store(db);
  for (auto& alert : alerts_) {
    // An archive that waited for its password stands under the name of what it was in.
    const auto found = captures.find(alert.document.substr(0, alert.document.find(" > ")));
    if (found == captures.end()) continue;
    incident::Alert kept = alert;
    kept.capture = kept.document = found->second;
    kept.id = incident::alert_id(kept.capture, kept.term);
    TRYV(store->add(kept, throttles_[alert.term]));
    alert.capture = kept.capture;
    alert.id = kept.id;
  }
  return ok();
}

std::string ScanAlerts::with(std::string report) const {
  if (!looked_) return report;
  json::array all;
  for (const auto& alert : alerts_) {
    auto full = json::parse(incident::to_json(alert)).as_object();
    for (const auto* key : {"notified", "muted", "hunt", "state", "changed", "changed_by", "note",
                            "found", "source"}) {
      full.erase(key);
    }
    if (alert.id.empty()) {
      full.erase("id");
      full.erase("capture");
    }
    all.push_back(std::move(full));
  }
  report.pop_back();
  return report + ",\"alerts\":" + json::serialize(all) + "}";
}

void ScanAlerts::print(std::ostream& out, Language l) const {
  if (alerts_.empty()) return;
  out << say(l, "警報：", "Alerts: ") << alerts_.size() << '\n';
  for (const auto& a : alerts_) {
    out << "  " << shown(a.severity, l) << "  " << a.term << "  " << a.count
        << say(l, " 件  ", a.count == 1 ? " time  " : " times  ") << a.document << '\n';
    for (const auto& p : a.places) {
      out << "      " << say(l, "行 ", "line ") << p.line << ": " << p.context << '\n';
    }
  }
}

}  // namespace hitokoe::app
