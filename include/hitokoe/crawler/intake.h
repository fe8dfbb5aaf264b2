// What is handed in (持ち込み): files that others push, by HTTP or into a folder. Each becomes a
// capture and is matched like one that was fetched.
//
// The item's key is the SHA-256 of its bytes: the same bytes from the same feed are one capture,
// whatever their name and however often they come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/metrics.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/work_queue.h"

namespace hitokoe::crawler {

// "intake", or "intake-FEED": the source of such captures.
std::string intake_source(std::string_view feed);
// 1 to 32 of a-z 0-9 '-', not '-' first; empty is allowed.
bool is_feed_name(std::string_view feed);

struct HandedIn {
  std::string feed;          // see is_feed_name
  std::string name;          // a file's name, or what the feeder calls it; outside text, any length
  std::string url;           // where the feeder had it from; outside text, may be empty
  std::string content_type;  // may be empty
};

struct Taken {
  std::string capture;  // id
  std::string sha256;   // hex, of the bytes
  std::uint64_t bytes = 0;
  bool known = false;  // it was here before
};

// Thread-safe where its ports are.
class Intake {
 public:
  struct Parts {
    CaptureStore& captures;
    WorkQueue& queue;
    const Clock& clock;
    MetricsRegistry& metrics;
  };
  explicit Intake(Parts parts);

  // Durable and queued when it returns; again changes nothing. kBadInput: no name of a feed; else
  // of the stores.
  Result<Taken> take(const HandedIn& what, ByteView body);

 private:
  Parts p_;
  Counter& captures_;
  Counter& known_;
  Counter& bytes_;
};

// One item of an AIL feeder (pyail): {"source","source-uuid","default-encoding","data",
// "data-sha256","meta"}, data being Base64 of gzip.
struct AilItem {
  HandedIn what;  // feed "ail-SOURCE"; url: meta's "url" or "link"
  Bytes body;
};
// kBadInput: no such JSON, data that do not unpack, or are not what data-sha256 says; kLimit: the
// data are longer than `most`. Texts repeat nothing of the input. Memory: a few times the input,
// and `most`.
Result<AilItem> read_ail_item(ByteView json, std::uint64_t most);

}  // namespace hitokoe::crawler
