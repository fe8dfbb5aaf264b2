// Any page with links, by the source's own pattern.
#include "crawler/adapters/adapter.h"
#include "crawler/adapters/table.h"

namespace hitokoe::crawler {

namespace {

class List final : public Adapter {
 public:
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& /*memory*/) const override {
    return read_page(source, answer.url, answer.body, answer.is_cut());
  }
};

}  // namespace

const Adapter& list_adapter() {
  static const List adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
