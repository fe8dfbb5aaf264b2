// A `hitokoe serve` of a world, its accounts, and requests as with curl on the command line.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "tests/integration/campaign/programs_world.h"

namespace hitokoe::testing {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// `more`: further words for curl, quoted for the shell.
inline HttpAnswer curl(const std::string& url, const std::string& token,
                       const std::string& more = {}) {
  std::string command = "curl -s -m 60 -w '\n%{http_code}' ";
  if (!token.empty()) command += "-H 'Authorization: Bearer " + token + "' ";
  FILE* pipe = ::popen((command + more + " '" + url + "'").c_str(), "r");
  std::string out;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, n);
  ::pclose(pipe);
  const auto end = out.rfind('\n');
  if (end == std::string::npos) return {};
  return {std::atoi(out.c_str() + end + 1), out.substr(0, end)};
}

// The token of an account that is made for it.
inline std::string account(const ProgramsWorld& w, const std::string& user, const std::string& role,
                           const std::string& party = {}) {
  std::vector<std::string> words = {"user", "add", user, "--role", role, "--no-password"};
  if (!party.empty()) words.insert(words.end(), {"--party", party});
  EXPECT_EQ(w.service(words).code, 0);
  const auto done = w.service({"user", "token", user});
  EXPECT_EQ(done.code, 0) << done.err;
  const auto at = done.out.find("hk_");
  return at == std::string::npos ? "" : done.out.substr(at, done.out.find_first_of(" \n", at) - at);
}

class RunningService {
 public:
  explicit RunningService(const ProgramsWorld& world, const std::vector<std::string>& roles)
      : running_("hitokoe", words(world, roles), world.environment) {
    EXPECT_TRUE(comes_true([&] {
      const auto err = running_.err_so_far();
      const auto at = err.find("console: ");
      const auto end = err.find("/\n", at);
      if (at != std::string::npos && end != std::string::npos)
        url_ = err.substr(at + 9, end - at - 9);
      return !url_.empty() || running_.ended();
    }));
    EXPECT_FALSE(url_.empty()) << running_.err_so_far();
  }

  const std::string& url() const { return url_; }
  void signal(int number) { running_.signal(number); }
  Outcome wait() { return running_.wait(); }
  std::string err() const { return running_.err_so_far(); }

 private:
  static std::vector<std::string> words(const ProgramsWorld& world,
                                        const std::vector<std::string>& roles) {
    std::vector<std::string> out = {"serve"};
    for (const auto& role : roles) out.insert(out.end(), {"--role", role});
    return world.service_words(std::move(out));
  }

  Running running_;
  std::string url_;
};

}  // namespace hitokoe::testing
