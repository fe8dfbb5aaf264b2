// RSS 0.9 to 2.0 and Atom.
#include "crawler/feed.h"

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

class Feed final : public Adapter {
 public:
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& /*memory*/) const override {
    // More than are taken, so that a feed that is too long is known as such.
    TRY(auto entries, parse_feed(answer.body, std::size_t{source.max_items} * 2 + 16));
    leave_the_last(entries, answer.is_cut());
    return read_entries(source, answer.url, entries);
  }
};

}  // namespace

const Adapter& feed_adapter() {
  static const Feed adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
