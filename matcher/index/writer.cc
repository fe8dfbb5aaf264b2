#include <algorithm>
#include <set>

#include "hitokoe/base/file.h"
#include "hitokoe/matcher/matcher.h"
#include "matcher/index/ingest.h"
#include "matcher/index/known_keys.h"
#include "matcher/index/manifest.h"
#include "matcher/index/update.h"

namespace hitokoe::matcher {

namespace {

class Writer final : public IndexWriter {
 public:
  Writer(IndexFolder folder, IndexLock lock, identity::KeyStore& keys,
         const registry::Registry& registry)
      : folder_(std::move(folder)), lock_(std::move(lock)), keys_(keys), registry_(registry) {}

  Result<void> settle();

  Result<Added> add(const std::filesystem::path& hkf) override {
    const std::array<std::filesystem::path, 1> one = {hkf};
    return std::move(add_all(one)[0]);
  }
  std::vector<Result<Added>> add_all(std::span<const std::filesystem::path> files) override;
  Result<void> drop(const std::string& snapshot) override;
  Result<std::vector<SnapshotEntry>> list() override;
  Result<void> verify() override;
  Result<void> rebuild() override;

 private:
  struct Staged {
    std::size_t file;
    Added added;
    Ingested ingested;
  };
  Result<OpenIndex> current();
  Result<void> stage(const Manifest& now, const std::filesystem::path& hkf, std::size_t number,
                     std::vector<Staged>& staged, std::vector<Result<Added>>& results);
  void commit(const OpenIndex& before, std::vector<Staged>& staged,
              std::vector<Result<Added>>& results);
  Result<void> verify_entries(const ManifestSnapshot& snapshot);
  Result<void> verify_filter(const OpenIndex& index);

