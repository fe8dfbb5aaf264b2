// A Tor network, a site behind an onion service, and a name server that hears whoever asks, in a
// network of this process alone.
#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "tests/integration/net/hostile_server.h"
#include "tests/integration/testbed.h"

namespace hitokoe::testing {

class OnionBed {
  std::mutex mutex_;  // before the site, which uses both to its end
  std::vector<std::string> keys_;

 public:
  OnionBed();

  int socks_port() const { return tor.port(); }
  std::string proxy() const { return "socks5h://127.0.0.1:" + std::to_string(socks_port()); }
  // "http://….onion"
  std::string base() const { return "http://" + onion; }
  // What was asked of the name server, a line each.
  std::vector<std::string> asked() const;

  // The site lists these, and has a page for each.
  void list(std::vector<std::string> keys);

  Testbed names;
  Testbed tor;
  HostileServer site;
  std::string onion;
};

// One for all cases, up before the first of them; the process' network is sealed.
OnionBed& onion_bed();

}  // namespace hitokoe::testing
