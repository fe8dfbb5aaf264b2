// Accounts whose store fails as the test says, for what the crawler makes of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/integration/crawler/crawl_world.h"

namespace hitokoe::testing {

// Accounts whose store does not do what it should.
class Wayward final : public crawler::SourceAccounts {
 public:
  explicit Wayward(CrawlWorld& world) : world_(world), to_(world.accounts()) {
    world.accounts_instead = this;
  }
  ~Wayward() override { world_.accounts_instead = nullptr; }
  Wayward(const Wayward&) = delete;
  Wayward& operator=(const Wayward&) = delete;

  Result<std::vector<crawler::SourceAccount>> list() override { return to_.list(); }
  Result<void> put(const std::string& source, const std::string& name,
                   const crawler::AccountSecrets& s, const std::string& by, UtcTime at) override {
    return to_.put(source, name, s, by, at);
  }
  Result<void> put_cookies(const crawler::SourceAccount& account, const SecretText& lines,
                           const std::string& by, UtcTime at) override {
    return to_.put_cookies(account, lines, by, at);
  }
  Result<bool> remove(const std::string& source, const std::string& name, const std::string& by,
                      UtcTime at) override {
    return to_.remove(source, name, by, at);
  }
  Result<Opened> open(const std::string& source, const std::string& name) override {
    if (opening && name == of) return fail(*opening, "test", "test");
    return to_.open(source, name);
  }
  Result<bool> note(const crawler::SourceAccount& account, const SecretText* cookies,
                    UtcTime at) override {
    if (noting && account.name == of) return fail(*noting, "test", "test");
    return to_.note(account, cookies, at);
  }
  Result<bool> note_anew(const crawler::SourceAccount& account, const SecretText* cookies,
                         const std::string& by, UtcTime at) override {
    return to_.note_anew(account, cookies, by, at);
  }

  std::string of = "a";  // the account with which it goes wrong
  std::optional<Errc> opening, noting;

 private:
  CrawlWorld& world_;
  crawler::SourceAccounts& to_;
};

}  // namespace hitokoe::testing