  IndexFolder folder_;
  IndexLock lock_;
  identity::KeyStore& keys_;
  const registry::Registry& registry_;
  SystemRandom random_;
  std::size_t room_ = kMostHeld;  // for the records of the files that are staged
};

// What stands there, or an empty index before the first file.
Result<OpenIndex> Writer::current() {
  auto opened = open_index(folder_, keys_);
  if (!opened && opened.error().code == Errc::kNotFound) return OpenIndex{};
  return opened;
}

Result<void> Writer::settle() {
  auto manifest = folder_.read();
  if (!manifest) {
    if (manifest.error().code != Errc::kNotFound) return ok();  // told by the command itself
    folder_.sweep({});
    return ok();
  }
  folder_.sweep(manifest.value());
  // Keys were destroyed since: what they opened goes now.
  const auto& snapshots = manifest.value().snapshots;
  if (std::ranges::all_of(snapshots, [&](const auto& s) { return alive(s, keys_); })) return ok();
  TRY(const auto before, current());
  TRYV(apply(folder_, keys_, before, {}));
  return ok();
}

Result<void> Writer::stage(const Manifest& now, const std::filesystem::path& hkf,
                           std::size_t number, std::vector<Staged>& staged,
                           std::vector<Result<Added>>& results) {
  TRY(const auto header, identity::read_hkf_header(hkf));
  TRYV(check_header(header, registry_, keys_));
  Added added = Added::kNew;
  if (const auto* have = now.find(header.snapshot); have != nullptr) {
    added = Added::kReplaced;
    const auto number_text = std::to_string(header.sequence);
    const Words what{"snapshot " + header.snapshot + ": sequence " + number_text + " of the file ",
                     "断面 " + header.snapshot + ": ファイルの通番 " + number_text + " "};
    if (header.sequence < have->sequence) {
      return fail(
          Errc::kConflict,
          what +
              Words{"is older than " + std::to_string(have->sequence) + ", which is in the index",
                    "は、索引にある通番 " + std::to_string(have->sequence) + " より古いもの"});
    }
    if (header.sequence == have->sequence) {
      if (to_hex(header.body) != have->body) {
        return fail(Errc::kConflict, what + Words{"is in the index with other content",
                                                  "は、別の内容で索引にあります"});
      }
      // Verified all the same: an altered copy is no "same file".
      TRYV(identity::verify_hkf(hkf));
      results[number] = Added::kUnchanged;
      return ok();
    }
  }
  TRY(auto ingested,
      ingest(hkf, header, *registry_.snapshot(header.snapshot), folder_, keys_, random_, room_));
  staged.push_back({number, added, std::move(ingested)});
  return ok();
}

void Writer::commit(const OpenIndex& before, std::vector<Staged>& staged,
                    std::vector<Result<Added>>& results) {
  if (staged.empty()) return;
  Change change;
  for (auto& s : staged) change.added.push_back(std::move(s.ingested));
  const auto done = apply(folder_, keys_, before, std::move(change));
  for (const auto& s : staged) {
    if (done) {
      results[s.file] = s.added;
    } else {
      results[s.file] = done.error();
    }
  }
  staged.clear();
  room_ = kMostHeld;
}

std::vector<Result<IndexWriter::Added>> Writer::add_all(
    std::span<const std::filesystem::path> files) {
  std::vector<Result<Added>> results(files.size(), Result<Added>(Added::kUnchanged));
  std::vector<Staged> staged;
  std::set<std::string> in_hand;
  std::optional<OpenIndex> now;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto header = identity::read_hkf_header(files[i]);
    if (now && header && in_hand.contains(header.value().snapshot)) {
      // The second file of one snapshot is judged by the first.
      commit(*now, staged, results);
      in_hand.clear();
      now.reset();
    }
    if (!now) {
      auto opened = current();
      if (!opened) {
        for (std::size_t j = i; j < files.size(); ++j) {
          results[j] = opened.error();
        }
        return results;
      }
      now.emplace(std::move(opened.value()));
    }
    const auto done = stage(now->manifest, files[i], i, staged, results);
    if (!done) results[i] = done.error();
    if (header) in_hand.insert(header.value().snapshot);
  }
  if (now) commit(*now, staged, results);
  return results;
}

Result<void> Writer::drop(const std::string& snapshot) {
  TRY(const auto before, current());
  if (before.manifest.find(snapshot) == nullptr) {
    return fail(Errc::kNotFound, "snapshot " + snapshot + " is not in the index",
                "断面 " + snapshot + " は索引にありません");
  }
  Change change;
  change.removed.push_back(snapshot);
  TRYV(apply(folder_, keys_, before, std::move(change)));
  return ok();
}

Result<void> Writer::rebuild() {
  OpenIndex before;
  TRY(before.manifest, folder_.read());
  Change change;
  change.rebuild = true;
  TRYV(apply(folder_, keys_, before, std::move(change)));
  return ok();
}

Result<std::vector<SnapshotEntry>> Writer::list() {
  std::vector<SnapshotEntry> out;
  auto manifest = folder_.read();
  if (!manifest && manifest.error().code == Errc::kNotFound) return out;
  TRY(const auto now, std::move(manifest));
  for (const auto& s : now.snapshots) {
    SnapshotEntry e;
    e.snapshot = s.snapshot;
    e.party = s.party;
    e.controller = s.controller;
    e.delegation = s.delegation;
    e.own = s.own;
    e.sequence = s.sequence;
    e.records = s.records;
    e.unlinked = s.without_ref - std::min(s.without_ref, s.linked);
    e.linked = s.records - e.unlinked;
    e.keys = s.keys;
    e.as_of = s.as_of;
    e.rejected = s.rejected;
    const auto* ledger = registry_.snapshot(s.snapshot);
    e.ledger = ledger != nullptr ? ledger->records : 0;
    out.push_back(std::move(e));
  }
  return out;
}

Result<void> Writer::verify_entries(const ManifestSnapshot& s) {
  TRY(const auto key, known_key<32>(keys_, identity::KeyKind::kStore, s.snapshot));
  std::uint64_t records = 0;
  TRYV(read_entries(folder_.entries() / s.entries, s.snapshot, s.sequence, key,
                    [&](const EntryBatch& batch) -> Result<void> {
                      records += batch.size();
                      return ok();
                    }));
  if (records != s.records) {
    return fail(Errc::kCorrupt,
                "entries of snapshot " + s.snapshot + ": " + std::to_string(records) +
                    " records, " + std::to_string(s.records) + " expected",
                "断面 " + s.snapshot + " の記録ファイル: " + std::to_string(s.records) +
                    " 件のはずが " + std::to_string(records) + " 件");
  }
  return ok();
}

Result<void> Writer::verify_filter(const OpenIndex& index) {
  constexpr std::size_t kPiece = 4096;
  std::vector<Block> z;
  for (const auto& c : index.carriers) {
    const auto all = c.segment->keys();
    for (std::size_t at = 0; at < all.size(); at += kPiece) {
      const auto piece = all.subspan(at, std::min(kPiece, all.size() - at));
      z.resize(piece.size());
      c.k_idx->decrypt(piece, z);
      index.k_filter->encrypt(z, z);
      for (const auto& one : z) {
        if (index.filter == nullptr || !index.filter->may_have(key_item(one, 0))) {
          return fail(Errc::kCorrupt,
                      "index: the pre-filter misses a value of carrier " + c.id.controller,
                      "索引: 前置フィルタに通信会社 " + c.id.controller + " の値がありません");
        }
      }
    }
  }
  return ok();
}

Result<void> Writer::verify() {
  auto opened = open_index(folder_, keys_);
  if (!opened && opened.error().code == Errc::kNotFound) return ok();
  TRY(const auto index, std::move(opened));
  for (const auto& s : index.manifest.snapshots) {
    TRYV(verify_entries(s));
  }
  if (index.stale) {
    return fail(
        Errc::kCorrupt,
        "index: a cache is missing or its key changed; `hitokoe index rebuild` makes it",
        "索引: キャッシュがないか、その鍵が変わりました。`hitokoe index rebuild` で作り直せます");
  }
  for (const auto& c : index.carriers) {
    TRYV(c.segment->verify());
    for (const auto& s : c.segment->meta().snapshots) {
      if (s.snapshot.empty()) continue;
      const auto* named = index.manifest.find(s.snapshot);
      if (named == nullptr || named->sequence != s.sequence || named->records != s.records) {
        return fail(Errc::kCorrupt,
                    "index of carrier " + c.id.controller + ": snapshot " + s.snapshot +
                        " is not the manifest's",
                    "通信会社 " + c.id.controller + " の索引: 断面 " + s.snapshot +
                        " が目録のものではありません");
      }
    }
  }
  return verify_filter(index);
}

}  // namespace

Result<std::unique_ptr<IndexWriter>> IndexWriter::open(const std::filesystem::path& data,
                                                       identity::KeyStore& keys,
                                                       const registry::Registry& registry) {
  IndexFolder folder(data);
  TRYV(folder.make());
  TRY(auto lock, IndexLock::take(folder));
  auto writer = std::make_unique<Writer>(folder, std::move(lock), keys, registry);
  TRYV(writer->settle());
  return std::unique_ptr<IndexWriter>(std::move(writer));
}

}  // namespace hitokoe::matcher
