#include "tests/property/crawler/day_sites.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace hitokoe::testing {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kVersionAge = minutes(40);  // every fifth item changes once, so long after it came
constexpr std::string_view kHiragana = "\x82\xa0\x82\xa2\x83\x5c";  // CP932; its last byte is '\'

auto failed(Errc code, const std::string& fault) {
  return fail(code, Words{fault + ": simulated", fault + ": simulated"});
}

std::string http_date(UtcTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<seconds>(at - day));
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(ymd.day()),
                kMonths.at(static_cast<unsigned>(ymd.month()) - 1), static_cast<int>(ymd.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

void put(net::Response& out, std::string_view text) { out.body.assign(text.begin(), text.end()); }

}  // namespace

DaySites::DaySites(VirtualTime& time, std::uint64_t seed, std::size_t sources, Duration publishing)
    : time_(time), seed_(seed), random_(seed), start_(time.clock.now()), publishing_(publishing) {
  for (std::size_t i = 0; i < sources; ++i) {
    DaySite site;
    site.source = "s" + std::to_string(i);
    // Every eighth source shares its host with the one before, and asks for another delay.
    site.host = "h" + std::to_string(i % 8 == 7 ? i - 1 : i) + ".test";
    site.feed = i % 3 == 1;
    site.wrong_charset = i % 4 == 0;
    // Evenly by orders of magnitude: 4 minutes to 2 hours.
    site.every = minutes(static_cast<std::int64_t>(4 * std::pow(30.0, random_.unit())));
    site.shown = hours(5);
    site.delay = seconds(1 + random_.below(i % 8 == 7 ? 12 : 4));
    site.schedule = minutes(5 + random_.below(26));
    if (i % 5 == 0) site.crawl_delay = seconds(2 + random_.below(20));
    if (i % 6 == 5) {
      site.down_from = minutes(random_.below(20 * 60));
      site.down_to = site.down_from + minutes(10 + random_.below(80));
    }
    if (i % 8 == 7) {
      site.crawl_delay = sites_.back().crawl_delay;
      site.down_from = sites_.back().down_from;
      site.down_to = sites_.back().down_to;
    }
    by_source_.emplace(site.source, sites_.size());
    sites_.push_back(std::move(site));
  }
}

std::string DaySites::yaml() const {
  std::string out = "sources:\n";
  for (const auto& site : sites_) {
    const auto path = "http://" + site.host + "/" + site.source;
    out += "  - {id: " + site.source + ", kind: " + (site.feed ? "feed" : "list") + ", url: '" +
           path + "/list', ";
    if (!site.feed) {
      out += "item: {link: '\"/" + site.source +
             "/p/([0-9]+)[?]v=([0-9]+)\"', key: '\\1', url: '/" + site.source +
             "/p/\\1', version: '\\2'}, ";
    }
    out +=
        "schedule: " + std::to_string(std::chrono::duration_cast<minutes>(site.schedule).count()) +
        "m, delay: " + std::to_string(std::chrono::duration_cast<seconds>(site.delay).count()) +
        "s, limits: {tries: 6}, user_agent: 'hitokoe/0.1 (" + site.source + ")'}\n";
  }
  return out;
}

const DaySite& DaySites::site_of(const net::Request& request) const {
  const auto from = request.user_agent.find('(') + 1;
  return sites_.at(
      by_source_.at(request.user_agent.substr(from, request.user_agent.size() - from - 1)));
}

