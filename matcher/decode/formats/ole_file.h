// The compound file in which older Office programs, and Outlook, keep everything ([MS-CFB]).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hitokoe/base/bytes.h"

namespace hitokoe::matcher {

class OleFile {
 public:
  struct Entry {
    std::string path;  // "__attach_version1.0_#00000000/__substg1.0_37010102"
    bool stream = false;
    std::uint32_t first = 0;  // sector
    std::uint64_t size = 0;
  };

  // `file` outlives it. Nothing where it is no compound file, or not even its directory is there.
  // Chains that are cut, or run in a circle, end there. O(size of the tables).
  static std::optional<OleFile> open(ByteView file);

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(const std::string& path) const;
  // What is there of the stream, at most `most` bytes. `whole` is set to whether that is all of it.
  Bytes read(const Entry& entry, std::size_t most, bool* whole = nullptr) const;

 private:
  explicit OleFile(ByteView file) : file_(file) {}
  bool load();
  void load_table(std::uint32_t first_extra, std::uint32_t extra);
  ByteView sector(std::uint32_t number) const;
  Bytes chain(std::uint32_t first, std::size_t most) const;
  void load_directory(const Bytes& directory);

  ByteView file_;
  std::size_t sector_size_ = 512, mini_size_ = 64;
  std::uint32_t mini_cutoff_ = 4096;
  bool large_ = false;  // version 4: sizes have 64 bits
  std::vector<std::uint32_t> table_, mini_table_;
  Bytes mini_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> by_path_;
};

bool is_ole(ByteView head);

}  // namespace hitokoe::matcher
