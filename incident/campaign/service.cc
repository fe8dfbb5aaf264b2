#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/incident/campaign_service.h"
#include "incident/campaign/access.h"
#include "incident/campaign/contacts.h"

namespace hitokoe::incident {

using namespace campaign;  // the private parts of this component

namespace {

namespace json = boost::json;

}  // namespace

Result<CampaignRow> CampaignService::create(const Viewer& viewer, const std::string& incident,
                                            const CampaignSpec& spec) {
  TRYV(must_lead(viewer));
  TRYV(check_spec(spec));
  if (parts_.registry.party(spec.lead) == nullptr)
    return fail(Errc::kNotFound, "the registry has no party " + spec.lead,
                "台帳に事業者 " + spec.lead + " がありません");
  std::array<std::uint8_t, 5> number{};
  parts_.random.fill(number);
  CampaignRow row;
  row.id = "CMP-" + to_hex(number);
  row.incident = incident;
  row.spec = spec;
  row.created = parts_.clock.now();
  TRY(row.data_key, ContactVault::make_data_key(parts_.keys, row.id, parts_.random));
  const json::object body{{"incident", incident}, {"lead", spec.lead}};
  TRYV(parts_.store.create(row, draft(viewer, row.id, "campaign.created", json::serialize(body)),
                           row.created));
  return row;
}

Result<std::vector<CampaignRow>> CampaignService::list(const Viewer& viewer) {
  TRY(auto all, parts_.store.list());
  std::vector<CampaignRow> out;
  for (auto& row : all) {
    if (!must_be_concerned(viewer, parts_.store, row)) continue;
    row.data_key.clear();
    if (!viewer.sees_all_parties()) row.spec = {};
    out.push_back(std::move(row));
  }
  return out;
}

Result<void> CampaignService::start(const Viewer& viewer, const std::string& campaign) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.state == CampaignState::kSending) return ok();
  if (row.state != CampaignState::kApproved && row.state != CampaignState::kPaused) {
    return fail(Errc::kConflict,
                campaign + " is " + std::string(to_string(row.state)) +
                    ": it is sent only after everybody concerned has approved",
                campaign + " は " + std::string(to_string(row.state)) +
                    ": 関係する全社の承認の後にだけ送れます");
  }
  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kSending;
  const json::object body{{"version", row.version}};
  return parts_.store.change(change,
                             draft(viewer, campaign, "campaign.sending", json::serialize(body)),
                             parts_.clock.now());
}

Result<void> CampaignService::pause(const Viewer& viewer, const std::string& campaign) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.state == CampaignState::kPaused) return ok();
  if (row.state != CampaignState::kSending)
    return fail(Errc::kConflict, campaign + " is not being sent",
                campaign + " は送信中ではありません");
  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kPaused;
  return parts_.store.change(change, draft(viewer, campaign, "campaign.paused", "{}"),
                             parts_.clock.now());
}

Result<bool> CampaignService::finish(const Viewer& viewer, const std::string& campaign) {
  TRYV(must_lead(viewer));
  TRY(auto row, parts_.store.load(campaign));
  if (row.state != CampaignState::kSending) return row.state == CampaignState::kSent;
  TRY(auto counts, parts_.store.counts(campaign, ""));
  const auto of = [&](DeliveryState s) { return counts[static_cast<std::size_t>(s)]; };
  if (of(DeliveryState::kPending) + of(DeliveryState::kSending) + of(DeliveryState::kCommitting) >
      0)
    return false;
  CampaignChange change;
  change.campaign = campaign;
  change.revision = row.revision;
  change.state = CampaignState::kSent;
  const json::object body{{"accepted", of(DeliveryState::kAccepted)},
                          {"refused", of(DeliveryState::kRefused)},
                          {"unknown_held", of(DeliveryState::kUnknownHeld)},
                          {"no_contact", of(DeliveryState::kNoContact)}};
  TRYV(parts_.store.change(change, draft(viewer, campaign, "campaign.sent", json::serialize(body)),
                           parts_.clock.now()));
  return true;
}

std::string notice_message_id(const CampaignRow& campaign, const std::string& person,
                              std::uint32_t version) {
  const auto& from = campaign.spec.from;
  return campaign.id + "." + person + ".v" + std::to_string(version) +
         from.substr(std::min(from.find('@'), from.size()));
}

}  // namespace hitokoe::incident
