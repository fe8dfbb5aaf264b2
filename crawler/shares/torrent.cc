// Torrent files: BEP 3 (SHA-1 of the map "info"), BEP 52 (SHA-256 of it), and both in one.
#include <algorithm>

#include "crawler/shares/bencode.h"
#include "crawler/shares/names.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/sha1.h"
#include "hitokoe/crawler/file_shares.h"

namespace hitokoe::crawler {

namespace {

using Kind = Bencoded::Kind;

constexpr std::size_t kDeepestFolder = 32;

class TorrentReader {
 public:
  TorrentReader(const Bencoded& root, const Bencoded& info) : root_(root), info_(info) {
    if (const auto* named = root.at("encoding", Kind::kText)) charset_ = named->text;
  }

  Result<FileShare> read(ByteView file) {
    out_.kind = ShareKind::kTorrent;
    const auto bytes = file.subspan(info_.begin, info_.end - info_.begin);
    const auto* version = info_.at("meta version", Kind::kInteger);
    const bool second = version != nullptr && version->integer == 2;
    const bool first = info_.at("pieces", Kind::kText) != nullptr;
    if (!first && !second) return outcome::failure(no_torrent());
    if (second) out_.key = "btmh:" + crypto::sha256_hex(bytes);
    if (first) {
      out_.other_key = out_.key;
      out_.key = "btih:" + to_hex(crypto::sha1(bytes));
    }
    add_once(out_.names, text_of(info_, "name"), FileShare::kMostNames);
    if (const auto* tree = second ? info_.at("file tree", Kind::kMap) : nullptr) {
      read_tree(*tree, "", 0);
    } else {
      read_list();
    }
    out_.size = size_;
    read_rest();
    return out_;
  }

  static Error no_torrent() {
    return {Errc::kBadInput, "a torrent file has the map \"info\" with \"pieces\" or \"file tree\"",
            "torrent ファイルには info（pieces または file tree）が必要"};
  }

 private:
  std::string text_of(const Bencoded& map, std::string_view key) const {
    if (const auto* utf8 = map.at(std::string(key) + ".utf-8", Kind::kText))
      return share_text(utf8->text, "UTF-8");
    const auto* plain = map.at(key, Kind::kText);
    return plain == nullptr ? std::string() : share_text(plain->text, charset_);
  }

  void add_file(std::string name, std::int64_t length) {
    const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(length, 0));
    size_ = size_ > UINT64_MAX - size ? UINT64_MAX : size_ + size;
    ++out_.file_count;
    if (out_.files.size() < FileShare::kMostFiles) out_.files.push_back({std::move(name), size});
  }

  void read_list() {
    if (const auto* length = info_.at("length", Kind::kInteger)) {
      add_file(out_.names.empty() ? std::string() : out_.names.front(), length->integer);
      return;
    }
    const auto* files = info_.at("files", Kind::kList);
    if (files == nullptr) return;
    for (const auto& file : files->list) {
      const auto* length = file.at("length", Kind::kInteger);
      if (length == nullptr) continue;
      const auto* attributes = file.at("attr", Kind::kText);
      if (attributes != nullptr && attributes->text.find('p') != std::string_view::npos)
        continue;  // padding (BEP 47)
      add_file(path_of(file), length->integer);
    }
  }

  std::string path_of(const Bencoded& file) const {
    const auto* utf8 = file.at("path.utf-8", Kind::kList);
    const auto* path = utf8 != nullptr ? utf8 : file.at("path", Kind::kList);
    std::string bytes;
    if (path == nullptr) return bytes;
    for (std::size_t i = 0; i < std::min(path->list.size(), kDeepestFolder); ++i) {
      if (path->list[i].kind != Kind::kText) continue;
      if (!bytes.empty()) bytes += '/';
      bytes += path->list[i].text.substr(0, 1000);
    }
    return share_text(bytes, utf8 != nullptr ? "UTF-8" : charset_);
  }

  // Depth is bounded by the reader of bencoding.
  void read_tree(const Bencoded& folder, const std::string& path, std::size_t depth) {
    for (const auto& [name, below] : folder.map) {
      if (below.kind != Kind::kMap) continue;
      if (name.empty()) {
        const auto* length = below.at("length", Kind::kInteger);
        if (length != nullptr) add_file(path, length->integer);
        continue;
      }
      auto inner = path.empty() ? std::string() : path + "/";
      inner += share_text(name, "UTF-8");
      if (depth < kDeepestFolder && inner.size() < 4000) read_tree(below, inner, depth + 1);
    }
  }

  void add_host(const Bencoded& url) {
    if (url.kind == Kind::kText) add_once(out_.hosts, host_of(url.text), FileShare::kMostHosts);
  }

  void read_rest() {
    if (const auto* one = root_.at("announce", Kind::kText)) add_host(*one);
    if (const auto* tiers = root_.at("announce-list", Kind::kList)) {
      for (const auto& tier : tiers->list) {
        for (const auto& url : tier.list) add_host(url);
      }
    }
    if (const auto* seed = root_.at("url-list", Kind::kText)) add_host(*seed);
    if (const auto* seeds = root_.at("url-list", Kind::kList)) {
      for (const auto& url : seeds->list) add_host(url);
    }
    std::ranges::sort(out_.hosts);
    out_.comment = text_of(root_, "comment");
    out_.created_by = text_of(root_, "created by");
    constexpr std::int64_t kLatest = 253'402'300'799;  // the end of the year 9999
    const auto* created = root_.at("creation date", Kind::kInteger);
    if (created != nullptr && created->integer > 0 && created->integer <= kLatest)
      out_.created = UtcTime(std::chrono::seconds(created->integer));
  }

  const Bencoded& root_;
  const Bencoded& info_;
  std::string_view charset_;
  std::uint64_t size_ = 0;
  FileShare out_;
};

}  // namespace

Result<FileShare> read_torrent(ByteView file) {
  TRY(const auto root, read_bencoded(file));
  const auto* info = root.at("info", Kind::kMap);
  if (info == nullptr) return outcome::failure(TorrentReader::no_torrent());
  return TorrentReader(root, *info).read(file);
}

}  // namespace hitokoe::crawler
