#include "matcher/contribution/names.h"

#include <xxhash.h>

namespace hitokoe::matcher {

namespace {

std::vector<std::uint64_t> of_sets(const std::vector<std::vector<std::uint32_t>>& sets,
                                   const std::vector<std::string>& items) {
  std::vector<std::uint64_t> named;
  named.reserve(items.size());
  for (const auto& item : items) named.push_back(name_of(item));
  std::vector<std::uint64_t> out;
  for (const auto& set : sets) {
    std::uint64_t sum = 0;
    for (const auto item : set) sum += named[item];
    out.push_back(sum);
  }
  return out;
}

}  // namespace

std::uint64_t name_of(std::string_view item) { return XXH3_64bits(item.data(), item.size()); }

std::uint64_t PartName::get() const {
  return XXH3_64bits(words_.data(), words_.size() * sizeof words_[0]);
}

KindNames::KindNames(const MadeContribution& made)
    : sets_(of_sets(made.sets, made.snapshots)), known_(of_sets(made.known, made.incidents)) {
  for (const auto& [controller, epoch] : made.carriers) {
    carriers_.push_back(carrier_name(controller, epoch));
  }
}

std::uint64_t KindNames::of(const MadeKind& kind) const {
  std::uint64_t sum = 0;
  for (const auto& part : kind.parts) {
    PartName name(carriers_[part.carrier], sets_[part.set], known_[part.known]);
    for (const auto& value : part.values) name.value(value.field, sets_[value.set]);
    sum += name.get();
  }
  return sum;
}

}  // namespace hitokoe::matcher
