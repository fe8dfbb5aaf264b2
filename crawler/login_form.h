// A form on a log-in page, and what is sent when it is filled in.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crawler/login_rules.h"
#include "hitokoe/base/bytes.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::crawler {

struct LoginForm {
  std::string action;  // as the page writes it; "": the page itself
  std::vector<std::pair<std::string, std::string>> fields;  // with tokens, as a browser sends them
  std::string username, password;                           // names of the fields
  text::Charset charset = text::Charset::kUtf8;             // of the page
};

// Nothing where the page has no such form, where it is sent by GET (a password in an address), in
// another encoding than application/x-www-form-urlencoded, or lacks a field for the name or the
// password. Fields are bounded: 200, of 64 KiB together.
std::optional<LoginForm> find_login_form(const LoginRules& rules, ByteView page);

// The body of the request.
SecretText filled_in(const LoginForm& form, const LoginRules& rules, const SecretText& username,
                     const SecretText& password);

}  // namespace hitokoe::crawler
