// A carrier of numbers: who holds which customers with which values, without keys and files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "matcher/attribute/attribution.h"
#include "tests/unit/matcher/world.h"

namespace hitokoe::matcher::test {

class MadeCarrier {
 public:
  explicit MadeCarrier(std::string controller) : controller_(std::move(controller)) {}

  // `version(subject)` is the version of the telephone that the snapshot has.
  void snapshot(
      const std::string& id, const std::string& party, bool own, int day,
      const std::vector<int>& subjects,
      const std::function<int(int)>& version = [](int) { return 0; },
      std::vector<FieldId> columns = {FieldId::kRef, FieldId::kName, FieldId::kPhone});
  // After the last snapshot. `order`: the snapshots in another order of ordinals.
  void build(const std::filesystem::path& dir, const std::vector<std::size_t>& order = {});
  CarrierView view() const { return {controller_, snapshots_, classes_.get()}; }
  SegmentSnapshot& of(const std::string& id);
  int population() const { return static_cast<int>(held_.size()); }

  // A row that shows this customer with its name, number and this version of the telephone.
  RowPart row(std::uint32_t carrier, int subject, int version = 0,
              const std::vector<FieldId>& fields = {FieldId::kRef, FieldId::kName,
                                                    FieldId::kPhone}) const;

 private:
  struct Holding {
    std::size_t snapshot;
    int version;
  };
  std::string controller_;
  std::vector<SegmentSnapshot> made_, snapshots_;
  std::map<int, std::vector<Holding>> held_;
  std::vector<std::size_t> position_;  // made → ordinal
  std::unique_ptr<ClassTable> classes_;
  std::map<std::vector<Ordinal>, Klass> numbers_;
};

std::vector<int> numbers(int from, int to, int step = 1);

}  // namespace hitokoe::matcher::test
