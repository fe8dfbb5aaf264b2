#include "matcher/index/file_order.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "matcher/index/entries.h"
#include "matcher/index/known_keys.h"

namespace hitokoe::matcher {

Result<std::vector<std::uint32_t>> file_order(const IndexImpl& index, identity::KeyStore& keys,
                                              const std::string& snapshot,
                                              std::span<const identity::Fingerprint> customers) {
  constexpr auto kAbsent = std::numeric_limits<std::uint32_t>::max();
  const auto* entry = index.manifest().find(snapshot);
  if (entry == nullptr || !index.folder()) {
    return fail(Errc::kNotFound, "snapshot " + snapshot + " is not in the index",
                "断面 " + snapshot + " は索引にありません");
  }
  std::vector<std::pair<identity::Fingerprint, std::uint32_t>> wanted;
  wanted.reserve(customers.size());
  for (std::uint32_t i = 0; i < customers.size(); ++i) wanted.emplace_back(customers[i], i);
  std::ranges::sort(wanted);
  std::vector<std::uint32_t> rank(customers.size(), kAbsent);
  TRY(const auto key, known_key<32>(keys, identity::KeyKind::kStore, snapshot));
  TRYV(read_entries(index.folder()->entries() / entry->entries, snapshot, entry->sequence, key,
                    [&](const EntryBatch& batch) -> Result<void> {
                      for (std::size_t i = 0; i < batch.size(); ++i) {
                        if (batch.has_ref[i] == 0) continue;
                        const std::pair at(batch.y_ref[i], std::uint32_t{0});
                        for (auto it = std::ranges::lower_bound(wanted, at);
                             it != wanted.end() && it->first == batch.y_ref[i]; ++it) {
                          rank[it->second] = std::min(rank[it->second], batch.order[i]);
                        }
                      }
                      return ok();
                    }));
  std::erase(rank, kAbsent);
  return rank;
}

}  // namespace hitokoe::matcher
