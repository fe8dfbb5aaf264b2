// The central directory of a ZIP archive (PKWARE APPNOTE 6.3.10), read in pieces: memory does not
// grow with the members.
#pragma once

#include <optional>
#include <string>

#include "matcher/decode/archive/spool.h"

namespace hitokoe::matcher {

struct ZipMember {
  enum class Is { kFile, kFolder, kLink };  // a pipe's content is a file's, too
  std::string name;  // UTF-8: as the UTF-8 flag or Info-ZIP's Unicode field say, else CP932
  Is is = Is::kFile;
  std::uint64_t header_at = 0;  // in the spool
  std::uint64_t compressed = 0, size = 0;
  bool sizes_known = true;  // not in a local header that leaves them to what follows
  std::uint32_t crc = 0;
  std::uint16_t method = 0, flags = 0, time = 0;
  unsigned aes_key_bytes = 0;  // of WinZip's AES; `method` is then what is under it
  bool aes_without_crc = false;
  bool encrypted() const { return (flags & 1U) != 0; }
};

class ZipDirectory {
 public:
  // The last directory that ends before `end`. Nothing: there is none.
  static std::optional<ZipDirectory> find(const Spool& bytes, std::uint64_t end);

  struct Position {
    std::uint64_t at = 0;
  };
  Position begin() const { return {at_}; }
  // The member at the position, which moves on. Nothing: the end, or damaged (at_end() tells).
  std::optional<ZipMember> next(Position& position) const;
  bool contains(Position position) const { return position.at >= at_ && position.at < end_; }
  bool at_end(Position position) const { return position.at >= end_; }

  std::uint64_t members() const { return members_; }       // as it says; may lie
  std::uint64_t archive_begins() const { return shift_; }  // what stands before it is not its
  std::uint64_t archive_ends() const { return archive_ends_; }
  bool in_parts() const { return in_parts_; }  // other disks hold the rest

 private:
  explicit ZipDirectory(const Spool& bytes) : bytes_(&bytes) {}
  bool open(std::uint64_t record_at, ByteView record);

  const Spool* bytes_;
  std::uint64_t at_ = 0, end_ = 0, members_ = 0, shift_ = 0, archive_ends_ = 0;
  bool in_parts_ = false;
};

// The local header at `at`, as a member whose directory is lost. Nothing: there is none.
std::optional<ZipMember> local_member(const Spool& bytes, std::uint64_t at);
// Where the member's data begin. Nothing: no local header stands where it should.
std::optional<std::uint64_t> zip_data_at(const Spool& bytes, const ZipMember& member);

// Bytes that some program took for a name → text: UTF-8 if they are, else CP932.
std::string readable_name(std::string_view raw);

}  // namespace hitokoe::matcher
