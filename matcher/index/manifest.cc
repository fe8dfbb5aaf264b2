#include "matcher/index/manifest.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <set>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kFormat = 2;
constexpr std::uint64_t kOneLayer = 1;  // of an earlier release: a carrier is one folder
constexpr std::uint64_t kMostManifest = 1ULL << 30;

std::string sum_of(std::string_view text) {
  const std::uint64_t sum = XXH3_64bits(text.data(), text.size());
  Bytes bytes;
  put_u64(bytes, sum);
  return to_hex(bytes);
}

ManifestSnapshot read_snapshot(const json::object& o) {
  const auto number = [&](std::string_view key) { return o.at(key).to_number<std::uint64_t>(); };
  const auto text = [&](std::string_view key) { return std::string(o.at(key).as_string()); };
  ManifestSnapshot s;
  s.snapshot = text("snapshot");
  s.party = text("party");
  s.controller = text("controller");
  s.delegation = text("delegation");
  s.own = o.at("own").as_bool();
  s.sequence = number("sequence");
  s.epoch = o.at("epoch").to_number<std::uint32_t>();
  s.as_of = JstDay(std::chrono::days(o.at("as_of").to_number<int>()));
  for (const auto& c : o.at("columns").as_array()) {
    s.columns.push_back(static_cast<identity::FieldId>(c.to_number<std::uint8_t>()));
  }
  s.records = number("records");
  s.rejected = number("rejected");
  s.without_ref = number("without_ref");
  s.linked = number("linked");
  s.keys = number("keys");
  s.body = text("body");
  s.entries = text("entries");
  return s;
}

}  // namespace

const ManifestSnapshot* Manifest::find(std::string_view snapshot) const {
  const auto at = std::ranges::find(snapshots, snapshot, &ManifestSnapshot::snapshot);
  return at == snapshots.end() ? nullptr : &*at;
}

std::string encode_manifest(const Manifest& manifest) {
  json::array snapshots;
  for (const auto& s : manifest.snapshots) {
    json::array columns;
    for (auto c : s.columns) columns.push_back(static_cast<unsigned>(c));
    snapshots.push_back({{"snapshot", s.snapshot},
                         {"party", s.party},
                         {"controller", s.controller},
                         {"delegation", s.delegation},
                         {"own", s.own},
                         {"sequence", s.sequence},
                         {"epoch", s.epoch},
                         {"as_of", s.as_of.time_since_epoch().count()},
                         {"columns", columns},
                         {"records", s.records},
                         {"rejected", s.rejected},
                         {"without_ref", s.without_ref},
                         {"linked", s.linked},
                         {"keys", s.keys},
                         {"body", s.body},
                         {"entries", s.entries}});
  }
  json::array carriers;
  for (const auto& c : manifest.carriers) {
    const json::array layers(c.layers.begin(), c.layers.end());
    carriers.push_back({{"controller", c.controller}, {"epoch", c.epoch}, {"layers", layers}});
  }
  std::string text = json::serialize(json::object{{"format", kFormat},
                                                  {"generation", manifest.generation},
                                                  {"snapshots", snapshots},
                                                  {"carriers", carriers},
                                                  {"filter", manifest.filter},
                                                  {"filter_since", manifest.filter_since}});
  text += '\n';
  text += sum_of(text) + '\n';
  return text;
}

Result<Manifest> decode_manifest(std::string_view text) {
  const auto broken = [] {
    return fail(Errc::kCorrupt, "index file manifest: its sum does not hold",
                "索引の目録: 検査値が合いません");
  };
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return broken();
  const std::string_view body = text.substr(0, end + 1);
  if (text.substr(end + 1) != sum_of(body) + "\n") return broken();
  try {
    const auto root = json::parse(body.substr(0, end)).as_object();
    const auto format = root.at("format").to_number<std::uint64_t>();
    if (format != kFormat && format != kOneLayer) {
      return fail(Errc::kUnsupported, "index file manifest: made by another version",
                  "索引の目録: 別の版で作られています");
    }
    Manifest manifest;
    manifest.generation = root.at("generation").to_number<std::uint64_t>();
    for (const auto& s : root.at("snapshots").as_array()) {
      manifest.snapshots.push_back(read_snapshot(s.as_object()));
    }
    for (const auto& value : root.at("carriers").as_array()) {
      const auto& c = value.as_object();
      ManifestCarrier carrier{std::string(c.at("controller").as_string()),
                              c.at("epoch").to_number<std::uint32_t>(),
                              {}};
      if (format == kOneLayer) {
        carrier.layers.emplace_back(c.at("dir").as_string());
      } else {
        for (const auto& l : c.at("layers").as_array()) carrier.layers.emplace_back(l.as_string());
      }
      manifest.carriers.push_back(std::move(carrier));
    }
    manifest.filter = root.at("filter").as_string();
    if (format != kOneLayer) manifest.filter_since = root.at("filter_since").as_string();
    return manifest;
  } catch (const std::exception&) {
    return fail(Errc::kCorrupt, "index file manifest: it breaks its format",
                "索引の目録: 形式が崩れています");
  }
}

