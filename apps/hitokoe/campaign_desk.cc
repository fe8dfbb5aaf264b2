#include "apps/hitokoe/campaign_desk.h"

#include "hitokoe/storage/follow_up.h"

namespace hitokoe::app {

incident::CampaignService::Parts CampaignDesk::parts(Environment& env) {
  return {*store, registry, incidents->keys, env.clock, env.random};
}

incident::FollowUp CampaignDesk::follow_up(Environment& env) {
  return incident::FollowUp(parts(env), *follows);
}

incident::CampaignService CampaignDesk::service(Environment& env) {
  return incident::CampaignService(parts(env));
}

Result<std::string> CampaignDesk::id_of(Environment& env, const std::string& name) {
  if (!name.starts_with("INC-")) return name;
  TRY(const auto rows, service(env).list(viewer()));
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->incident == name) return row->id;  // the newest: a later one follows when it is sent
  }
  return fail(Errc::kNotFound, name + " has no campaign: `hitokoe campaign new` begins one",
              name + " の一元連絡はありません: `hitokoe campaign new` で始めてください");
}

Result<incident::IncidentView> CampaignDesk::incident_of(Environment& env,
                                                         const std::string& campaign) {
  TRY(const auto row, store->load(campaign));
  return incidents->service(env).show(viewer(), row.incident);
}

Result<std::unique_ptr<CampaignDesk>> open_campaign_desk(Environment& env) {
  TRY(auto incidents, open_incident_desk(env));
  TRY(auto registry, storage::make_registry_store(incidents->db, env.clock)->load());
  auto store = storage::make_campaign_store(incidents->db);
  auto follows = storage::make_follow_store(incidents->db);
  return std::make_unique<CampaignDesk>(CampaignDesk{std::move(incidents), std::move(registry),
                                                     std::move(store), std::move(follows)});
}

}  // namespace hitokoe::app
