// A source (情報源): a feed or a listing page, and how to behave there. Configuration is YAML, see
// docs/sources.md; a new site needs no C++.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"
#include "hitokoe/net/address.h"
#include "hitokoe/net/tor_control.h"
#include "hitokoe/net/url.h"
#include "hitokoe/text/regex.h"

namespace hitokoe::crawler {

class Adapter;      // crawler/adapters: what a kind of sources is
struct LoginRules;  // crawler/login_rules.h
struct XPathRules;  // crawler/xpath_rules.h

// Where an item's key and raw page come from. For a list the pattern runs over the page (as
// UTF-8), for a feed over each entry's link; \0 is the whole match, \1… its groups.
struct ItemRule {
  std::shared_ptr<const text::Regex> link;  // null: a feed's links as they are
  std::string key;                          // template; empty: the URL
  std::string version;  // template of what changes with the item; empty: it never changes
  bool again_when_updated = false;  // of a feed: an entry with another date is fetched again
  std::string url;                  // template, relative to the list; empty: the link
  std::string type;                 // what an item is served as ("text/plain"); empty: anything
};

struct Source {
  std::string id;  // [a-z0-9][a-z0-9-]{0,63}
  std::string kind = "list";
  const Adapter* adapter = nullptr;  // of the kind; never null once parsed
  net::Url url;
  ItemRule item;
  std::shared_ptr<const XPathRules> xpath;      // of kind xpath, else null
  Duration schedule = std::chrono::minutes(5);  // from list to list
  Duration delay = std::chrono::seconds(1);     // least time between two requests to one host
  std::uint64_t body_cap = 16u << 20;           // of an item
  std::uint64_t list_cap = 8u << 20;            // of the list itself
  std::uint32_t max_items = 5000;               // taken from one page of a list
  std::uint32_t max_pages = 10;                 // of a list, in one round
  std::uint32_t max_tries = 8;
  Duration connect_timeout = std::chrono::seconds(15);
  Duration first_byte_timeout = std::chrono::seconds(30);
  Duration total_timeout = std::chrono::minutes(10);
  std::uint32_t low_speed = 64;                          // bytes/s …
  Duration low_speed_window = std::chrono::seconds(30);  // … for so long: too slow
  std::string user_agent;
  bool obey_robots = true;
  std::string robots_reason;       // why it is not obeyed (法的根拠); never empty then
  std::vector<std::string> hosts;  // where items may be, beside the list's own host; "*": anywhere
  std::vector<net::IpNetwork> allow_networks;
  std::string proxy;
  bool burn_after_reading = false;          // what is deleted by reading it is fetched all the same
  net::TorControl tor_control;              // of the Tor behind `proxy`; port 0: none
  std::shared_ptr<const LoginRules> login;  // null: read by nobody in particular
  std::vector<std::string> accounts;        // with which one signs in, in turn; their own names
  int retention_days = 30;
  std::string language;  // BCP 47, of what is published there; empty: unknown
};

// All sources of one file. kBadInput: every problem with its line.
Result<std::vector<Source>> parse_sources(std::string_view yaml, std::string_view file);

// A file, or every *.yaml of a folder in order of name, without *.example.yaml. kBadInput also for
// an id that is used twice. kNotFound.
Result<std::vector<Source>> load_sources(const std::filesystem::path& file_or_folder);

}  // namespace hitokoe::crawler
