// What the facts of an incident say in a carrier's report.
#pragma once

#include <vector>

#include "hitokoe/incident/reports.h"

namespace hitokoe::incident::reports {

struct Facts {
  const Incident& incident;  // as the carrier may see it
  const IncidentView& view;  // the same
  const registry::Registry& registry;
  const std::string& carrier;
  // Of the campaign, the carrier's own persons; nothing: there is none.
  std::optional<std::pair<CampaignState, CampaignStore::Counts>> notices;
};

// Lines for an item; empty where no fact says anything.
std::vector<Words> found_for(const Facts& facts, ReportItem item);
// Has everything about the item been found without a person's word?
bool settled_by_facts(const Facts& facts, ReportItem item);
// The rules that a report answers.
std::vector<std::string> rules_of(ReportForm form, ReportKind kind);
// Clocks of the carrier that the report answers and that were not set aside.
std::vector<ReportDuty> duties_of(const IncidentView& view, const std::string& carrier,
                                  ReportForm form, ReportKind kind);
// May `text` stand in this carrier's report? Names of parties that neither are the carrier nor may
// be named to it are refused, whoever they are: kConflict.
Result<void> check_names(const Words& text, const registry::Registry& registry,
                         const IncidentView& view, const std::string& carrier);

}  // namespace hitokoe::incident::reports
