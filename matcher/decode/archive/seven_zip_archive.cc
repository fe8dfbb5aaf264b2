#include "matcher/decode/archive/seven_zip_archive.h"

#include <zlib.h>

#include <algorithm>

#include "matcher/decode/archive/library_archive.h"
#include "matcher/decode/archive/part_feed.h"
#include "matcher/decode/archive/seven_zip_folder.h"

namespace hitokoe::matcher {

namespace {

using State = SevenZipSource::State;

constexpr std::uint64_t kStart = 32;

struct FileInFolder {
  std::size_t file = 0;
  std::uint64_t size = 0;
  std::optional<std::uint32_t> crc;
};

class SevenZipArchive {
 public:
  SevenZipArchive(Reading& reading, WholeArchive& archive) : reading_(reading), archive_(archive) {}
  Result<void> run();

 private:
  std::optional<Bytes> header_bytes(SevenZipStart& start);
  std::optional<Bytes> unpacked_header(const SevenZipStart& start, SevenZipKeys* keys);
  Result<void> folders(const SevenZipHeader& header);
  Result<void> folder(const SevenZipHeader& header, const SevenZipFolder& folder,
                      std::span<const FileInFolder> files, SevenZipKeys* keys);
  bool opens(const SevenZipHeader& header, const SevenZipFolder& folder,
             std::span<const FileInFolder> files, SevenZipKeys& keys);
  SevenZipKeys* key_of(const SevenZipHeader& header, const SevenZipFolder& folder,
                       std::span<const FileInFolder> files);
  bool may_try(const SevenZipFolder& folder, const SevenZipKeys& keys);
  void opened(std::size_t word);
  void warn(Words what) { reading_.warn(archive_.name, std::move(what)); }
  std::uint64_t base() const { return archive_.found.at + kStart; }
  std::uint64_t memory() const { return reading_.limits().decoder_memory; }

  Reading& reading_;
  WholeArchive& archive_;
  std::vector<std::string> words_;                    // not tried yet, or good
  std::vector<std::unique_ptr<SevenZipKeys>> tries_;  // of each word
  Words why_not_;                                     // why there is no header
};

// False: no more may be tried.
bool SevenZipArchive::may_try(const SevenZipFolder& folder, const SevenZipKeys& keys) {
  for (const auto& c : folder.coders) {
    if (c.id == kSevenZipAes) return reading_.take_key_rounds(keys.rounds_for(c.properties));
  }
  return false;
}

void SevenZipArchive::opened(std::size_t word) {
  if (reading_.keys() != nullptr) reading_.keys()->opened(words_[word]);
  archive_.tried.erase(words_[word]);  // what is left may need it again
  // It comes first for what is left.
  std::rotate(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(word),
              words_.begin() + static_cast<std::ptrdiff_t>(word) + 1);
  std::rotate(tries_.begin(), tries_.begin() + static_cast<std::ptrdiff_t>(word),
              tries_.begin() + static_cast<std::ptrdiff_t>(word) + 1);
}

std::optional<Bytes> SevenZipArchive::unpacked_header(const SevenZipStart& start,
                                                      SevenZipKeys* keys) {
  const SevenZipFolder& folder = start.streams.folders[0];
  const auto source =
      open_seven_zip_folder(*archive_.bytes, base(), start.streams, folder, memory(), keys);
  Bytes out;
  // Grows with what comes out, not with what is promised.
  Bytes piece(Spool::kBlock);
  while (const std::size_t n = source->read(piece)) {
    out.insert(out.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
    if (!reading_.take_unpacked(n)) return std::nullopt;
  }
  if (source->state() == State::kTooMuchMemory) {
    why_not_ = {"asks for more memory than is allowed to unpack it: not read",
                "展開に必要なメモリが上限を超えるため読んでいません"};
  }
  const auto crc = crc32(0, out.data(), static_cast<uInt>(out.size()));
  if (out.size() != folder.size() || (folder.crc && *folder.crc != crc)) return std::nullopt;
  // Without a checksum a wrong password could not be told.
  if (keys != nullptr && !folder.crc) return std::nullopt;
  return out;
}

std::optional<Bytes> SevenZipArchive::header_bytes(SevenZipStart& start) {
  if (!start.packed) return std::move(start.header);
  const SevenZipFolder& folder = start.streams.folders[0];
  if (!folder.encrypted()) return unpacked_header(start, nullptr);
  for (std::size_t i = 0; i < tries_.size() && may_try(folder, *tries_[i]); ++i) {
    archive_.tried.insert(words_[i]);
    if (auto header = unpacked_header(start, tries_[i].get())) {
      opened(i);
      return header;
    }
  }
  archive_.locked = true;
  return std::nullopt;
}

// By the checksum of its first file: the key is the folder's.
bool SevenZipArchive::opens(const SevenZipHeader& header, const SevenZipFolder& folder,
                            std::span<const FileInFolder> files, SevenZipKeys& keys) {
  if (files.empty() || !files[0].crc) return false;
  const auto source =
      open_seven_zip_folder(*archive_.bytes, base(), header.streams, folder, memory(), &keys);
  PartBudget budget(reading_);
  Bytes piece(Spool::kBlock);
  std::uint64_t left = files[0].size;
  uLong crc = crc32(0, nullptr, 0);
  while (left > 0) {
    const std::size_t n = source->read(std::span(piece).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), left))));
    if (n == 0) return false;
    crc = crc32(crc, piece.data(), static_cast<uInt>(n));
    left -= n;
    if (!budget.take(n, source->taken())) return false;
  }
  return crc == *files[0].crc;
}

