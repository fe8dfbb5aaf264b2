// The long part of a merge works on files that never change, in a folder of its own: it takes no
// lock that an addition waits for. Only the exchange of the manifest does.
#include <sys/resource.h>

#include <algorithm>

#include "hitokoe/matcher/matcher.h"
#include "matcher/index/known_keys.h"
#include "matcher/index/update.h"

namespace hitokoe::matcher {

namespace {

using identity::KeyKind;

// Whether this carrier is still what was merged, and may be.
bool is_as_it_was(const Manifest& now, const ManifestCarrier& carrier, const Segment& segment,
                  const identity::KeyStore& keys) {
  if (std::ranges::find(now.carriers, carrier) == now.carriers.end()) return false;
  for (const auto& s : now.snapshots) {
    const bool mine = s.controller == carrier.controller && s.epoch == carrier.epoch;
    if (mine && !alive(s, keys)) return false;
  }
  const auto key = known_key<16>(keys, KeyKind::kIndex, carrier.controller);
  return key && index_key_check(crypto::Aes128(key.value())) == segment.meta().key_check;
}

class BackgroundMerge {
 public:
  BackgroundMerge(const IndexFolder& folder, identity::KeyStore& keys, const MergeOptions& options)
      : folder_(folder), keys_(keys), options_(options) {}

  Result<Merged> run();

 private:
  struct Wanted {
    ManifestCarrier carrier;
    std::shared_ptr<const Segment> segment;
  };
  Result<std::vector<Wanted>> wanted() const;
  Result<bool> merge(const Wanted& one, const ProgressShare& share);
  void clean() const;

  const IndexFolder& folder_;
  identity::KeyStore& keys_;
  const MergeOptions& options_;
};

// What a merge that was cut short left.
void BackgroundMerge::clean() const {
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(folder_.merging(), error)) {
    std::error_code ignored;
    if (item.path().filename() != "lock") std::filesystem::remove_all(item.path(), ignored);
  }
}

Result<std::vector<BackgroundMerge::Wanted>> BackgroundMerge::wanted() const {
  std::vector<Wanted> out;
  auto manifest = folder_.read();
  if (!manifest && manifest.error().code == Errc::kNotFound) return out;
  TRY(const auto now, std::move(manifest));
  for (const auto& carrier : now.carriers) {
    if (carrier.layers.size() < 2) continue;
    auto opened = Segment::open(folder_.layers_of(carrier), Use::kMerge);
    // Gone since the manifest was read, or of another version: the next opening sees to it.
    if (!opened && opened.error().code != Errc::kCorrupt && opened.error().code != Errc::kIo) {
      continue;
    }
    TRY(auto segment, std::move(opened));
    if (!options_.all && !merge_due(*segment)) continue;
    if (is_as_it_was(now, carrier, *segment, keys_)) out.push_back({carrier, std::move(segment)});
  }
  return out;
}

Result<bool> BackgroundMerge::merge(const Wanted& one, const ProgressShare& share) {
  const CarrierId id{one.carrier.controller, one.carrier.epoch};
  LayerMerge merge;
  merge.all = one.segment;
  merge.stopping = options_.stopping;
  const auto made = folder_.merging() / carrier_folder(id, 0, 0);
  TRYV(merge_layers(merge, made, share));

  TRY(const auto lock, IndexLock::take(folder_));
  TRY(auto now, folder_.read());
  if (!is_as_it_was(now, one.carrier, *one.segment, keys_)) {
    clean();
    return false;
  }
  ++now.generation;
  const std::string name = carrier_folder(id, now.generation, 0);
  std::error_code error;
  std::filesystem::remove_all(folder_.carriers() / name, error);
  std::filesystem::rename(made, folder_.carriers() / name, error);
  if (error) {
    return fail(Errc::kIo, "cannot put a merged segment into its place: " + error.message(),
                "統合した区画を置けません: " + error.message());
  }
  std::ranges::find(now.carriers, one.carrier)->layers = {name};
  TRYV(folder_.write(now));
  folder_.sweep(now);
  return true;
}

Result<Merged> BackgroundMerge::run() {
  clean();
  TRY(const auto all, wanted());
  std::uint64_t keys = 0;
  for (const auto& one : all) keys += one.segment->meta().keys;
  // Told in bytes, of keys and postings.
  const ProgressShare share(options_.progress, keys * (sizeof(Block) + sizeof(Posting)));
  Merged out;
  std::uint64_t merged = 0;
  for (const auto& one : all) {
    const std::uint64_t from = merged;
    merged += one.segment->meta().keys;
    TRY(const bool done, merge(one, share.part(from, merged, keys)));
    (done ? out.carriers : out.left) += 1;
  }
  share.done();
  return out;
}

}  // namespace

Result<Merged> merge_index(const std::filesystem::path& data, identity::KeyStore& keys,
                           const MergeOptions& options) {
  // Of this thread alone, on Linux; threads that it starts take it over.
  if (options.give_way) ::setpriority(PRIO_PROCESS, 0, 19);
  const IndexFolder folder(data);
  TRYV(folder.make());
  TRY(const auto lock, IndexLock::take_merging(folder));
  return BackgroundMerge(folder, keys, options).run();
}

Result<std::vector<CarrierState>> index_carriers(const std::filesystem::path& data) {
  const IndexFolder folder(data);
  std::vector<CarrierState> out;
  auto manifest = folder.read();
  if (!manifest && manifest.error().code == Errc::kNotFound) return out;
  TRY(const auto now, std::move(manifest));
  for (const auto& carrier : now.carriers) {
    CarrierState state;
    state.controller = carrier.controller;
    state.epoch = carrier.epoch;
    for (const auto& layer : folder.layers_of(carrier)) {
      auto section = Section::open_whole(layer / "meta", SectionKind::kMeta);
      // Gone since the manifest was read, or to be made again.
      if (!section && section.error().code != Errc::kCorrupt) continue;
      TRY(const auto text, std::move(section));
      TRY(const auto meta, decode_meta({text->as<char>().data(), text->size()}));
      state.keys = meta.keys;
      state.subjects = meta.subjects;
      state.segment_keys.push_back(meta.layer_keys);
      state.merge_due = meta.hides;
      std::error_code error;
      for (const auto& file : std::filesystem::directory_iterator(layer, error)) {
        std::error_code unreadable;
        const auto size = file.file_size(unreadable);
        if (!unreadable) state.bytes += size;
      }
    }
    std::uint64_t above = 0;
    for (std::size_t i = 1; i < state.segment_keys.size(); ++i) above += state.segment_keys[i];
    state.merge_due = state.segment_keys.size() > 1 &&
                      (state.merge_due || merge_due(above, state.segment_keys.front()));
    out.push_back(std::move(state));
  }
  return out;
}

}  // namespace hitokoe::matcher
