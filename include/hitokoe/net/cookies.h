// The cookies of one account, kept by libcurl's own engine: domains, paths, expiry, Secure,
// HttpOnly, name prefixes and the list of public suffixes are its.
//
// Not thread-safe: used by the thread of the fetcher that a request with this jar is given to.
// Values are secrets: they come out by lines() alone.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/secret.h"
#include "hitokoe/base/time.h"

namespace hitokoe::net {

// A cookie without its value.
struct CookieNote {
  std::string domain;  // in lower case, without the leading dot
  bool subdomains = false;
  std::string path;
  std::string name;
  bool secure = false;
  bool http_only = false;
  std::optional<UtcTime> expires;  // nothing: with the session

  friend bool operator==(const CookieNote&, const CookieNote&) = default;
};

class CookieJar {
 public:
  // RFC 6265bis, section 6.1, asks for at least as much of a browser; a site gets no more here.
  static constexpr std::size_t kMostCookies = 3000;
  static constexpr std::size_t kMostPerDomain = 50;
  static constexpr std::size_t kMostBytes = 4096;  // of a name with its value

  CookieJar();
  ~CookieJar();
  CookieJar(const CookieJar&) = delete;
  CookieJar& operator=(const CookieJar&) = delete;

  // Lines of a Netscape cookie file; those that are too long or are no cookies are left out, and
  // what expired is never sent. How many more there are in the jar than before. The bounds above
  // hold afterwards.
  std::size_t add(const SecretText& lines);
  // All, in the form that add() takes. Sorted.
  SecretText lines() const;
  std::vector<CookieNote> notes() const;  // in the order of lines()
  std::size_t size() const;
  void clear();
  // Drops what is over the bounds: of a domain, and of all, those that end first, and those of the
  // session before them.
  void bound();

  struct State;  // net/cookie_jar.h
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::net
