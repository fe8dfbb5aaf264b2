// How a campaign is shown: tables for a person, JSON for a script (docs/campaign.md).
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>
#include <ostream>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/incident/campaign_delivery.h"
#include "hitokoe/incident/campaign_service.h"

namespace hitokoe::app {

std::string_view shown(incident::CampaignState state, Language l);
std::string_view shown(incident::DeliveryState state, Language l);

std::uint64_t count_of(const incident::CampaignStore::Counts& counts,
                       incident::DeliveryState state);
// Persons whom the mail did not reach, or nobody knows whether: held, refused, without an address.
bool needs_a_person(const incident::CampaignStore::Counts& counts);

boost::json::object to_object(const incident::ApprovalState& approvals);
boost::json::object to_object(const incident::CampaignStatus& status);
boost::json::object to_object(const incident::DeliveryReport& report);

void print_campaigns(std::ostream& out, const std::vector<incident::CampaignRow>& rows, Language l);
void print_status(std::ostream& out, const incident::CampaignStatus& status, Language l);
void print_approvals(std::ostream& out, const incident::ApprovalState& approvals, Language l);
void print_previews(std::ostream& out, const std::vector<incident::PreviewMail>& mails, Language l);
void print_report(std::ostream& out, const incident::DeliveryReport& report, Language l);
// The proofs of many persons, as they come: one JSON document, or two lines for each.
class ProofPrinter {
 public:
  ProofPrinter(std::ostream& out, bool json, Language language)
      : out_(out), json_(json), language_(language) {}
  void begin(const incident::CampaignStatus& status);
  // kIo: nobody takes them any more.
  Result<void> add(const incident::PersonProof& proof);
  void end();

 private:
  std::ostream& out_;
  bool json_;
  Language language_;
  bool first_ = true;
};

}  // namespace hitokoe::app
