#include "matcher/attribute/leak.h"

#include <xxhash.h>

#include <algorithm>

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kFirstTable = 1024;
constexpr std::size_t kFirstMemory = 64U << 10;

template <class Part>
bool same(std::span<const KeptPart> kept, std::span<const Part> parts) {
  return std::ranges::equal(kept, parts, [](const KeptPart& a, const Part& b) {
    return a.carrier == b.carrier && a.subject == b.subject && a.known == b.known &&
           std::ranges::equal(a.values, b.values);
  });
}

}  // namespace

Leak::Leak()
    : memory_(std::make_unique<std::pmr::monotonic_buffer_resource>(kFirstMemory)),
      table_(kFirstTable, 0) {}

template <class Part>
RowType Leak::keep(std::span<const Part> parts) {
  std::pmr::polymorphic_allocator<> allocator(memory_.get());
  auto* kept = allocator.allocate_object<KeptPart>(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto* values = allocator.allocate_object<AgreedValue>(parts[i].values.size());
    std::ranges::uninitialized_copy(parts[i].values, std::span(values, parts[i].values.size()));
    std::construct_at(
        kept + i,
        KeptPart{
            parts[i].carrier, parts[i].subject, {values, parts[i].values.size()}, parts[i].known});
  }
  return {{kept, parts.size()}, 0, kNoRow};
}

void Leak::grow() {
  table_.assign(table_.size() * 2, 0);
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    std::size_t slot = hashes_[i] & (table_.size() - 1);
    while (table_[slot] != 0) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

template <class Part>
RowType& Leak::type_of(std::span<const Part> parts) {
  words_.clear();
  for (const auto& part : parts) {
    words_.push_back(part.carrier);
    words_.push_back(part.subject);
    words_.push_back(part.known);
    words_.push_back(static_cast<std::uint32_t>(part.values.size()));
    for (const auto& v : part.values) {
      words_.push_back(static_cast<std::uint32_t>(v.field));
      words_.push_back(v.klass);
    }
  }
  const std::uint64_t hash = XXH3_64bits(words_.data(), words_.size() * sizeof words_[0]);
  std::size_t slot = hash & (table_.size() - 1);
  for (; table_[slot] != 0; slot = (slot + 1) & (table_.size() - 1)) {
    const std::size_t type = table_[slot] - 1;
    if (hashes_[type] == hash && same(types_[type].parts, parts)) return types_[type];
  }
  types_.push_back(keep(parts));
  hashes_.push_back(hash);
  table_[slot] = static_cast<std::uint32_t>(types_.size());
  if (types_.size() * 2 > table_.size()) grow();
  return types_.back();
}

void Leak::add(std::span<const RowPart> parts, std::uint64_t rows, std::uint64_t first) {
  RowType& type = type_of(parts);
  type.rows += rows;
  type.first_row = std::min(type.first_row, first);
  rows_ += rows;
}

void Leak::add(const Leak& other) {
  for (const auto& type : other.types_) {
    RowType& mine = type_of(type.parts);
    mine.rows += type.rows;
    mine.first_row = std::min(mine.first_row, type.first_row);
  }
  rows_ += other.rows_;
}

}  // namespace hitokoe::matcher
