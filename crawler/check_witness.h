// Looks over an adapter's shoulder while a source is checked: what it read, by its measures, and no
// more of it than a check wants.
#pragma once

#include <string>

#include "crawler/adapters/adapter.h"
#include "hitokoe/crawler/source_check.h"

namespace hitokoe::crawler {

struct CheckNotes {
  SourceCheck check;
  ItemCheck now;  // the item whose attempt is on its way
};

class CheckWitness final : public Adapter {
 public:
  // Both outlive it. `items` false: of a list no item is let through.
  CheckWitness(const Adapter& adapter, bool items, CheckNotes& notes)
      : adapter_(adapter), items_(items), notes_(notes) {}

  Duration least_delay() const override { return adapter_.least_delay(); }
  Duration least_schedule() const override { return adapter_.least_schedule(); }
  std::vector<std::string> item_hosts() const override { return adapter_.item_hosts(); }
  void check(const Source& source, int line, text::YamlProblems& problems) const override {
    adapter_.check(source, line, problems);
  }
  bool lists() const override { return adapter_.lists(); }
  Ask ask_list(const Source& source, std::string_view memory) const override {
    return adapter_.ask_list(source, memory);
  }
  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override;
  bool heeds_item_type() const override { return adapter_.heeds_item_type(); }
  Ask ask_item(const Source& source, const std::string& url,
               std::string_view memory) const override {
    return adapter_.ask_item(source, url, memory);
  }
  ItemReading read_item(const Source& source, const Answer& answer, const std::string& url,
                        std::string_view memory) const override;
  std::optional<std::string> memory_without_page(std::string_view memory) const override {
    return adapter_.memory_without_page(memory);
  }
  std::optional<Linked> linked(const Source& source, std::string_view link) const override {
    return adapter_.linked(source, link);
  }

 private:
  const Adapter& adapter_;
  bool items_;
  CheckNotes& notes_;
};

}  // namespace hitokoe::crawler
