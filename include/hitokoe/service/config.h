// The configuration of the service: one Options struct per component, and the file that sets them
// (config/default.yaml is exactly what default_config() renders).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "hitokoe/crawler/crawler.h"
#include "hitokoe/incident/campaign_delivery.h"
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

// The relay of campaigns. Its password: HITOKOE_SMTP_PASSWORD_FILE or HITOKOE_SMTP_PASSWORD.
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
  SmtpSettings smtp;
  incident::DeliveryOptions delivery;  // how campaigns use the relay
  std::size_t cpu_threads = 0;         // 0: one less than the machine has, at least one
};

// Settings that a file does not name keep their defaults. kBadInput: every unknown key and every
// value out of bounds, with its line.
Result<Config> parse_config(std::string_view yaml, std::string_view file);

// kNotFound: no such file.
Result<Config> load_config(const std::filesystem::path& file);

// Every setting with its default, its bounds and what it is for: config/default.yaml.
std::string default_config();

}  // namespace hitokoe::service
