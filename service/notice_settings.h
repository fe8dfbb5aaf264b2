// Settings of escalation and webhooks that are lists.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/service/config.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::service {

// [{party: kou, mail: [a@kou.example]}]
std::vector<EscalationContact> read_contacts(const text::YamlNode& node,
                                             text::YamlProblems& problems, const std::string& what);
// [72h, 24h]
std::vector<Duration> read_durations(const text::YamlNode& node, text::YamlProblems& problems,
                                     const std::string& what);
std::string shown_durations(const std::vector<Duration>& durations);
// [{name: chat, url: https://…, secret_file: …, events: [incident.*], format: json}]
std::vector<WebhookEndpoint> read_endpoints(const text::YamlNode& node,
                                            text::YamlProblems& problems, const std::string& what);

}  // namespace hitokoe::service
