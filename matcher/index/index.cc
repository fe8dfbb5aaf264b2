#include "matcher/index/index.h"

#include <algorithm>
#include <functional>
#include <set>

#include "hitokoe/base/crypto/digest.h"
#include "matcher/index/known_keys.h"

namespace hitokoe::matcher {

Result<std::shared_ptr<const IndexImpl>> IndexImpl::make(OpenIndex opened,
                                                         identity::KeyStore& keys) {
  auto index = std::make_shared<IndexImpl>();
  std::set<std::uint32_t, std::greater<>> epochs;
  for (const auto& c : opened.carriers) epochs.insert(c.id.epoch);
  for (const auto epoch : epochs) {
    TRY(const auto g, known_key<32>(keys, identity::KeyKind::kEpoch, std::to_string(epoch)));
    index->epochs_.emplace_back(epoch, g);
  }
  index->opened_ = std::move(opened);
  return std::shared_ptr<const IndexImpl>(std::move(index));
}

Result<void> IndexImpl::sound() const {
  for (const auto& c : opened_.carriers) {
    TRYV(c.segment->sound());
  }
  return opened_.filter != nullptr ? opened_.filter->sound() : Result<void>(ok());
}

std::shared_ptr<const Index> Index::empty() { return std::make_shared<IndexImpl>(); }

Result<std::uint64_t> Index::generation_in(const std::filesystem::path& data) {
  TRY(const auto manifest, IndexFolder(data).read());
  return manifest.generation;
}

Result<std::shared_ptr<const Index>> Index::open(const std::filesystem::path& data,
                                                 identity::KeyStore& keys) {
  const IndexFolder folder(data);
  auto opened = open_index(folder, keys);
  if (opened && opened.value().stale) {
    // A change that ended just now looks stale too: its old files are gone. Under the lock the
    // state is settled, and what is stale then has to be made again.
    TRY(const auto lock, IndexLock::take(folder));
    opened = open_index(folder, keys);
    if (opened && opened.value().stale) {
      TRYV(apply(folder, keys, opened.value(), {}));
      opened = open_index(folder, keys);
    }
  }
  TRY(auto index, std::move(opened));
  if (index.stale)
    return fail(Errc::kInternal, "the index cannot be made again", "索引を作り直せません");
  TRY(auto made, IndexImpl::make(std::move(index), keys));
  return std::shared_ptr<const Index>(std::move(made));
}

std::uint64_t IndexImpl::content() const {
  const auto& snapshots = opened_.manifest.snapshots;
  if (snapshots.empty()) return 0;
  crypto::Sha256 hash;
  for (const auto& s : snapshots) {
    Bytes one;
    put_string(one, s.snapshot);
    put_u64(one, s.sequence);
    put_string(one, s.body);
    hash.update(one);
  }
  std::uint64_t value = 0;
  const auto digest = hash.finish();
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | digest[i];
  return (value & ~(std::uint64_t{1} << 63)) | 1U;  // the numbers of databases are signed
}

}  // namespace hitokoe::matcher
