// One sign-in to a source: the page with the form, the form sent, and what the site makes of it.
#pragma once

#include <string>

#include "crawler/login_rules.h"
#include "hitokoe/base/async.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/net/fetcher.h"

namespace hitokoe::crawler {

// How requests are made: with the account's cookies, and with patience between them.
class SignInAsks {
 public:
  virtual ~SignInAsks() = default;
  virtual Task<Result<net::Response>> ask(net::Request request) = 0;
  virtual bool robots_allow(const std::string& url) = 0;
};

// The reason why it did not work, a stable name; "" when it did:
//   banned          the site says that the account is shut out
//   login_refused   it does not take the name or the password
//   login_form      there is no such form on the page, or one that is not sent by POST
//   login_foreign   the form or the way after it leads to another host
//   login_unclear   the answer has no mark of success, and none of failure
//   login_robots    robots.txt forbids the page
//   login_…         why a page could not be had: a fault of the fetcher, status_NNN
// Never more than ten requests. kCancelled only.
Task<Result<std::string>> sign_in(const Source& source, const AccountSecrets& secrets,
                                  SignInAsks& asks);

}  // namespace hitokoe::crawler
