#include "matcher/decode/archive/zip_archive.h"

#include <algorithm>

#include "matcher/decode/archive/part_feed.h"
#include "matcher/decode/archive/zip_member.h"

namespace hitokoe::matcher {

namespace {

// Of WinZip's AES. ZIP's own cipher has none; what a try costs beside them counts as much as these.
constexpr std::uint64_t kKeyRounds = 1'000;

Words said(const ZipMember& member, ZipOutcome outcome) {
  switch (outcome) {
    case ZipOutcome::kNoHeader:
      return {"damaged: not where the archive says; not read",
              "壊れています（書庫の示す位置にありません）。読んでいません"};
    case ZipOutcome::kCut:
      return {"cut off: read up to there", "途中で切れているため、そこまでを読みました"};
    case ZipOutcome::kTooMuchMemory:
      return {"asks for more memory than is allowed to unpack it: not read",
              "展開に必要なメモリが上限を超えるため読んでいません"};
    case ZipOutcome::kUnknownMethod: {
      const std::string method =
          std::to_string(member.method) + " (" + std::string(zip_method_name(member.method)) + ")";
      return {"compressed by a method that is not read: " + method,
              "対応していない圧縮方式のため読んでいません: " + method};
    }
    case ZipOutcome::kUnknownEncryption:
      return {"encrypted in a way that is not read", "対応していない暗号化のため読んでいません"};
    default:
      return {"damaged: read as far as it goes", "壊れているため、読めるところまで読みました"};
  }
}

class ZipArchive {
 public:
  ZipArchive(Reading& reading, WholeArchive& archive) : reading_(reading), archive_(archive) {}
  Result<void> run();

 private:
  Result<void> directory(const ZipDirectory& directory);
  Result<void> locked(const ZipDirectory& directory);
  Result<void> salvage(std::uint64_t at, std::uint64_t end);
  Result<std::uint64_t> read(const ZipMember& member, std::optional<std::string_view> password);
  Result<bool> opens(const ZipMember& member, std::string_view password);

