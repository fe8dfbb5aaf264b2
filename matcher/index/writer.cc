#include <algorithm>
#include <set>
#include <utility>

#include "hitokoe/base/file.h"
#include "hitokoe/identity/canary_list.h"
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
         const registry::Registry& registry, Progress progress)
      : folder_(std::move(folder)),
        lock_(std::move(lock)),
        keys_(keys),
        registry_(registry),
        progress_(std::move(progress)) {}

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
  Result<void> verify_entries(const ManifestSnapshot& snapshot, const ProgressShare& share);
  Result<void> verify_filter(const OpenIndex& index, const ProgressShare& share);

  void plan(std::span<const std::filesystem::path> files);
  std::uint64_t entries_bytes(const Manifest& manifest) const;
  // The share of the next step of what `total_` plans, in its bytes.
  ProgressShare next(std::uint64_t bytes) {
    const std::uint64_t from = std::exchange(planned_, planned_ + bytes);
    return ProgressShare(progress_, total_).part(from, planned_, total_);
  }

  IndexFolder folder_;
  IndexLock lock_;
  identity::KeyStore& keys_;
  const registry::Registry& registry_;
  SystemRandom random_;
  std::size_t room_ = kMostHeld;  // for the records of the files that are staged

  Progress progress_;
  std::uint64_t total_ = 0, planned_ = 0;
  std::vector<std::uint64_t> sizes_;  // of the files of an addition
};

std::uint64_t bytes_of(const Segment& s) {
  return s.meta().subjects * sizeof(SubjectRow) +
         (s.keys_above() + s.layers().front()->keys()) * (sizeof(Block) + sizeof(Posting));
}

void Writer::plan(std::span<const std::filesystem::path> files) {
  sizes_.clear();
  total_ = planned_ = 0;
  for (const auto& file : files) {
    std::error_code unreadable;
    const auto size = std::filesystem::file_size(file, unreadable);
    sizes_.push_back(unreadable ? 0 : size);
    total_ += sizes_.back();
  }
}

std::uint64_t Writer::entries_bytes(const Manifest& manifest) const {
  std::uint64_t sum = 0;
  for (const auto& s : manifest.snapshots) {
    std::error_code unreadable;
    const auto size = std::filesystem::file_size(folder_.entries() / s.entries, unreadable);
    if (!unreadable) sum += size;
  }
  return sum;
}

// What stands there, or an empty index before the first file.
Result<OpenIndex> Writer::current() {
  auto opened = open_index(folder_, keys_, Use::kMerge);
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
  TRY(auto ingested, ingest(hkf, header, *ledger_entry(header.snapshot, registry_), folder_, keys_,
                            random_, room_, next(sizes_[number] / 2)));
  staged.push_back({number, added, std::move(ingested)});
  return ok();
}

void Writer::commit(const OpenIndex& before, std::vector<Staged>& staged,
                    std::vector<Result<Added>>& results) {
  if (staged.empty()) return;
  Change change;
  std::uint64_t bytes = 0;
  for (auto& s : staged) {
    bytes += sizes_[s.file] - sizes_[s.file] / 2;
    change.added.push_back(std::move(s.ingested));
  }
  const auto done = apply(folder_, keys_, before, std::move(change), next(bytes));
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
  plan(files);
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
  ProgressShare(progress_, total_).done();  // also where files were refused
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
  const ProgressShare share(progress_, entries_bytes(before.manifest));
  TRYV(apply(folder_, keys_, before, std::move(change), share));
  share.done();
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
    e.canaries = identity::canary_handover(s.snapshot).has_value();
    const auto* ledger = registry_.snapshot(s.snapshot);
    e.ledger = ledger != nullptr ? ledger->records : 0;
    out.push_back(std::move(e));
  }
  return out;
}

Result<void> Writer::verify_entries(const ManifestSnapshot& s, const ProgressShare& share) {
  TRY(const auto key, known_key<32>(keys_, identity::KeyKind::kStore, s.snapshot));
  std::uint64_t records = 0;
  TRYV(read_entries(folder_.entries() / s.entries, s.snapshot, s.sequence, key,
                    [&](const EntryBatch& batch) -> Result<void> {
                      share.at(records += batch.size(), s.records);
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

Result<void> Writer::verify_filter(const OpenIndex& index, const ProgressShare& share) {
  if (index.filter != nullptr) {
    TRYV(index.filter->verify());
  }
  if (index.carriers.size() < 2) return ok();
  constexpr std::size_t kPiece = 4096;
  std::vector<Block> z;
  std::uint64_t keys = 0;
  for (const auto& c : index.carriers) keys += c.segment->meta().keys;
  std::uint64_t told = 0;
  for (const auto& c : index.carriers) {
    for (KeyCursor at(*c.segment); at.more();) {
      z.clear();
      for (; at.more() && z.size() < kPiece; at.next()) {
        if (!at.postings().empty()) z.push_back(at.key());
      }
      share.at(told += z.size(), keys);
      c.k_idx->decrypt(z, z);
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
  auto opened = open_index(folder_, keys_, Use::kMerge);
  if (!opened && opened.error().code == Errc::kNotFound) return ok();
  TRY(const auto index, std::move(opened));
  const std::uint64_t entries = entries_bytes(index.manifest);
  std::uint64_t segments = 0;
  for (const auto& c : index.carriers) segments += bytes_of(*c.segment);
  total_ = entries + segments;  // of these half by itself, half against the pre-filter
  planned_ = 0;
  const auto at_rest = next(entries);
  std::uint64_t all = 0;
  for (const auto& s : index.manifest.snapshots) all += s.records;
  std::uint64_t records = 0;
  for (const auto& s : index.manifest.snapshots) {
    const std::uint64_t from = std::exchange(records, records + s.records);
    TRYV(verify_entries(s, at_rest.part(from, records, all)));
  }
  if (index.stale) {
    return fail(
        Errc::kCorrupt,
        "index: a cache is missing or its key changed; `hitokoe index rebuild` makes it",
        "索引: キャッシュがないか、その鍵が変わりました。`hitokoe index rebuild` で作り直せます");
  }
  for (const auto& c : index.carriers) {
    TRYV(c.segment->verify(next(bytes_of(*c.segment) / 2)));
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
  TRYV(verify_filter(index, next(segments - segments / 2)));
  ProgressShare(progress_, total_).done();
  return ok();
}

}  // namespace

Result<std::unique_ptr<IndexWriter>> IndexWriter::open(const std::filesystem::path& data,
                                                       identity::KeyStore& keys,
                                                       const registry::Registry& registry,
                                                       Progress progress) {
  IndexFolder folder(data);
  TRYV(folder.make());
  TRY(auto lock, IndexLock::take(folder));
  auto writer =
      std::make_unique<Writer>(folder, std::move(lock), keys, registry, std::move(progress));
  TRYV(writer->settle());
  return std::unique_ptr<IndexWriter>(std::move(writer));
}

}  // namespace hitokoe::matcher