Result<void> IndexFolder::make() const {
  TRYV(make_private_dir(root_));
  TRYV(make_private_dir(entries()));
  TRYV(make_private_dir(carriers()));
  TRYV(make_private_dir(merging()));
  return make_private_dir(temporary());
}

Result<Manifest> IndexFolder::read() const {
  auto bytes = read_file(root_ / "manifest", kMostManifest);
  if (!bytes && bytes.error().code == Errc::kNotFound) {
    return fail(Errc::kNotFound, "the index is empty: nothing was added yet",
                "索引が空です: まだ何も登録されていません");
  }
  TRY(const auto content, std::move(bytes));
  return decode_manifest(as_text(content));
}

namespace {

// The names in a folder survive a power cut only when the folder itself is synced.
Result<void> sync_folder(const std::filesystem::path& dir) {
  const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!done)
    return fail(Errc::kIo, "cannot sync the index folder " + shown(dir),
                "索引のフォルダ " + shown(dir) + " を同期できません");
  return ok();
}

}  // namespace

Result<void> IndexFolder::write(const Manifest& manifest) const {
  for (const auto& c : manifest.carriers) {
    for (const auto& layer : c.layers) {
      TRYV(sync_folder(carriers() / layer));
    }
  }
  TRYV(sync_folder(carriers()));
  TRYV(sync_folder(entries()));
  return write_file_durably(root_ / "manifest", as_bytes(encode_manifest(manifest)));
}

void IndexFolder::sweep(const Manifest& manifest) const {
  std::set<std::string> kept;
  for (const auto& s : manifest.snapshots) kept.insert(s.entries);
  for (const auto& c : manifest.carriers) kept.insert(c.layers.begin(), c.layers.end());
  const auto clean = [&](const std::filesystem::path& dir, const auto& keep) {
    std::error_code error;
    for (const auto& item : std::filesystem::directory_iterator(dir, error)) {
      // What cannot be removed now is tried again at the next change.
      std::error_code ignored;
      if (!keep(item.path().filename().string())) {
        std::filesystem::remove_all(item.path(), ignored);
      }
    }
  };
  const auto named = [&](const std::string& name) { return kept.contains(name); };
  clean(entries(), named);
  clean(carriers(), named);
  clean(temporary(), [](const std::string&) { return false; });
  clean(root_, [&](const std::string& name) {
    return name == manifest.filter || name == manifest.filter_since || !name.starts_with("filter-");
  });
}

std::vector<std::filesystem::path> IndexFolder::layers_of(const ManifestCarrier& carrier) const {
  std::vector<std::filesystem::path> out;
  out.reserve(carrier.layers.size());
  for (const auto& layer : carrier.layers) out.push_back(carriers() / layer);
  return out;
}

namespace {

Result<int> open_lock(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(Errc::kIo,
                Words{"cannot open the lock of the index: ", "索引のロックを開けません: "} +
                    std::string_view(std::strerror(errno)));
  }
  return fd;
}

}  // namespace

Result<IndexLock> IndexLock::take(const IndexFolder& folder) {
  TRY(const int fd, open_lock(folder.root() / "lock"));
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    ::close(fd);
    return fail(Errc::kIo, "cannot lock the index", "索引をロックできません");
  }
  return IndexLock(fd);
}

Result<IndexLock> IndexLock::take_merging(const IndexFolder& folder) {
  TRY(const int fd, open_lock(folder.merging() / "lock"));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return fail(Errc::kUnavailable, "another process merges the index already",
                "別の処理が索引を統合しています");
  }
  return IndexLock(fd);
}

IndexLock::~IndexLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace hitokoe::matcher
