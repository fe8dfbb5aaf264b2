// The configuration of the service: one Options struct per component, and the file that sets them
// (config/default.yaml is exactly what default_config() renders).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "hitokoe/crawler/crawler.h"
#include "hitokoe/incident/campaign_delivery.h"
#include "hitokoe/incident/desk.h"
#include "hitokoe/incident/escalation.h"
#include "hitokoe/incident/incident.h"
#include "hitokoe/matcher/matcher.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/http_server.h"
#include "hitokoe/storage/redis.h"

namespace hitokoe::service {

struct ApiOptions {
  std::uint32_t auth_failures = 10;                  // from one address within auth_window
  Duration auth_window = std::chrono::minutes(1);    // then it waits so long
  Duration login_lifetime = std::chrono::hours(12);  // of a token that a password was given for
  Duration stop_grace = std::chrono::seconds(10);    // for running requests when the service stops
};

struct MatchLoopOptions {
  std::size_t batch = 8;                           // captures claimed at once
  std::uint32_t deliveries = 5;                    // then a capture is set aside for a person
  Duration visibility = std::chrono::minutes(10);  // a worker's silence before another may claim
  Duration idle = std::chrono::milliseconds(500);  // between two looks at an empty queue
  Duration retry = std::chrono::seconds(5);        // after a failure, of the storage mostly
};

struct TickOptions {
  Duration every = std::chrono::minutes(1);        // deadlines are looked at
  Duration checkpoint = std::chrono::minutes(15);  // the audit log is signed
};

// Who is told of alerts and hunts, over the relay of `smtp`. Only masked text is mailed.
struct AlertOptions {
  std::string mail_to;                // addresses, with commas between them; empty: nobody
  std::string mail_from;              // the sender's address
  std::string mail_least = "medium";  // severity from which an alert is mailed
  Duration mail_every = std::chrono::minutes(1);  // one mail for all that is new
  bool sources = true;  // sources that are blind, down, failing or behind are mailed, too …
  Duration source_after = std::chrono::minutes(15);  // … once they have been for so long
};

// What others hand in: docs/intake.md.
struct IntakeOptions {
  std::uint64_t bytes = 256ULL << 20;          // of one file or upload
  std::string folder;                          // that is watched; empty: none
  Duration every = std::chrono::seconds(5);    // between two looks at it
  Duration settle = std::chrono::seconds(10);  // not written for so long: it is complete
  std::uint32_t done_days = 1;                 // what was taken stays in done/ for so long
};

struct RetentionOptions {
  std::uint32_t days = 30;                 // of captures of no configured source
  Duration every = std::chrono::hours(1);  // between two looks for what is over
};

struct DiskOptions {
  std::uint64_t captures = 0;                // bytes that captures may take; 0: no limit
  std::uint64_t least_free = 1ULL << 30;     // bytes free on the disk, or nothing is taken in
  Duration every = std::chrono::minutes(1);  // between two looks
};

// Who is told of deadlines (docs/clocks.md). Mails go over the relay of `smtp`.
struct EscalationContact {
  std::string party;              // told of its own duties only; empty: of all
  std::vector<std::string> mail;  // addresses
};
struct EscalationOptions {
  std::string mail_from;  // the sender's address; empty: nobody is told by mail
  std::vector<EscalationContact> contacts;
  incident::SilenceRules silence;
  // Keys from before rules/escalation.yaml: read, told of at the start, and its default then.
  std::optional<std::vector<Duration>> old_before;
  std::optional<Duration> old_every;
  std::uint32_t attempts = 50;  // of one mail, where the relay does not take it
  Duration backoff_least = std::chrono::minutes(1);
  Duration backoff_most = std::chrono::hours(1);
};

enum class WebhookFormat { kJson, kSlack, kTeams };
struct WebhookEndpoint {
  std::string name;  // [a-z0-9][a-z0-9-]{0,62}
  std::string url;
  std::filesystem::path secret_file;  // the key of the signature, at least 16 bytes
  std::vector<std::string> events;    // "incident.opened", "escalation.*"
  WebhookFormat format = WebhookFormat::kJson;
  std::string party;  // told only what this party may know; empty: everything
  std::vector<net::IpNetwork> allow_networks;  // special-purpose addresses that are wanted
};
struct WebhookOptions {
  std::vector<WebhookEndpoint> endpoints;
  std::uint32_t attempts = 12;                        // then a delivery is set aside for a person
  Duration backoff_least = std::chrono::seconds(30);  // before the second attempt, then doubled
  Duration backoff_most = std::chrono::hours(6);
  Duration timeout = std::chrono::seconds(10);  // to connect, to the first byte, and of the whole
  Duration idle = std::chrono::seconds(2);      // between two looks for something new
};

struct HuntOptions {
  bool on_terms = true;                     // new or changed terms start a hunt
  bool on_index = true;                     // so does an index that changed
  std::uint32_t since_days = 0;             // how far back those go; 0: all that is kept
  std::uint32_t attempts = 3;               // of one capture, then it is listed as unreadable
  Duration idle = std::chrono::seconds(2);  // between two looks; and while live captures wait
};

// The relay of campaigns, and of alerts. Its password: HITOKOE_SMTP_PASSWORD_FILE or
// HITOKOE_SMTP_PASSWORD.
struct SmtpSettings {
  std::string url;                // smtp://host:port (STARTTLS is required), smtps://host:port
  std::filesystem::path ca_file;  // PEM; empty: the system's
  std::string user;               // empty: no AUTH
  std::string helo;               // empty: the host's name
  Duration connect_timeout = std::chrono::seconds(20);
  Duration timeout = std::chrono::minutes(5);  // of one mail, from connection to last answer
};

// Mails that came back, where the daemon reads them by itself.
struct BounceOptions {
  std::string maildir;  // empty: nowhere
  Duration every = std::chrono::minutes(1);
};

struct Config {
  net::HttpServerOptions http{.port = 8080};
  ApiOptions api;
  std::filesystem::path sources = "config/sources";  // a file or a folder of *.yaml
  crawler::CrawlerOptions crawler;
  net::FetcherOptions fetcher;
  matcher::Options matcher;
  std::filesystem::path archive_passwords;  // a file, one a line; load_config() reads it
  MatchLoopOptions match_loop;
  incident::OpenRule open;
  TickOptions tick;
  AlertOptions alerts;
  EscalationOptions escalation;
  WebhookOptions webhooks;
  HuntOptions hunts;
  IntakeOptions intake;
  RetentionOptions retention;
  DiskOptions disk;
  storage::RedisOptions redis;  // names no server: nothing is shared
  SmtpSettings smtp;
  incident::DeliveryOptions delivery;  // how campaigns use the relay
  BounceOptions bounces;
  incident::DeskOptions desk;
  std::size_t cpu_threads = 0;  // 0: one less than the machine has, at least two
};

// Settings that a file does not name keep their defaults. kBadInput: every unknown key and every
// value out of bounds, with its line.
Result<Config> parse_config(std::string_view yaml, std::string_view file);

// kNotFound: no such file.
Result<Config> load_config(const std::filesystem::path& file);

// Every setting with its default, its bounds and what it is for: config/default.yaml.
std::string default_config();

}  // namespace hitokoe::service
