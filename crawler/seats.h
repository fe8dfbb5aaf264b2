// The accounts of one source while it is crawled: who is free, whose turn it is, and how each is
// doing. An account is one attempt's at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/circuit.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/net/cookies.h"

namespace hitokoe::crawler {

struct Seat {
  Seat(SourceAccount a, const Source& source, Random& random)
      : account(std::move(a)), circuit(source, random) {}
  SourceAccount account;
  Circuit circuit;  // of its own: a proxy's exit sees no two accounts
  std::shared_ptr<net::CookieJar> jar = std::make_shared<net::CookieJar>();
  std::string kept;       // digest of the cookies as they are stored
  bool opened = false;    // its cookies were read from the store
  bool taken = false;     // an attempt has it
  bool gone = false;      // a person took it out or changed it: forgotten when it is given back
  bool unproven = false;  // signed in, and no answer has shown it yet
  bool unnoted = false;   // how it is doing could not be written down
  bool shut = false;      // its key or its record is gone: nobody's until a person changes it
};

// Writes down how many cookies there are, and when the first of them ends; keeps them bounded.
void count_cookies(Seat& seat);

class Seats {
 public:
  Seats(const Source& source, Random& random) : source_(source), random_(random) {}

  // As the store has them now. Those that are not configured are nobody's.
  void know(const std::vector<SourceAccount>& all);
  // Somebody may be had now, or nobody at all, which is for the attempt to say.
  bool may_try(UtcTime now) const;
  bool any_usable(UtcTime now) const;
  // Somebody may be had now: what is said where others share the work and may have the account.
  bool any_free(UtcTime now) const;
  // Whose turn it is; null: nobody is usable now.
  Seat* take(UtcTime now);
  void give_back(Seat* seat);
  // When the first that waits may be tried again; nothing: a person must act.
  std::optional<UtcTime> next_try() const;

 private:
  bool ready(const Seat& seat, UtcTime now) const;

  const Source& source_;
  Random& random_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::size_t turn_ = 0;
};

}  // namespace hitokoe::crawler