SevenZipKeys* SevenZipArchive::key_of(const SevenZipHeader& header, const SevenZipFolder& folder,
                                      std::span<const FileInFolder> files) {
  for (std::size_t i = 0; i < tries_.size() && may_try(folder, *tries_[i]); ++i) {
    archive_.tried.insert(words_[i]);
    if (!opens(header, folder, files, *tries_[i])) continue;
    opened(i);
    return tries_[0].get();
  }
  return nullptr;
}

Result<void> SevenZipArchive::folder(const SevenZipHeader& header, const SevenZipFolder& folder,
                                     std::span<const FileInFolder> files, SevenZipKeys* keys) {
  const auto source =
      open_seven_zip_folder(*archive_.bytes, base(), header.streams, folder, memory(), keys);
  Bytes out(256U << 10);
  bool failed = false;
  for (const auto& file : files) {
    if (!reading_.take_member()) {
      reading_.warn_over(archive_.name);
      return ok();
    }
    PartFeed part(reading_, archive_.name, archive_.depth, header.files[file.file].name);
    uLong crc = crc32(0, nullptr, 0);
    std::uint64_t left = failed ? 0 : file.size;
    const std::uint64_t before = source->taken();
    while (left > 0) {
      const std::size_t n = source->read(std::span(out).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left))));
      if (n == 0) break;
      left -= n;
      crc = crc32(crc, out.data(), static_cast<uInt>(n));
      // Not wanted: still to be unpacked for what comes behind it in the folder.
      TRYV(part.put(ByteView(out).first(n), source->taken() - before + Spool::kBlock));
      if (part.cut() || reading_.over()) return part.finish();
    }
    TRYV(part.finish());
    if (left > 0) {
      failed = true;
      if (source->state() == State::kTooMuchMemory) {
        part.warn({"asks for more memory than is allowed to unpack it: not read",
                   "展開に必要なメモリが上限を超えるため読んでいません"});
      } else if (source->state() == State::kUnknown) {
        part.warn({"compressed by a method that is not read together with encryption",
                   "暗号化と併用されている圧縮方式に対応していないため読んでいません"});
      } else {
        part.warn(
            {"damaged: read as far as it goes", "壊れているため、読めるところまで読みました"});
      }
    } else if (failed && file.size > 0) {
      part.warn({"behind a damaged member: not read", "壊れた中身の後ろにあるため読んでいません"});
    } else if (!failed && file.crc && crc != *file.crc) {
      part.warn({"damaged: its checksum does not hold", "壊れています（検査値が合いません）"});
    }
  }
  return ok();
}

