#include "hitokoe/crawler/cookie_file.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <vector>

#include "hitokoe/net/cookies.h"

namespace hitokoe::crawler {

namespace {

namespace json = boost::json;

constexpr std::string_view kHttpOnly = "#HttpOnly_";
constexpr std::size_t kFields = 7;
constexpr double kLatest = 253'402'300'799;  // the end of the year 9999

// Views into the file: no copies of what is secret.
struct Cookie {
  std::string domain;  // in lower case, without the leading dot
  bool subdomains = false;
  std::string_view path;
  std::string_view name;
  std::string_view value;
  bool secure = false;
  bool http_only = false;
  std::int64_t expires = 0;  // seconds since 1970; 0: with the session
};

std::string domain_of(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_of(const std::string& host, const Cookie& cookie) {
  if (host == cookie.domain) return true;
  return cookie.subdomains && host.size() > cookie.domain.size() && host.ends_with(cookie.domain) &&
         host[host.size() - cookie.domain.size() - 1] == '.';
}

bool is_usable(const Cookie& cookie) {
  const auto bad = [](std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
    });
  };
  return !cookie.name.empty() && !cookie.domain.empty() && !bad(cookie.domain) &&
         !bad(cookie.name) && !bad(cookie.value) && !bad(cookie.path) &&
         cookie.path.starts_with('/') &&
         cookie.name.size() + cookie.value.size() <= net::CookieJar::kMostBytes;
}

class Taking {
 public:
  Taking(const Source& source, UtcTime now, std::size_t bytes) : now_(now) {
    hosts_.push_back(source.url.host());
    for (const auto& host : source.hosts) {
      if (host != "*") hosts_.push_back(host);
    }
    // Never grown: nothing secret is left behind in memory.
    out_.lines.expose().reserve((bytes + 64u * net::CookieJar::kMostCookies) * hosts_.size());
  }

  void add(const Cookie& cookie) {
    if (!is_usable(cookie)) {
      ++out_.unusable;
      return;
    }
    if (std::ranges::none_of(hosts_, [&](const auto& host) { return is_of(host, cookie); })) {
      ++out_.foreign[cookie.domain];
      return;
    }
    const UtcTime ends{std::chrono::seconds(cookie.expires)};
    if (cookie.expires != 0 && ends <= now_) {
      ++out_.expired;
      return;
    }
    if (cookie.expires != 0 && (!out_.until || ends < *out_.until)) out_.until = ends;
    ++out_.taken;
    for (const auto& host : hosts_) {
      if (is_of(host, cookie)) put(host, cookie);
    }
  }

  ImportedCookies take() { return std::move(out_); }

 private:
  void put(const std::string& host, const Cookie& cookie) {
    auto& text = out_.lines.expose();
    if (cookie.http_only) text += kHttpOnly;
    text += host;
    text += "\tFALSE\t";
    text += cookie.path;
    text += cookie.secure ? "\tTRUE\t" : "\tFALSE\t";
    text += std::to_string(cookie.expires);
    text += '\t';
    text += cookie.name;
    text += '\t';
    text += cookie.value;
    text += '\n';
  }

  UtcTime now_;
  std::vector<std::string> hosts_;
  ImportedCookies out_;
};

auto too_many() {
  return fail(Errc::kLimit, "more than 3000 cookies: export those of this site only",
              "Cookie が 3000 個を超えています。このサイトの分だけを書き出してください");
}

auto bad_line(std::size_t line) {
  const auto n = std::to_string(line);
  return fail(Errc::kBadInput,
              "line " + n +
                  ": expected seven fields with tabs between them (a Netscape cookie "
                  "file), or JSON",
              n + " 行目: タブ区切りの 7 項目（Netscape 形式の cookies.txt）、または JSON が必要");
}

std::optional<Cookie> netscape(std::string_view line) {
  Cookie out;
  if (line.starts_with(kHttpOnly)) {
    out.http_only = true;
    line.remove_prefix(kHttpOnly.size());
  }
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto tab = i + 1 == kFields ? std::string_view::npos : line.find('\t');
    if (i + 1 < kFields && tab == std::string_view::npos) return std::nullopt;
    fields[i] = line.substr(0, tab);
    line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
  }
  out.domain = domain_of(fields[0]);
  out.subdomains = fields[1] == "TRUE";
  out.path = fields[2].empty() ? "/" : fields[2];  // what "Path=" alone leaves
  out.secure = fields[3] == "TRUE";
  out.name = fields[5];
  out.value = fields[6];
  double expires = 0;
  const auto [end, error] =
      std::from_chars(fields[4].data(), fields[4].data() + fields[4].size(), expires);
  if (error != std::errc{} || end != fields[4].data() + fields[4].size()) return std::nullopt;
  if (expires > 0) out.expires = static_cast<std::int64_t>(std::min(expires, kLatest));
  return out;
}