  Reading& reading_;
  WholeArchive& archive_;
  std::uint64_t read_to_ = 0;
};

// A file's content goes to its reader; what is no file is named. Returns where its data end.
Result<std::uint64_t> ZipArchive::read(const ZipMember& member,
                                       std::optional<std::string_view> password) {
  PartFeed part(reading_, archive_.name, archive_.depth, member.name);
  TRY(const auto read,
      read_zip_member(*archive_.bytes, member, password, reading_.limits().decoder_memory,
                      [&](ByteView out, std::uint64_t in) { return part.put(out, in); }));
  TRYV(part.finish());
  if (read.outcome != ZipOutcome::kWhole && read.outcome != ZipOutcome::kStopped) {
    part.warn(said(member, read.outcome));
  }
  return read.end;
}

// Unpacks all of it without looking, for its checksum.
Result<bool> ZipArchive::opens(const ZipMember& member, std::string_view password) {
  if (!zip_password_fits(*archive_.bytes, member, password)) return false;
  PartBudget budget(reading_);
  TRY(const auto read,
      read_zip_member(*archive_.bytes, member, password, reading_.limits().decoder_memory,
                      [&](ByteView out, std::uint64_t in) -> Result<bool> {
                        return budget.take(out.size(), in);
                      }));
  return read.outcome == ZipOutcome::kWhole || read.outcome == ZipOutcome::kStopped;
}

Result<void> ZipArchive::directory(const ZipDirectory& directory) {
  auto position = directory.begin();
  std::uint64_t links = 0;
  std::string first_link;
  for (;;) {
    const auto here = position;
    const auto member = directory.next(position);
    if (!member) break;
    if (!reading_.take_member()) {
      reading_.warn_over(archive_.name);
      return ok();
    }
    read_to_ = std::max(read_to_, member->header_at + 30 + member->compressed);
    if (member->is == ZipMember::Is::kFolder || member->size == 0) continue;
    if (member->is != ZipMember::Is::kFile) {
      if (links++ == 0) first_link = member->name;
      continue;
    }
    if (member->encrypted() && (member->flags & 0x40U) == 0 && member->method != 99) {
      archive_.left.push_back(here.at);
      continue;
    }
    TRYV(read(*member, std::nullopt));
  }
  if (links > 0) {
    reading_.warn(part_name(archive_.name, first_link),
                  {std::to_string(links) + " links: not followed",
                   "リンクが " + std::to_string(links) + " 件あり、たどっていません"});
  }
  if (!directory.at_end(position)) {
    reading_.warn(archive_.name, {"its directory is damaged: what follows is looked for",
                                  "書庫の目次が壊れているため、続きを探して読みました"});
    TRYV(salvage(read_to_, archive_.bytes->size()));
  }
  return ok();
}

Result<void> ZipArchive::locked(const ZipDirectory& directory) {
  const auto left = std::exchange(archive_.left, {});
  if (left.empty()) return ok();
  const auto words = passwords_for(reading_, archive_);
  std::vector<std::string> good;  // opened something already
  for (const std::uint64_t at : left) {
    auto position = ZipDirectory::Position{at};
    const auto member = directory.next(position);
    if (!member) continue;
    std::optional<std::string> found;
    for (std::size_t i = 0; i < good.size() + words.size() && !found; ++i) {
      const std::string& word = i < good.size() ? good[i] : words[i - good.size()];
      if (!reading_.take_key_rounds(kKeyRounds)) break;
      TRY(const bool opened, opens(*member, word));
      if (opened) found = word;
    }
    if (!found) {
      archive_.left.push_back(at);
      continue;
    }
    if (std::ranges::find(good, *found) == good.end()) good.push_back(*found);
    if (reading_.keys() != nullptr) reading_.keys()->opened(*found);
    TRYV(read(*member, *found));
  }
  archive_.locked = archive_.locked || !archive_.left.empty();
  archive_.tried.insert(words.begin(), words.end());
  return ok();
}

// Without a directory: one local header after the other.
Result<void> ZipArchive::salvage(std::uint64_t at, std::uint64_t end) {
  bool encrypted = false;
  while (at < end) {
    const auto member = local_member(*archive_.bytes, at);
    if (!member) {
      // The next header, wherever it is.
      const Bytes part = archive_.bytes->read(at, Spool::kBlock + 3);
      const auto next = as_text(part).find("PK\x03\x04", 1);
      if (next != std::string_view::npos) {
        at += next;
      } else if (part.size() < Spool::kBlock) {
        break;
      } else {
        at += Spool::kBlock;
      }
      continue;
    }
    if (!reading_.take_member()) {
      reading_.warn_over(archive_.name);
      return ok();
    }
    std::uint64_t next = at + 30;
    if (member->is == ZipMember::Is::kFile && member->encrypted()) {
      encrypted = true;
      if (member->sizes_known) next += member->compressed;
    } else if (member->is == ZipMember::Is::kFile && (member->size > 0 || !member->sizes_known)) {
      TRY(const auto read_to, read(*member, std::nullopt));
      next = std::max(next, read_to);
    }
    at = next;
  }
  if (encrypted) {
    reading_.warn(archive_.name, {"encrypted members of a damaged archive: not read",
                                  "壊れた書庫の暗号化された中身は読んでいません"});
  }
  return ok();
}

Result<void> ZipArchive::run() {
  // Archives that were joined one behind the other: from the last to the first, since each is found
  // from its end.
  std::vector<ZipDirectory> found;
  for (std::uint64_t end = archive_.bytes->size(); end > 0 && found.size() < 1'000;) {
    const auto directory = ZipDirectory::find(*archive_.bytes, end);
    if (!directory) break;
    found.push_back(*directory);
    end = std::min(end - 1, directory->archive_begins());
  }
  std::ranges::reverse(found);
  if (archive_.again) {
    const auto left = std::exchange(archive_.left, {});
    std::vector<std::uint64_t> still;
    for (const auto& directory : found) {
      std::ranges::copy_if(left, std::back_inserter(archive_.left),
                           [&](auto at) { return directory.contains({at}); });
      TRYV(locked(directory));
      still.insert(still.end(), archive_.left.begin(), archive_.left.end());
      archive_.left.clear();
    }
    archive_.left = std::move(still);
    return ok();
  }
  if (found.empty()) {
    reading_.warn(
        archive_.name,
        {"its directory is missing: cut off, or a part of a split archive; what is there is read",
         "書庫の目次がありません（途中で切れたか、分割書庫の一部です）。あるものだけを読みます"});
    return salvage(archive_.found.at, archive_.bytes->size());
  }
  if (found.back().in_parts()) {
    reading_.warn(
        archive_.name,
        {"one part of a split archive: all parts joined in order are needed; what is there is read",
         "分割書庫の一部です。すべてを順につないでください。あるものだけを読みます"});
    return salvage(archive_.found.at, archive_.bytes->size());
  }
  std::vector<std::uint64_t> left;
  for (const auto& directory_here : found) {
    TRYV(directory(directory_here));
    TRYV(locked(directory_here));
    left.insert(left.end(), archive_.left.begin(), archive_.left.end());
    archive_.left.clear();
  }
  archive_.left = std::move(left);
  return ok();
}

}  // namespace

Result<void> read_zip(Reading& reading, WholeArchive& archive) {
  return ZipArchive(reading, archive).run();
}

}  // namespace hitokoe::matcher
