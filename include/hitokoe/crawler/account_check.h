// Whether an account works: signs in now, and looks at the source's list with it.
#pragma once

#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/random.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/net/fetcher.h"

namespace hitokoe::crawler {

struct AccountCheck {
  SourceAccount account;  // as it is noted now; kFailed, and not noted, where robots.txt is not had
  int requests = 0;
};

// An account without a password is looked at with its cookies. What comes of it is written down;
// one that was taken out because of a ban or a refusal and works again is used again. Keeps the
// source's delay, and robots.txt where the source does. kNotFound: no such account; kCancelled;
// errors of the store. `by`: the person who asks for it, for the audit log.
Task<Result<AccountCheck>> check_account(const Source& source, SourceAccounts& accounts,
                                         std::string name, std::string by, net::Fetcher& fetcher,
                                         const Clock& clock, Sleeper& sleeper, Random& random);

}  // namespace hitokoe::crawler
