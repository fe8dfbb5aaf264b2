// How one signs in to a source, and how its answers show that nobody is signed in, or that the
// account is shut out: the block `login` of a source.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crawler/xpath_rules.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/text/regex.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::crawler {

struct LoginRules {
  net::Url page;                   // with the form; on the source's own scheme, host and port
  OptionalXPath form;              // not given: the first form with a password field
  std::string username, password;  // names of the fields; empty: found in the form
  std::vector<std::pair<std::string, std::string>> extra;  // further fields; win over the form's
  using Pattern = std::optional<text::Regex>;
  Pattern success;  // on the page after signing in, or on the source's list
  Pattern failure;  // on the page after signing in
  Pattern expired;  // a page says it to who is not signed in
  Pattern mark;     // every page for somebody signed in has it
  std::vector<int> expired_status;
  Pattern banned;
  std::vector<int> banned_status;
};

// From the keys `login`, `account` and `accounts` of a source, whose `url` is known; problems with
// their lines. Null where there is no `login`.
std::shared_ptr<const LoginRules> read_login(const text::YamlNode& source, const net::Url& url,
                                             text::YamlProblems& problems,
                                             std::vector<std::string>& accounts);

// kUnknown: the answer is of another site, which knows nothing of the account.
enum class Standing { kSignedIn, kSignedOut, kBanned, kUnknown };

// What an answer (redirects followed) says of whoever asked. Patterns are looked for in the first
// MiB of HTML pages only: what is kept there as text says nothing of us.
Standing standing_of(const Source& source, const net::Response& response);

// A page as UTF-8, as far as patterns are looked for in it; "" where it is no HTML.
std::string looked_at(const net::Response& response);

bool found(const LoginRules::Pattern& pattern, std::string_view page);

// Whether it is the page with the form.
bool is_login_page(const LoginRules& rules, const std::string& url);

}  // namespace hitokoe::crawler
