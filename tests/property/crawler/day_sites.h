// Hundreds of sites for a day of crawling: they publish by the clock, change what they published,
// and fail by the seed in every way that a server or a line can. They keep the books against which
// the crawler's ledger is held, and note every rule that a visit breaks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/url.h"
#include "tests/property/crawler/virtual_time.h"

namespace hitokoe::testing {

struct DaySite {
  std::string
      source;        // id in the configuration; sites of one host have the same url up to the list
  std::string host;  // "h12.test"
  bool feed = false;
  bool wrong_charset = false;  // CP932 that calls itself UTF-8
  Duration every{};            // one item
  Duration shown{};            // so long in the list
  Duration delay{};            // what the crawler promised
  Duration schedule{};
  Duration crawl_delay{};           // in robots.txt; zero: none
  Duration down_from{}, down_to{};  // since the start: nobody answers
};

// What becomes of an item whenever it is asked for.
enum class Fate { kFine, kGone, kError, kLoop, kForbidden, kPrivate, kLoris, kLiar, kForeign };

class DaySites final : public net::Fetcher {
 public:
  struct Counts {
    std::uint64_t requests = 0, lists = 0, items = 0, robots = 0, faults = 0;
    std::map<std::string, std::uint64_t> by_fault;
  };

  DaySites(VirtualTime& time, std::uint64_t seed, std::size_t sources, Duration publishing);

  Task<Result<net::Response>> fetch(net::Request request) override;

  std::string yaml() const;  // of all sites
  const std::vector<DaySite>& sites() const { return sites_; }
  Fate fate(const DaySite& site, std::uint64_t number) const;
  std::string body(const DaySite& site, std::uint64_t number, std::uint64_t version) const;
  // How many items the site has published until now.
  std::uint64_t published(const DaySite& site) const;

  // The machine sleeps: the world goes on, the crawler's steady clock does not.
  void suspend(Duration d) { suspended_ += d; }
  Duration suspended() const { return suspended_; }
  // The longest that an answer asks to be left alone.
  static constexpr Duration kLongestAsked = std::chrono::minutes(16);
  UtcTime world() const { return time_.clock.now() + suspended_; }
  void calm_down() { calm_ = true; }  // no more faults that come and go
  // What is asked for while nothing can be written down is forgotten when the crawler dies.
  void forgetful(bool now) { forgetful_ = now; }
  // A new life of the crawler: it may not know robots.txt, all else still holds.
  void crawler_died();

  // source → item → the highest version that an answered, whole list showed.
  std::map<std::string, std::map<std::string, std::uint64_t>> shown;
  // source → item → how the last request for it ended ("", "timeout", "status_500", …).
  std::map<std::string, std::map<std::string, std::string>> last_answer;
  std::set<std::string> broken;  // promises
  Counts counts;
  std::uint64_t trace = 14695981039346656037ULL;    // FNV-1a over what happened when
  std::map<std::string, Duration> longest_silence;  // per source, from list to list
  std::map<std::string, Duration> longest_unread;   // the same, of lists that came whole

 private:
  struct Visits {
    int open = 0;
    bool robots_known = false;
    std::optional<UtcTime> ended;
    UtcTime leave_alone_until{};
    bool written_down = true;
  };

  bool chance(double p) { return random_.unit() < p; }
  void note(const std::string& what);
  // A list of the source now: how long since the one before, where that is the longest.
  void lengthen(std::map<std::string, Duration>& longest, std::map<std::string, UtcTime>& last,
                const std::string& source) const;
  void check_manners(const DaySite& site, Visits& visits, const net::Url& url);
  // How long it takes, and what comes of it. `site` may be any of the host for robots.txt.
  struct Answer {
    Duration took{};
    Result<net::Response> response;
    UtcTime leave_alone_until{};                  // that a Retry-After asked for
    std::map<std::string, std::uint64_t> seen{};  // that a whole list showed
  };
  Answer answer(const DaySite& site, Visits& visits, const net::Url& url,
                const net::Request& request);
  std::optional<Answer> fault(const net::Url& url, const net::Request& request);
  Answer patience(net::Response out);
  Answer list(const DaySite& site, net::Response out);
  Answer cut(Answer whole);  // the line breaks, the server lies about its length, or drips
  Answer item(const DaySite& site, const net::Url& url, net::Response out);
  const DaySite& site_of(const net::Request& request) const;

  VirtualTime& time_;
  std::uint64_t seed_;
  SeededRandom random_;
  UtcTime start_;
  Duration publishing_;
  Duration suspended_{};
  bool calm_ = false;
  bool forgetful_ = false;
  std::vector<DaySite> sites_;
  std::map<std::string, std::size_t> by_source_;
  std::map<std::string, Visits> visits_;
  std::map<std::string, UtcTime> last_list_, last_whole_list_;
};

}  // namespace hitokoe::testing
