#include "crawler/login_rules.h"

#include <algorithm>
#include <set>

#include "crawler/adapters/adapter.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::crawler {

namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr std::size_t kLooked = 1u << 20;
constexpr std::size_t kMostAccounts = 20;
constexpr std::size_t kMostExtra = 32;
constexpr std::size_t kLongestField = 1000;

LoginRules::Pattern read_pattern(const YamlNode& node, YamlProblems& problems,
                                 const std::string& what) {
  if (node.is_null()) return std::nullopt;
  const auto text = node.text(problems, what);
  if (text.empty()) return std::nullopt;
  auto pattern = text::Regex::compile(text);
  if (pattern) return std::move(pattern).value();
  problems.add(node.line(), what + ": " + pattern.error().words());
  return std::nullopt;
}

std::vector<int> read_status(const YamlNode& node, YamlProblems& problems,
                             const std::string& what) {
  std::vector<int> out;
  if (node.is_null() || !node.expect_list(problems, what)) return out;
  const auto items = node.items();
  out.reserve(items.size());
  for (const auto& item : items)
    out.push_back(static_cast<int>(item.integer(problems, what, 400, 599)));
  return out;
}

void read_page(const YamlNode& node, const net::Url& url, YamlProblems& problems, LoginRules& out) {
  const auto text = node.get("page").text(problems, "login: page");
  if (text.empty() || url.text().empty()) return;
  auto page = url.resolve(text);
  if (!page) {
    problems.add(node.get("page").line(), "login: page: " + page.error().words());
    return;
  }
  if (page.value().origin() != url.origin()) {
    problems.add(node.get("page").line(),
                 {"login: page is on the source's own host, with the same scheme and port",
                  "login: page は情報源と同じホスト（スキームとポートも同じ）に限る"});
  }
  out.page = std::move(page).value();
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

// A password in plain text over the open net only where the file says so.
void check_scheme(const YamlNode& node, const net::Url& url, YamlProblems& problems) {
  const bool insecure = node.get("insecure").boolean_or(problems, "login: insecure", false);
  if (insecure || url.scheme() != "http" || url.is_overlay() || is_loopback(url.host())) return;
  problems.add(
      node.get("page").line(),
      {"login: over http:// the password could be read on its way: use https://, or say "
       "insecure: true",
       "login: http:// ではパスワードが途中で読まれうる。https:// にするか、insecure: true "
       "と書く"});
}

void read_fields(const YamlNode& node, YamlProblems& problems, LoginRules& out) {
  out.form = OptionalXPath::read(node.get("form"), problems, "login: form");
  out.username = node.get("username").text_or(problems, "login: username", "");
  out.password = node.get("password").text_or(problems, "login: password", "");
  const auto extra = node.get("extra");
  if (extra.is_null() || !extra.expect_map(problems, "login: extra")) return;
  for (const auto& [name, value] : extra.entries()) {
    auto text = value.is_null() ? std::string() : value.text_or(problems, "login: extra", "");
    if (name.size() > kLongestField || text.size() > kLongestField) {
      problems.add(value.line(),
                   {"login: extra: at most 1000 bytes", "login: extra: 1000 バイトまで"});
    }
    out.extra.emplace_back(name, std::move(text));
  }
  if (out.extra.size() > kMostExtra)
    problems.add(extra.line(), {"login: extra: at most 32 fields", "login: extra: 32 個まで"});
}

void read_signs(const YamlNode& node, YamlProblems& problems, LoginRules& out) {
  out.success = read_pattern(node.get("success"), problems, "login: success");
  out.failure = read_pattern(node.get("failure"), problems, "login: failure");
  const auto expired = node.get("expired");
  if (!expired.is_null() && expired.expect_map(problems, "login: expired")) {
    out.expired = read_pattern(expired.get("pattern"), problems, "login: expired: pattern");
    out.mark = read_pattern(expired.get("mark"), problems, "login: expired: mark");
    out.expired_status = read_status(expired.get("status"), problems, "login: expired: status");
    expired.refuse_unknown(problems);
  }
  const auto banned = node.get("banned");
  if (!banned.is_null() && banned.expect_map(problems, "login: banned")) {
    out.banned = read_pattern(banned.get("pattern"), problems, "login: banned: pattern");
    out.banned_status = read_status(banned.get("status"), problems, "login: banned: status");
    banned.refuse_unknown(problems);
  }
  for (const int status : out.expired_status) {
    if (std::ranges::find(out.banned_status, status) == out.banned_status.end()) continue;
    problems.add(node.line(), {"login: one status cannot mean both expired and banned",
                               "login: 同じ status を expired と banned の両方には書けない"});
  }
}

void read_accounts(const YamlNode& source, YamlProblems& problems,
                   std::vector<std::string>& accounts) {
  accounts = source.get("accounts").texts_or_none(problems, "accounts");
  const int line = source.get(source.has("accounts") ? "accounts" : "account").line();
  const auto one = source.get("account").text_or(problems, "account", "");
  if (!one.empty() && !accounts.empty())
    problems.add(line, {"account or accounts, not both", "account と accounts は併用できない"});
  if (!one.empty()) accounts.push_back(one);
  if (accounts.size() > kMostAccounts)
    problems.add(line, {"accounts: at most 20", "accounts: 20 個まで"});
  for (const auto& name : accounts) {
    if (valid_account_name(name)) continue;
    problems.add(line, {"account: 1 to 64 of a-z, 0-9 and '-', not '-' first; a name of your own, "
                        "not the site's user name",
                        "account: a-z 0-9 - で 1〜64 文字、先頭に - は不可。"
                        "サイトのユーザー名ではなく、自分で付ける名前"});
  }
}

}  // namespace

