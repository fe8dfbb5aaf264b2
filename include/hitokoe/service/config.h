// The configuration of the service: one Options struct per component, and the file that sets them
// (config/default.yaml is exactly what default_config() renders).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "hitokoe/crawler/crawler.h"
#include "hitokoe/incident/campaign_delivery.h"
#include "hitokoe/incident/desk.h"
#include "hitokoe/incident/incident.h"
#include "hitokoe/matcher/matcher.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/http_server.h"

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
  HuntOptions hunts;
  SmtpSettings smtp;
  incident::DeliveryOptions delivery;  // how campaigns use the relay
  incident::DeskOptions desk;
  std::size_t cpu_threads = 0;  // 0: one less than the machine has, at least one
};

// Settings that a file does not name keep their defaults. kBadInput: every unknown key and every
// value out of bounds, with its line.
Result<Config> parse_config(std::string_view yaml, std::string_view file);

// kNotFound: no such file.
Result<Config> load_config(const std::filesystem::path& file);

// Every setting with its default, its bounds and what it is for: config/default.yaml.
std::string default_config();

}  // namespace hitokoe::service