Result<void> read_netscape(std::string_view text, Taking& taking) {
  std::size_t count = 0;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    auto one = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (one.ends_with('\r')) one.remove_suffix(1);
    if (one.empty() || (one.starts_with('#') && !one.starts_with(kHttpOnly))) continue;
    const auto cookie = netscape(one);
    if (!cookie) return bad_line(line);
    if (++count > net::CookieJar::kMostCookies) return too_many();
    taking.add(*cookie);
  }
  return ok();
}

std::string_view text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->as_string())
                                                : std::string_view();
}

bool true_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

// "expirationDate" of extensions, "expires" of browsers' own tools; -1 and null: with the session.
std::int64_t expires_at(const json::object& object) {
  for (const auto* key : {"expirationDate", "expires"}) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_number()) continue;
    const double seconds = value->to_number<double>();
    if (std::isfinite(seconds) && seconds > 0)
      return static_cast<std::int64_t>(std::min(seconds, kLatest));
  }
  return 0;
}

Result<void> read_json(std::string_view text, Taking& taking) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  const auto root = json::parse(text, error, {}, options);
  const json::array* all = nullptr;
  if (!error && root.is_array()) all = &root.as_array();
  if (!error && root.is_object()) {
    const auto* inner = root.as_object().if_contains("cookies");
    if (inner != nullptr && inner->is_array()) all = &inner->as_array();
  }
  if (all == nullptr) {
    return fail(Errc::kBadInput, "expected a JSON array of cookies, or an object with \"cookies\"",
                "Cookie の JSON 配列、または \"cookies\" を持つオブジェクトが必要");
  }
  if (all->size() > net::CookieJar::kMostCookies) return too_many();
  for (std::size_t i = 0; i < all->size(); ++i) {
    const auto& entry = (*all)[i];
    if (!entry.is_object() || text_at(entry.as_object(), "domain").empty()) {
      const auto n = std::to_string(i + 1);
      return fail(Errc::kBadInput, "cookie " + n + ": expected an object with domain, name, value",
                  n + " 個目の Cookie: domain、name、value を持つオブジェクトが必要");
    }
    const auto& object = entry.as_object();
    Cookie cookie;
    const auto domain = text_at(object, "domain");
    cookie.domain = domain_of(domain);
    cookie.subdomains = domain.starts_with('.') && !true_at(object, "hostOnly");
    cookie.path = text_at(object, "path").empty() ? "/" : text_at(object, "path");
    cookie.name = text_at(object, "name");
    cookie.value = text_at(object, "value");
    cookie.secure = true_at(object, "secure");
    cookie.http_only = true_at(object, "httpOnly");
    cookie.expires = true_at(object, "session") ? 0 : expires_at(object);
    taking.add(cookie);
  }
  return ok();
}

}  // namespace

Result<ImportedCookies> read_cookie_file(ByteView file, const Source& source, UtcTime now) {
  if (file.size() > kLargestCookieFile) {
    return fail(Errc::kLimit, "larger than 4 MiB", "4 MiB を超えています");
  }
  auto text = as_text(file);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Taking taking(source, now, text.size());
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool is_json =
      first != std::string_view::npos && (text[first] == '[' || text[first] == '{');
  TRYV(is_json ? read_json(text, taking) : read_netscape(text, taking));
  return taking.take();
}

}  // namespace hitokoe::crawler