Fate DaySites::fate(const DaySite& site, std::uint64_t number) const {
  SeededRandom own(seed_ * 1'000'003 + by_source_.at(site.source) * 100'003 + number);
  const double at = own.unit();
  double sum = 0;
  for (const auto& [p, fate] : {std::pair{0.02, Fate::kGone},
                                {0.01, Fate::kError},
                                {0.01, Fate::kLoop},
                                {0.01, Fate::kForbidden},
                                {0.01, Fate::kPrivate},
                                {0.003, Fate::kLoris},
                                {0.01, Fate::kLiar},
                                {0.005, Fate::kForeign}}) {
    sum += p;
    const bool by_link = fate == Fate::kForeign || fate == Fate::kPrivate;
    if (at < sum) return by_link && !site.feed ? Fate::kFine : fate;
  }
  return Fate::kFine;
}

std::string DaySites::body(const DaySite& site, std::uint64_t number, std::uint64_t version) const {
  std::string out = site.source + " item " + std::to_string(number) + " version " +
                    std::to_string(version) + "\n";
  if (site.wrong_charset) out += kHiragana;
  out.append((number * 37) % 3000, static_cast<char>('a' + number % 26));
  return out;
}

std::uint64_t DaySites::published(const DaySite& site) const {
  const auto at = std::min(world() - start_, publishing_);
  return static_cast<std::uint64_t>(at / site.every);
}

void DaySites::crawler_died() {
  for (auto& [host, visits] : visits_) {
    if (visits.open > 0) visits.ended = world();
    visits.open = 0;
    visits.robots_known = false;
    if (!visits.written_down) visits.leave_alone_until = {};
  }
}

void DaySites::note(const std::string& what) {
  for (const char c : format_utc(time_.clock.now()) + what) {
    trace = (trace ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
}

void DaySites::check_manners(const DaySite& site, Visits& visits, const net::Url& url) {
  const auto what =
      " at " + site.host + " by " + site.source + ", " + url.target() + ", " + format_utc(world());
  const bool robots = url.target() == "/robots.txt";
  if (visits.open != 0) broken.insert("two requests at once" + what);
  if (visits.ended) {
    const auto since = world() - *visits.ended;
    if (since < site.delay) broken.insert("earlier than the configured delay" + what);
    if (!robots && visits.robots_known && since < site.crawl_delay)
      broken.insert("earlier than Crawl-delay" + what);
  }
  if (world() < visits.leave_alone_until) broken.insert("earlier than Retry-After" + what);
  if (url.target().find("/private/") != std::string_view::npos)
    broken.insert("what robots.txt forbids" + what);
  if (url.target().ends_with("/list")) lengthen(longest_silence, last_list_, site.source);
}

void DaySites::lengthen(std::map<std::string, Duration>& longest,
                        std::map<std::string, UtcTime>& last, const std::string& source) const {
  auto& before = last[source];
  if (before != UtcTime{}) longest[source] = std::max<Duration>(longest[source], world() - before);
  before = world();
}

Task<Result<net::Response>> DaySites::fetch(net::Request request) {
  const auto url = net::Url::parse(request.url).value();
  const auto& site = site_of(request);
  if (url.host() != site.host) {
    broken.insert("a foreign host by " + site.source);
    co_return failed(Errc::kForbidden, "address");
  }
  auto& visits = visits_[site.host];
  check_manners(site, visits, url);
  ++visits.open;
  ++counts.requests;
  auto answered = answer(site, visits, url, request);
  const auto slept = co_await time_.sleep_for(answered.took);
  if (!slept) co_return fail(Errc::kCancelled, "cancelled: stopped", "cancelled: stopped");
  --visits.open;
  visits.ended = world();
  if (answered.leave_alone_until > visits.leave_alone_until) {
    visits.leave_alone_until = answered.leave_alone_until;
    visits.written_down = !forgetful_;
  }
  if (!answered.seen.empty()) lengthen(longest_unread, last_whole_list_, site.source);
  for (const auto& [number, version] : answered.seen) {
    auto& highest = shown[site.source][number];
    highest = std::max(highest, version);
  }
  std::string said =
      "status_" + std::to_string(answered.response ? answered.response.value().status : 0);
  if (!answered.response) said = net::fault_name(answered.response.error());
  note(std::string(url.text()) + " " + said);
  const auto target = url.target();
  if (const auto at = target.find("/p/"); at != std::string::npos) {
    last_answer[site.source][std::string(target.substr(at + 3))] = said == "status_200" ? "" : said;
  }
  co_return std::move(answered.response);
}

DaySites::Answer DaySites::patience(net::Response out) {
  out.status = chance(0.5) ? 429 : 503;
  const auto took = milliseconds(20 + random_.below(200));
  const auto after = world() + took;
  Duration asked{};
  const auto kind = random_.below(10);
  if (kind < 4) {
    asked = seconds(5 + random_.below(600));
    out.headers.emplace_back("Retry-After",
                             std::to_string(std::chrono::duration_cast<seconds>(asked).count()));
  } else if (kind < 7) {
    const auto until = std::chrono::ceil<seconds>(after + seconds(5 + random_.below(900)));
    out.headers.emplace_back("Retry-After", http_date(until));
    asked = until - after;
  } else if (kind == 7) {
    out.headers.emplace_back("Retry-After", chance(0.5) ? "-1" : "soon");
  } else if (kind == 8) {
    out.headers.emplace_back("Retry-After", http_date(after - hours(1)));
  }
  return {took, std::move(out), after + asked};
}

std::optional<DaySites::Answer> DaySites::fault(const net::Url& url, const net::Request& request) {
  if (calm_) return std::nullopt;
  const double at = random_.unit();
  double sum = 0;
  const auto is = [&](double p, const char* name) {
    const bool now = at >= sum && at < sum + p;
    sum += p;
    if (now) {
      ++counts.faults;
      ++counts.by_fault[name];
    }
    return now;
  };
  net::Response out;
  out.final_url = url.text();
  out.headers.emplace_back("Date", http_date(std::chrono::floor<seconds>(world())));
  const auto soon = milliseconds(5 + random_.below(300));
  if (is(0.03, "no answer")) return Answer{seconds(45), failed(Errc::kTimeout, "timeout")};
  if (is(0.03, "reset")) return Answer{soon, failed(Errc::kUnavailable, "connection")};
  if (is(0.02, "no connection")) return Answer{seconds(3), failed(Errc::kUnavailable, "connect")};
  if (is(0.01, "name")) return Answer{seconds(5), failed(Errc::kUnavailable, "name")};
  if (is(0.01, "tls")) return Answer{soon, failed(Errc::kUnavailable, "tls")};
  if (is(0.01, "redirect loop")) return Answer{soon, failed(Errc::kLimit, "redirect_loop")};
  if (is(0.005, "redirects")) return Answer{soon, failed(Errc::kLimit, "too_many_redirects")};
  if (is(0.005, "header of 1 MB")) return Answer{soon, failed(Errc::kLimit, "header_too_large")};
  if (is(0.01, "not HTTP")) return Answer{soon, failed(Errc::kBadInput, "protocol")};
  if (request.decode && is(0.01, "broken gzip"))
    return Answer{soon, failed(Errc::kBadInput, "encoding")};
  if (is(0.03, "status 500")) {
    out.status = chance(0.5) ? 500 : 502;
    return Answer{soon, std::move(out)};
  }
  if (is(0.03, "slow down")) return patience(std::move(out));
  return std::nullopt;
}

DaySites::Answer DaySites::answer(const DaySite& site, Visits& visits, const net::Url& url,
                                  const net::Request& request) {
  const auto since = world() - start_;
  if (since >= site.down_from && since < site.down_to)
    return {seconds(3), failed(Errc::kUnavailable, "connect")};
  if (auto failing = fault(url, request)) return std::move(*failing);
  net::Response out;
  out.final_url = url.text();
  out.status = 200;
  out.headers.emplace_back("Date", http_date(std::chrono::floor<seconds>(world())));
  const auto soon = milliseconds(5 + random_.below(300));
  if (url.target() == "/robots.txt") {
    ++counts.robots;
    std::string text = "User-agent: *\nDisallow: /*/p/private/\n";
    const auto delay = std::chrono::duration_cast<seconds>(site.crawl_delay).count();
    if (delay > 0) text += "Crawl-delay: " + std::to_string(delay) + "\n";
    put(out, text);
    visits.robots_known = true;
    return {soon, std::move(out)};
  }
  if (url.target().ends_with("/list")) {
    ++counts.lists;
    return cut(list(site, std::move(out)));
  }
  ++counts.items;
  return cut(item(site, url, std::move(out)));
}

DaySites::Answer DaySites::cut(Answer whole) {
  if (calm_ || !whole.response || whole.response.value().status != 200 ||
      whole.response.value().cut != net::Cut::kNone)
    return whole;
  const double at = random_.unit();
  if (at >= 0.05) return whole;
  ++counts.faults;
  const bool drips = at < 0.01;
  ++counts.by_fault[drips       ? "slow loris"
                    : at < 0.03 ? "reset in the body"
                                : "lie about the length"];
  auto response = std::move(whole.response).value();
  response.body.resize(random_.below(response.body.size() + 1));
  const auto took = drips ? Duration(minutes(10)) : whole.took;
  if (response.body.empty())
    return {took, drips ? Result<net::Response>(failed(Errc::kTimeout, "timeout"))
                        : Result<net::Response>(failed(Errc::kUnavailable, "connection"))};
  response.cut = drips ? net::Cut::kTimeout : net::Cut::kConnection;
  return {took, std::move(response)};
}

DaySites::Answer DaySites::list(const DaySite& site, net::Response out) {
  const auto soon = milliseconds(5 + random_.below(300));
  const auto newest = published(site);
  const auto from = world() - start_ - site.shown;
  const auto oldest =
      std::max<std::int64_t>(1, from > Duration::zero() ? from / site.every + 1 : 1);
  std::string page = site.feed
                         ? "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>t</title>"
                         : "<html><body>\n";
  if (site.wrong_charset && !site.feed) page += "<p>" + std::string(kHiragana) + "</p>";
  std::map<std::string, std::uint64_t> seen;
  for (auto n = newest; n >= static_cast<std::uint64_t>(oldest); --n) {
    const auto number = std::to_string(n);
    const auto fate = this->fate(site, n);
    const bool changed =
        !site.feed && n % 5 == 0 &&
        world() - start_ >= static_cast<std::int64_t>(n) * site.every + Duration(kVersionAge);
    const std::uint64_t version = changed ? 2 : 1;
    if (site.feed) {
      std::string link =
          "/" + site.source + "/p/" + (fate == Fate::kPrivate ? "private/" : "") + number;
      if (fate == Fate::kForeign) link = "http://elsewhere.test" + link;
      page += "<item><title>n</title><link>" + link + "</link><guid isPermaLink=\"false\">" +
              number + "</guid></item>";
    } else {
      page +=
          "<a href=\"/" + site.source + "/p/" + number + "?v=" + std::to_string(version) + "\">\n";
    }
    seen[number] = version;
  }
  page += site.feed ? "</channel></rss>" : "</body></html>\n";
  if (site.wrong_charset) out.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  put(out, page);
  return {soon, std::move(out), {}, std::move(seen)};
}

DaySites::Answer DaySites::item(const DaySite& site, const net::Url& url, net::Response out) {
  const auto target = std::string(url.target());
  const auto number = std::stoull(target.substr(target.rfind('/') + 1));
  const auto soon = milliseconds(5 + random_.below(300));
  const bool changed =
      !site.feed && number % 5 == 0 &&
      world() - start_ >= static_cast<std::int64_t>(number) * site.every + Duration(kVersionAge);
  const auto text = body(site, number, changed ? 2 : 1);
  switch (fate(site, number)) {
    case Fate::kGone:
      out.status = number % 2 == 0 ? 404 : 410;
      return {soon, std::move(out)};
    case Fate::kError:
      out.status = 500;
      return {soon, std::move(out)};
    case Fate::kForbidden:
      out.status = 403;
      return {soon, std::move(out)};
    case Fate::kLoop:
      return {soon, failed(Errc::kLimit, "redirect_loop")};
    case Fate::kLoris:
      return {minutes(10), failed(Errc::kTimeout, "timeout")};
    case Fate::kLiar:
      put(out, std::string_view(text).substr(0, text.size() / 2));
      out.cut = net::Cut::kConnection;
      return {soon, std::move(out)};
    case Fate::kFine:
    case Fate::kPrivate:
    case Fate::kForeign:
      break;
  }
  put(out, text);
  return {soon, std::move(out)};
}

}  // namespace hitokoe::testing
