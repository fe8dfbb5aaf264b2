// File sharing (ファイル共有) that captures name: magnet links (BEP 9), torrent files (BEP 3, BEP
// 52) and links to file hosts, with what their names and metadata tell. What they share is never
// asked for, and no tracker, peer or distributed table is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/time.h"
#include "hitokoe/text/regex.h"

namespace hitokoe::crawler {

enum class ShareKind { kMagnet, kTorrent, kFileHost };
std::string_view to_string(ShareKind kind);  // "magnet", "torrent", "file_host"
Result<ShareKind> share_kind_by_name(std::string_view name);

struct SharedFile {
  std::string name;  // with its folders, '/' between them
  std::uint64_t size = 0;
  friend bool operator==(const SharedFile&, const SharedFile&) = default;
};

// Holds outside text: never logged.
struct FileShare {
  static constexpr std::size_t kMostNames = 10;
  static constexpr std::size_t kMostFiles = 200;  // kept of the list; all are counted
  static constexpr std::size_t kMostHosts = 50;

  ShareKind kind = ShareKind::kMagnet;
  // What makes it the same: "btih:" and 40 hex digits, else "btmh:" and 64 (the SHA-256 itself),
  // else the link in normal form, without what follows '#'.
  std::string key;
  std::string other_key;              // of a torrent for both versions, the second; empty: none
  std::vector<std::string> names;     // UTF-8
  std::optional<std::uint64_t> size;  // bytes of all files
  std::vector<SharedFile> files;
  std::uint64_t file_count = 0;
  std::vector<std::string> hosts;  // of trackers and web seeds; of a link, the host; sorted
  std::string comment;
  std::string created_by;
  std::optional<UtcTime> created;

  friend bool operator==(const FileShare&, const FileShare&) = default;
};

// Which links are those of file hosts.
struct FileHost {
  std::string name;
  std::shared_ptr<const text::Regex> link;  // over the whole link
};
// {hosts: [{name, link}]}. kBadInput with lines.
Result<std::vector<FileHost>> parse_file_hosts(std::string_view yaml, std::string_view file);
// kNotFound, kIo, kBadInput.
Result<std::vector<FileHost>> load_file_hosts(const std::filesystem::path& file);

// Every share that a text (UTF-8) names, each once, in its order; at most 1,000. O(length).
std::vector<FileShare> find_shares(std::string_view text, const std::vector<FileHost>& hosts);

// One magnet link; nothing where it names no torrent.
std::optional<FileShare> read_magnet(std::string_view link);

// A torrent file. kBadInput: no bencoding, or not that of a torrent, with the byte; kLimit: nested
// deeper than 32, or more than 400,000 values.
Result<FileShare> read_torrent(ByteView file);

// What a capture names: it is a torrent file, or a text.
std::vector<FileShare> shares_of_capture(ByteView body, const std::vector<FileHost>& hosts);

// `into` and what else is known of the same: names, hosts and files together, within the bounds.
void merge_share(FileShare& into, const FileShare& more);

}  // namespace hitokoe::crawler
