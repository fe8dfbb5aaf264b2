// What a format of sources is: what to ask for, and how the answers are read.
//
// Pure: the source's configuration and what was remembered go in, requests and readings come out.
// Politeness, robots.txt, the guard, retries, the ledger and the captures are the engine's. An
// adapter holds no state; it is safe from any thread. Answers are outside text: any bytes, and no
// reading throws, hangs or grows beyond the source's limits.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/listing.h"
#include "hitokoe/crawler/source.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::crawler {

struct Ask {
  std::string url;
  net::Headers headers{};       // beside the source's own
  std::string etag{};           // If-None-Match
  std::string last_modified{};  // If-Modified-Since
  std::string refused{};        // why it must not be asked for, a stable name; empty: it may
  bool decode = true;           // false where byte positions count: no compression
};

// A status of 2xx; of items also 304 and, where a range was asked for, 416.
struct Answer {
  int status;
  const net::Headers& headers;
  ByteView body;
  net::Cut cut;           // the body is not whole
  const net::Url& url;    // where it came from in the end
  bool last_try = false;  // of an item: nobody asks for it again before it is shown anew

  bool is_cut() const { return cut != net::Cut::kNone; }
  // Another try may bring more. What our own cap cut is as long at every try.
  bool may_come_whole() const {
    return !last_try && (cut == net::Cut::kConnection || cut == net::Cut::kTimeout);
  }
};

// What an adapter knows of a list from one round to the next. `before` stays as it was for all
// pages of a round; `after` is kept once the round is over and nothing looked wrong.
struct ListMemory {
  std::string_view before;
  std::string after;
};

struct ItemReading {
  enum class What {
    kTaken,       // `pieces` are captures
    kNothingNew,  // it was read to its end before
    kAgain,       // ask again, at once, with the memory as it is now (once in an attempt)
    kMore,        // `pieces` are captures, and there is another page: ask with the memory as it is
                  // now, at most `max_pages` in an attempt, and then again after `schedule`
    kLater,       // not ready; after `wait`
    kGone,
    kRefused,  // not for us
    kBlind,    // no item, but a page that keeps us out
    kForeign,  // not of the media type that the source's items have: a dead link, or kBlind
  };
  What what = What::kTaken;
  std::vector<Piece> pieces;
  std::string memory;  // replaces the item's
  std::string reason;  // stable name, of kLater, kGone, kRefused, kBlind, kForeign; of
                       // kTaken a remark
  Duration wait{};
};

struct Linked {
  std::string key;
  std::string url;  // whole, with its fragment
};

class Adapter {
 public:
  virtual ~Adapter() = default;

  // Its least delay between two requests and least time from list to list, where the format's
  // owner asks for them; configuration may ask for more patience, not for less.
  virtual Duration least_delay() const { return {}; }
  virtual Duration least_schedule() const { return {}; }
  // Where items are beside the list's host.
  virtual std::vector<std::string> item_hosts() const { return {}; }
  // What is wrong with the source for this format; `line` is that of its url.
  virtual void check(const Source& source, int line, text::YamlProblems& problems) const;

  // False: the format has no list; items are what other sources' captures link to.
  virtual bool lists() const { return true; }
  virtual Ask ask_list(const Source& source, std::string_view memory) const;
  // One page of the list. kBadInput: not this format at all, with nothing to say why.
  virtual Result<Listing> read_list(const Source& source, const Answer& answer,
                                    ListMemory& memory) const = 0;

  // False: the format tells its items by what is in them, and `item: type` means nothing.
  virtual bool heeds_item_type() const { return true; }
  virtual Ask ask_item(const Source& source, const std::string& url, std::string_view memory) const;
  // The body as it came, unless the format says otherwise.
  virtual ItemReading read_item(const Source& source, const Answer& answer, const std::string& url,
                                std::string_view memory) const;

  // Where what was asked for by this memory is gone (404, 410): the memory to begin again with.
  // Nothing: the item itself is gone.
  virtual std::optional<std::string> memory_without_page(std::string_view memory) const;

  // The item of this source that a link elsewhere names, where it names one.
  virtual std::optional<Linked> linked(const Source& source, std::string_view link) const;
};

// Nothing where there is no such kind.
const Adapter* adapter_of(std::string_view kind);
// "list, feed, …", for whoever wrote another one.
std::string kinds_of_adapters();

}  // namespace hitokoe::crawler
