// What the commands of campaigns work with; opened together.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "apps/hitokoe/incident_desk.h"
#include "hitokoe/incident/campaign_service.h"
#include "hitokoe/incident/follow_up.h"

namespace hitokoe::app {

struct CampaignDesk {
  std::unique_ptr<IncidentDesk> incidents;
  registry::Registry registry;
  std::unique_ptr<incident::CampaignStore> store;
  std::unique_ptr<incident::FollowStore> follows;

  const registry::Viewer& viewer() const { return incidents->viewer; }
  incident::CampaignService::Parts parts(Environment& env);
  incident::CampaignService service(Environment& env);
  incident::FollowUp follow_up(Environment& env);
  // "CMP-…", or the incident that it belongs to: its newest one. kNotFound.
  Result<std::string> id_of(Environment& env, const std::string& name);
  Result<incident::IncidentView> incident_of(Environment& env, const std::string& campaign);
};

Result<std::unique_ptr<CampaignDesk>> open_campaign_desk(Environment& env);

// commands_campaign_channels.cc: letters, lists, bounces and what follows them, as commands of the
// group `campaign`.
void add_channel_commands(CLI::App& group, Environment& env);

// commands_campaign_decisions.cc: texts that are looked at before a freeze, and what people decide
// about approvals and persons.
void add_decision_commands(CLI::App& group, Environment& env);
// commands_follow_up.cc: a later campaign of an incident.
void add_follow_up_commands(CLI::App& group, Environment& env);
Result<incident::CampaignSpec> read_spec(const std::filesystem::path& path, std::string lead);

// campaign_send.cc: sends until nobody is pending, the relay takes nothing more, or somebody stops
// it. @return the exit code
Result<int> send_campaign(Environment& env, CampaignDesk& desk, const std::string& campaign);
// One masked notice to an address of the lead's own.
Result<int> send_test(Environment& env, CampaignDesk& desk, const std::string& campaign,
                      const std::string& to);

}  // namespace hitokoe::app
