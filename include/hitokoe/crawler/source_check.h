// What sources would give (試行): one round of the crawler itself, with stores that forget.
//
// The requests are those of a real round: robots.txt, the guard, the proxy with circuits of its
// own, sign-ins, delays and retries within an attempt. A list is read, its second page only where
// the first shows no item (an index), and of its items the first; where that is gone, refused or
// given up, the next, at most kMostLooked. Of what they hold only measures are kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/async.h"
#include "hitokoe/base/log.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/tor_control.h"

namespace hitokoe::crawler {

// An answer, by its measures.
struct AnswerCheck {
  int status = 0;           // HTTP; 0: no answer
  std::uint64_t bytes = 0;  // of the body as it came
  std::string media_type;   // "text/html", as the server says; empty: it does not, or no such word
  std::string charset;      // as detected, an IANA name or "binary"; empty: no body
  std::string cut;          // "cap", "connection", "timeout"; empty: whole
};

struct ItemCheck {
  std::string url;         // without fragment; outside text: for the operator's eyes only
  bool with_list = false;  // it came with the list: `answer` is the list's
  AnswerCheck answer;
  std::uint64_t captures = 0;  // that a crawl would make of this answer
  std::uint64_t posts = 0;     // 0 also where the format knows no posts
  std::uint64_t lines = 0;     // of text that is no mark-up, blank ones not counted
  std::uint64_t links = 0;     // http and https, each once
  bool more = false;           // it goes on on another page, which was not asked for
  std::string trouble;         // why it would not be captured, a stable name; empty: it would
};

struct SourceCheck {
  static constexpr std::size_t kMostUrls = 5;
  static constexpr std::size_t kMostLooked = 3;

  std::string source;
  AnswerCheck list;
  std::uint64_t items = 0;
  std::uint64_t with_list = 0;          // of them, those whose text comes with the list
  std::uint64_t pages = 0;              // that the first page names
  bool lists = true;                    // false: only what is linked elsewhere is fetched
  std::uint64_t requests = 0;           // redirects and robots.txt not counted
  std::vector<std::string> first_urls;  // at most kMostUrls; outside text, as above
  std::vector<ItemCheck> looked;        // items that were asked for, or came with the list
  std::vector<std::string> warnings;    // stable names, as in CrawlWarning; "lists_nothing",
                                        // "foreign_host", "host_waits": no item was asked for,
                                        // because its host wants to be left alone for longer than
                                        // half a minute over the longest delay
};

struct CheckPorts {
  net::Fetcher& fetcher;
  const Clock& clock;
  Sleeper& sleeper;
  Random& random;
  net::CircuitRenewer* renewer = nullptr;  // null: `tor_control` of a source is not used
  // Only read: what comes of a sign-in is forgotten. Null: sources with a login are blind.
  SourceAccounts* accounts = nullptr;
};

struct CheckOptions {
  bool items = true;  // false: lists only
};

// Outlives the tasks in `group`; runs once.
class SourceChecker {
 public:
  SourceChecker(std::vector<Source> sources, CheckOptions options, CheckPorts ports,
                const Logger& log, TaskGroup& group);
  ~SourceChecker();
  SourceChecker(const SourceChecker&) = delete;
  SourceChecker& operator=(const SourceChecker&) = delete;

  // In the order of the sources. Errors: of `accounts`, kCancelled; a failing source is none.
  Task<Result<std::vector<SourceCheck>>> run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hitokoe::crawler