std::shared_ptr<const LoginRules> read_login(const YamlNode& source, const net::Url& url,
                                             YamlProblems& problems,
                                             std::vector<std::string>& accounts) {
  read_accounts(source, problems, accounts);
  const auto node = source.get("login");
  if (node.is_null()) {
    if (!accounts.empty()) {
      problems.add(source.line(), {"an account needs login, which says how one signs in",
                                   "account には login（ログインの方法）が必要"});
    }
    return nullptr;
  }
  auto out = std::make_shared<LoginRules>();
  if (!node.expect_map(problems, "login")) return nullptr;
  if (accounts.empty()) {
    problems.add(node.line(), {"login: needs account: NAME, or accounts: [NAME, …]",
                               "login には account: 名前、または accounts: [名前, …] が必要"});
  }
  read_page(node, url, problems, *out);
  check_scheme(node, url, problems);
  read_fields(node, problems, *out);
  read_signs(node, problems, *out);
  node.refuse_unknown(problems);
  return out;
}

std::string looked_at(const net::Response& response) {
  const auto type = net::header(response.headers, "content-type");
  if (!type.starts_with("text/html") && !type.starts_with("application/xhtml")) return {};
  const ByteView body = response.body;
  const auto head = body.first(std::min(body.size(), kLooked));
  return text::decode(head, text::detect(head)).utf8;
}

bool found(const LoginRules::Pattern& pattern, std::string_view page) {
  return pattern && pattern->search(page).has_value();
}

namespace {

// "*" lets items be anywhere, and makes nobody's site ours.
bool is_own_host(const Source& source, const std::string& host) {
  if (host == source.url.host()) return true;
  const auto adapters = source.adapter->item_hosts();
  return std::ranges::find(source.hosts, host) != source.hosts.end() ||
         std::ranges::find(adapters, host) != adapters.end();
}

}  // namespace

bool is_login_page(const LoginRules& rules, const std::string& text) {
  const auto url = net::Url::parse(text);
  if (!url || url.value().origin() != rules.page.origin()) return false;
  const auto path = [](const std::string& target) { return target.substr(0, target.find('?')); };
  const auto& ours = rules.page.target();
  const auto& theirs = url.value().target();
  if (path(ours) != path(theirs)) return false;
  // "index.php?action=login": the query is what makes it that page.
  if (ours.find('?') == std::string::npos) return true;
  const auto query = ours.substr(ours.find('?') + 1);
  const auto at = theirs.find('?');
  return at != std::string::npos && theirs.substr(at + 1).starts_with(query);
}

Standing standing_of(const Source& source, const net::Response& response) {
  const auto& rules = *source.login;
  const auto at = net::Url::parse(response.final_url);
  if (at && !is_own_host(source, at.value().host())) return Standing::kUnknown;
  const auto among = [&](const std::vector<int>& statuses) {
    return std::ranges::find(statuses, response.status) != statuses.end();
  };
  if (among(rules.banned_status)) return Standing::kBanned;
  if (among(rules.expired_status)) return Standing::kSignedOut;
  const auto page = looked_at(response);
  if (found(rules.banned, page)) return Standing::kBanned;
  if (is_login_page(rules, response.final_url)) return Standing::kSignedOut;
  if (found(rules.expired, page)) return Standing::kSignedOut;
  const bool success = response.status >= 200 && response.status < 300;
  if (success && rules.mark && !page.empty() && !found(rules.mark, page))
    return Standing::kSignedOut;
  return Standing::kSignedIn;
}

}  // namespace hitokoe::crawler
