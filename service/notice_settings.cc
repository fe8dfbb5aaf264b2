#include "service/notice_settings.h"

#include <algorithm>

#include "hitokoe/net/smtp_relay.h"
#include "hitokoe/net/url.h"
#include "service/settings.h"
#include "service/webhook_feed.h"

namespace hitokoe::service {
namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr std::size_t kMostEndpoints = 64;

bool is_name(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !name.empty() && name.size() <= 63 && name.front() != '-' &&
         name.find_first_not_of(kLetters) == std::string_view::npos;
}

WebhookFormat read_format(const YamlNode& node, YamlProblems& problems, const std::string& what) {
  const auto name = node.text_or(problems, what, "json");
  if (name == "slack") return WebhookFormat::kSlack;
  if (name == "teams") return WebhookFormat::kTeams;
  if (name != "json") {
    problems.add(node.line(),
                 what + Words{": is json, slack or teams", ": json、slack、teams のどれか"});
  }
  return WebhookFormat::kJson;
}

WebhookEndpoint read_endpoint(const YamlNode& node, YamlProblems& problems,
                              const std::string& what) {
  WebhookEndpoint e;
  e.name = node.get("name").text(problems, what + ".name");
  if (!is_name(e.name)) {
    problems.add(node.line(), what + Words{".name: lower-case letters, digits and hyphens",
                                           ".name: 英小文字、数字、ハイフンのみ"});
  }
  e.url = node.get("url").text(problems, what + ".url");
  if (!net::Url::parse(e.url)) {
    problems.add(node.get("url").line(), what + Words{".url: not an http or https URL",
                                                      ".url: http か https の URL が必要"});
  }
  e.secret_file = node.get("secret_file").text(problems, what + ".secret_file");
  e.events = node.get("events").texts(problems, what + ".events");
  for (const auto& pattern : e.events) {
    if (webhook_pattern_known(pattern)) continue;
    problems.add(node.get("events").line(),
                 what + Words{".events: incident.*, escalation.*, report.*, campaign.*, or one of "
                              "them by its name",
                              ".events: incident.*、escalation.*、report.*、campaign.* か、"
                              "その中の名前"});
  }
  e.format = read_format(node.get("format"), problems, what + ".format");
  e.party = node.get("party").text_or(problems, what + ".party", "");
  for (const auto& text :
       node.get("allow_networks").texts_or_none(problems, what + ".allow_networks")) {
    const auto network = net::IpNetwork::parse(text);
    if (network) {
      e.allow_networks.push_back(network.value());
    } else {
      problems.add(node.get("allow_networks").line(),
                   what + Words{".allow_networks: no network such as 10.0.0.0/8",
                                ".allow_networks: 10.0.0.0/8 のような形が必要"});
    }
  }
  node.refuse_unknown(problems);
  return e;
}

}  // namespace

std::vector<EscalationContact> read_contacts(const YamlNode& node, YamlProblems& problems,
                                             const std::string& what) {
  std::vector<EscalationContact> out;
  if (!node.expect_list(problems, what)) return out;
  for (const auto& item : node.items()) {
    if (!item.expect_map(problems, what)) continue;
    EscalationContact contact;
    contact.party = item.get("party").text_or(problems, what + ".party", "");
    contact.mail = item.get("mail").texts(problems, what + ".mail");
    for (const auto& address : contact.mail) {
      if (net::usable_address(address)) continue;
      problems.add(item.get("mail").line(), what + Words{".mail: no address of a mailbox",
                                                         ".mail: メールアドレスではありません"});
    }
    item.refuse_unknown(problems);
    out.push_back(std::move(contact));
  }
  return out;
}

Duration read_duration(const YamlNode& node, YamlProblems& problems, const std::string& what) {
  const auto d = node.duration(problems, what);
  if (d < std::chrono::hours(1) || d > std::chrono::days(60)) {
    problems.add(node.line(), what + Words{": must be 1h to 60d", ": 1h から 60d まで"});
  }
  return d;
}

std::vector<Duration> read_durations(const YamlNode& node, YamlProblems& problems,
                                     const std::string& what) {
  std::vector<Duration> out;
  if (!node.expect_list(problems, what)) return out;
  const auto items = node.items();
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(read_duration(item, problems, what));
  return out;
}

std::vector<WebhookEndpoint> read_endpoints(const YamlNode& node, YamlProblems& problems,
                                            const std::string& what) {
  std::vector<WebhookEndpoint> out;
  if (!node.expect_list(problems, what)) return out;
  for (const auto& item : node.items()) {
    if (!item.expect_map(problems, what)) continue;
    auto endpoint = read_endpoint(item, problems, what);
    if (std::ranges::any_of(out, [&](const auto& e) { return e.name == endpoint.name; })) {
      problems.add(item.line(), what + Words{".name: stands twice", ".name: 二度あります"});
    }
    out.push_back(std::move(endpoint));
  }
  if (out.size() > kMostEndpoints) {
    problems.add(node.line(), what + Words{": more than 64", ": 64 を超えています"});
  }
  return out;
}

}  // namespace hitokoe::service