Result<void> SevenZipArchive::folders(const SevenZipHeader& header) {
  // Files with content come in the order of the folders that they lie in.
  const SevenZipStreams& streams = header.streams;
  std::vector<FileInFolder> files;
  for (std::size_t i = 0; i < header.files.size() && files.size() < streams.file_sizes.size();
       ++i) {
    if (!header.files[i].has_content) continue;
    files.push_back({i, streams.file_sizes[files.size()], streams.file_crcs[files.size()]});
  }
  const auto only = std::exchange(archive_.left, {});
  std::span<const FileInFolder> rest = files;
  for (std::size_t i = 0; i < streams.folders.size() && !reading_.over(); ++i) {
    const SevenZipFolder& here = streams.folders[i];
    const auto own =
        rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(here.files, rest.size())));
    rest = rest.subspan(own.size());
    if (own.empty() || (archive_.again && !only.empty() && !std::ranges::binary_search(only, i)))
      continue;
    SevenZipKeys* keys = nullptr;
    if (here.encrypted()) {
      keys = key_of(header, here, own);
      if (keys == nullptr) {
        archive_.left.push_back(i);
        continue;
      }
    }
    TRYV(folder(header, here, own, keys));
  }
  reading_.warn_over(archive_.name);
  archive_.locked = !archive_.left.empty();
  return ok();
}

Result<void> SevenZipArchive::run() {
  words_ = passwords_for(reading_, archive_);
  for (const auto& word : words_) tries_.push_back(std::make_unique<SevenZipKeys>(word));
  why_not_ = {"damaged: cannot be read", "壊れているため読めません"};
  auto start = open_seven_zip(*archive_.bytes, archive_.found.at);
  if (start.state == SevenZipState::kCut) {
    const auto missing = std::to_string(start.missing);
    warn({"cut off, or the first part of a split archive (" + missing +
              " bytes are missing): all parts joined in order are needed",
          "途中で切れているか、分割書庫の最初の部分です（" + missing +
              " バイト不足）。すべてを順につないでください"});
    return ok();
  }
  if (start.state != SevenZipState::kOk) {
    warn(why_not_);
    return ok();
  }
  const auto bytes = header_bytes(start);
  if (!bytes) {
    if (reading_.over()) reading_.warn_over(archive_.name);
    if (!archive_.locked) warn(why_not_);
    return ok();
  }
  SevenZipHeader header;
  const auto state = parse_seven_zip(*bytes, reading_.limits().members, header);
  if (state == SevenZipState::kTooManyFiles) {
    const auto most = std::to_string(reading_.limits().members);
    warn({"more than " + most + " members: not read",
          most + " 件を超える中身があるため読んでいません"});
    return ok();
  }
  if (state != SevenZipState::kOk) {
    warn(why_not_);
    return ok();
  }
  const auto& all = header.streams.folders;
  const bool encrypted = std::ranges::any_of(all, &SevenZipFolder::encrypted);
  const bool ours = encrypted || std::ranges::all_of(all, [&](const auto& f) {
                      const auto source = open_seven_zip_folder(*archive_.bytes, base(),
                                                                header.streams, f, 0, nullptr);
                      return source->state() != State::kUnknown;
                    });
  if (ours) return folders(header);
  if (std::ranges::any_of(all, [&](const auto& f) { return f.memory() > memory(); })) {
    warn({"asks for more memory than is allowed to unpack it: not read",
          "展開に必要なメモリが上限を超えるため読んでいません"});
    return ok();
  }
  return read_with_library(reading_, archive_);
}

}  // namespace

Result<void> read_seven_zip(Reading& reading, WholeArchive& archive) {
  return SevenZipArchive(reading, archive).run();
}

}  // namespace hitokoe::matcher
