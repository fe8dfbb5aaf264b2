#include "net/http_routes.h"

#include <algorithm>
#include <cctype>

namespace hitokoe::net {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  std::size_t from = 1;
  while (from <= path.size()) {
    const std::size_t to = std::min(path.find('/', from), path.size());
    out.emplace_back(path.substr(from, to - from));
    from = to + 1;
  }
  return out;
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool matches(const std::vector<std::string>& segments, const std::vector<std::string>& path) {
  return std::equal(segments.begin(), segments.end(), path.begin(), path.end(),
                    [](const std::string& pattern, const std::string& given) {
                      return is_parameter(pattern) ? !given.empty() : pattern == given;
                    });
}

void set_params(const std::vector<std::string>& segments, const std::vector<std::string>& path,
                HttpRequest& request) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto& pattern = segments[i];
    if (is_parameter(pattern)) request.params[pattern.substr(1, pattern.size() - 2)] = path[i];
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool percent_decode(std::string_view in, bool plus_is_space, std::string& out) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    char c = in[i];
    if (c == '%') {
      if (i + 2 >= in.size()) return false;
      const int high = hex_digit(in[i + 1]);
      const int low = hex_digit(in[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
    out.push_back(c);
  }
  return true;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

Words title(int status) {
  switch (status) {
    case 400:
      return {"Bad Request", "不正な要求"};
    case 401:
      return {"Unauthorized", "認証が必要"};
    case 403:
      return {"Forbidden", "許可されていない操作"};
    case 404:
      return {"Not Found", "見つかりません"};
    case 405:
      return {"Method Not Allowed", "使えないメソッド"};
    case 409:
      return {"Conflict", "今の状態ではできません"};
    case 413:
      return {"Content Too Large", "本文が大きすぎます"};
    case 429:
      return {"Too Many Requests", "要求が多すぎます"};
    case 431:
      return {"Request Header Fields Too Large", "ヘッダが大きすぎます"};
    case 500:
      return {"Internal Server Error", "内部エラー"};
    case 503:
      return {"Service Unavailable", "一時的に利用できません"};
    default:
      return {"Error", "エラー"};
  }
}

}  // namespace

std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return std::nullopt;
}

Language HttpRequest::language() const {
  return accepted_language(header("Accept-Language").value_or(""));
}

Language accepted_language(std::string_view header) {
  // 0 where it is not named; weights are compared as thousandths.
  const auto weight_of = [](std::string_view range) {
    const auto at = range.find(";q=");
    if (at == std::string_view::npos) return 1000;
    const auto q = range.substr(at + 3, 5);  // "0.123"
    if (q.empty() || (q[0] != '0' && q[0] != '1')) return 0;
    int weight = q[0] == '1' ? 1000 : 0;
    int place = 100;
    for (std::size_t i = 2; i < q.size() && q[1] == '.'; ++i, place /= 10) {
      if (q[i] < '0' || q[i] > '9') break;
      weight += (q[i] - '0') * place;
    }
    return std::min(weight, 1000);
  };
  int japanese = 0;
  int english = 0;
  while (!header.empty()) {
    const auto end = std::min(header.find(','), header.size());
    std::string range;
    for (const char c : header.substr(0, end)) {
      if (c != ' ' && c != '\t') {
        range += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
    }
    header.remove_prefix(std::min(end + 1, header.size()));
    const auto tag = std::string_view(range).substr(0, range.find(';'));
    const auto named = tag.substr(0, tag.find('-'));
    if (named == "ja") japanese = std::max(japanese, weight_of(range));
    if (named == "en") english = std::max(english, weight_of(range));
  }
  return japanese > english ? Language::kJapanese : Language::kEnglish;
}

HttpResponse problem(int status, const Words& detail, Language l) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.headers.emplace_back("Content-Language", say(l, "ja", "en"));
  response.headers.emplace_back("Vary", "Accept-Language");
  response.body = R"({"type":"about:blank","title":")";
  response.body += title(status).in(l);
  response.body += R"(","status":)" + std::to_string(status) + R"(,"detail":")";
  for (const char c : detail.in(l)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') response.body += '\\';
    response.body += byte < 0x20 ? ' ' : c;
  }
  response.body += "\"}\n";
  return response;
}

void Routes::add(std::string method, std::string_view pattern, HttpHandler handler) {
  routes_.push_back({std::move(method), segments_of(pattern), std::move(handler)});
}

void Routes::add_upload(std::string method, std::string_view pattern, std::uint64_t most,
                        HttpUpload handler) {
  uploads_.push_back({std::move(method), segments_of(pattern), {}, {std::move(handler), most}});
}

const Routes::Upload* Routes::find_upload(HttpRequest& request) const {
  const auto path = segments_of(request.path);
  for (const auto& route : uploads_) {
    if (route.method != request.method || !matches(route.segments, path)) continue;
    set_params(route.segments, path, request);
    return &route.upload;
  }
  return nullptr;
}

std::optional<HttpResponse> Routes::find(HttpRequest& request, const HttpHandler*& handler) const {
  const auto path = segments_of(request.path);
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string allowed;
  for (const auto& route : routes_) {
    if (!matches(route.segments, path)) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + route.method;
      continue;
    }
    set_params(route.segments, path, request);
    handler = &route.handler;
    return std::nullopt;
  }
  if (allowed.empty())
    return problem(404, {"no such resource", "そのような資源はありません"}, request.language());
  auto response =
      problem(405, {"this resource does not take that method", "この資源では使えないメソッド"},
              request.language());
  response.headers.emplace_back("Allow", allowed);
  return response;
}

bool split_target(std::string_view target, HttpRequest& request) {
  if (target.empty() || target.front() != '/') return false;
  const std::size_t mark = target.find('?');
  if (!percent_decode(target.substr(0, mark), false, request.path)) return false;
  if (mark == std::string_view::npos) return true;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name;
    std::string value;
    if (!percent_decode(pair.substr(0, equals), true, name)) return false;
    if (!percent_decode(pair.substr(std::min(equals + 1, pair.size())), true, value)) return false;
    request.query.emplace(std::move(name), std::move(value));
  }
  return true;
}

}  // namespace hitokoe::net
