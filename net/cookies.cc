#include "hitokoe/net/cookies.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "net/cookie_jar.h"

namespace hitokoe::net {

namespace {

constexpr std::string_view kHttpOnly = "#HttpOnly_";
constexpr std::size_t kFields = 7;  // domain, subdomains, path, secure, expires, name, value

std::optional<std::array<std::string_view, kFields>> fields_of(std::string_view line) {
  std::array<std::string_view, kFields> out;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto tab = i + 1 == kFields ? std::string_view::npos : line.find('\t');
    if (i + 1 < kFields && tab == std::string_view::npos) return std::nullopt;
    out[i] = line.substr(0, tab);
    line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
  }
  return out;
}

std::optional<CookieNote> note_of(std::string_view line) {
  CookieNote out;
  if (line.starts_with(kHttpOnly)) {
    out.http_only = true;
    line.remove_prefix(kHttpOnly.size());
  }
  const auto fields = fields_of(line);
  if (!fields) return std::nullopt;
  const auto& [domain, subdomains, path, secure, expires, name, value] = *fields;
  out.domain = domain.starts_with('.') ? domain.substr(1) : domain;
  std::ranges::transform(out.domain, out.domain.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  out.subdomains = subdomains == "TRUE";
  out.path = path;
  out.secure = secure == "TRUE";
  out.name = name;
  std::int64_t seconds = 0;
  std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  constexpr std::int64_t kLatest = 253'402'300'799;  // the end of the year 9999
  if (seconds > 0)
    out.expires = UtcTime(std::chrono::seconds(std::min<std::int64_t>(seconds, kLatest)));
  return out;
}

bool too_long(std::string_view line) {
  if (line.starts_with(kHttpOnly)) line.remove_prefix(kHttpOnly.size());
  const auto fields = fields_of(line);
  return !fields || (*fields)[5].size() + (*fields)[6].size() > CookieJar::kMostBytes;
}

std::vector<std::string> held(CURL* hand) {
  std::vector<std::string> out;
  curl_slist* list = nullptr;
  if (curl_easy_getinfo(hand, CURLINFO_COOKIELIST, &list) != CURLE_OK) return out;
  for (const auto* at = list; at != nullptr; at = at->next) {
    out.emplace_back(at->data);
    wipe(at->data, out.back().size());
  }
  curl_slist_free_all(list);
  std::ranges::sort(out);
  return out;
}

void wipe_all(std::vector<std::string>& lines) {
  for (auto& line : lines) wipe_value(line);
}

// Those of the session go first, then those that end first.
bool goes_before(const CookieNote& a, const CookieNote& b) {
  return a.expires && b.expires ? *a.expires < *b.expires : !a.expires && b.expires;
}

}  // namespace

CookieJar::CookieJar() : state_(std::make_unique<State>()) {
  state_->share = curl_share_init();
  state_->hand = curl_easy_init();
  if (state_->share == nullptr || state_->hand == nullptr) return;
  curl_share_setopt(state_->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
  curl_easy_setopt(state_->hand, CURLOPT_SHARE, state_->share);
}

CookieJar::~CookieJar() {
  if (state_->hand != nullptr) curl_easy_cleanup(state_->hand);
  if (state_->share != nullptr) curl_share_cleanup(state_->share);
}

std::size_t CookieJar::add(const SecretText& lines) {
  if (state_->hand == nullptr) return 0;
  const auto before = size();
  std::string_view rest = lines.expose();
  for (std::size_t taken = 0; !rest.empty() && taken < 2 * kMostCookies;) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || (line.starts_with('#') && !line.starts_with(kHttpOnly))) continue;
    if (too_long(line)) continue;
    std::string one(line);
    curl_easy_setopt(state_->hand, CURLOPT_COOKIELIST, one.c_str());
    wipe_value(one);
    ++taken;
  }
  bound();
  const auto now = size();
  return now > before ? now - before : 0;
}

SecretText CookieJar::lines() const {
  SecretText out;
  if (state_->hand == nullptr) return out;
  auto all = held(state_->hand);
  std::size_t bytes = 0;
  for (const auto& line : all) bytes += line.size() + 1;
  out.expose().reserve(bytes);
  for (const auto& line : all) out.expose().append(line).append("\n");
  wipe_all(all);
  return out;
}

std::vector<CookieNote> CookieJar::notes() const {
  std::vector<CookieNote> out;
  if (state_->hand == nullptr) return out;
  auto all = held(state_->hand);
  out.reserve(all.size());
  for (const auto& line : all) {
    if (auto note = note_of(line)) out.push_back(std::move(*note));
  }
  wipe_all(all);
  return out;
}

std::size_t CookieJar::size() const {
  if (state_->hand == nullptr) return 0;
  auto all = held(state_->hand);
  wipe_all(all);
  return all.size();
}

void CookieJar::clear() {
  if (state_->hand != nullptr) curl_easy_setopt(state_->hand, CURLOPT_COOKIELIST, "ALL");
}

void CookieJar::bound() {
  if (state_->hand == nullptr) return;
  auto all = held(state_->hand);
  struct One {
    CookieNote note;
    const std::string* line;
  };
  std::vector<One> kept;
  kept.reserve(all.size());
  bool drop = all.size() > kMostCookies;
  std::map<std::string, std::size_t> of_domain;
  for (const auto& line : all) {
    auto note = note_of(line);
    if (!note || too_long(line)) {
      drop = true;
      continue;
    }
    drop = drop || ++of_domain[note->domain] > kMostPerDomain;
    kept.push_back({std::move(*note), &line});
  }
  if (drop) {
    std::ranges::stable_sort(
        kept, [](const One& a, const One& b) { return goes_before(b.note, a.note); });
    of_domain.clear();
    clear();
    std::size_t taken = 0;
    for (const auto& one : kept) {
      if (taken == kMostCookies) break;
      if (++of_domain[one.note.domain] > kMostPerDomain) continue;
      curl_easy_setopt(state_->hand, CURLOPT_COOKIELIST, one.line->c_str());
      ++taken;
    }
  }
  wipe_all(all);
}

}  // namespace hitokoe::net
