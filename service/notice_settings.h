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
// 24h; a problem where it is not 1h to 60d
Duration read_duration(const text::YamlNode& node, text::YamlProblems& problems,
                       const std::string& what);
// [72h, 24h], the same of each
std::vector<Duration> read_durations(const text::YamlNode& node, text::YamlProblems& problems,
                                     const std::string& what);
// [{name: chat, url: https://…, secret_file: …, events: [incident.*], format: json}]
std::vector<WebhookEndpoint> read_endpoints(const text::YamlNode& node,
                                            text::YamlProblems& problems, const std::string& what);

}  // namespace hitokoe::service
