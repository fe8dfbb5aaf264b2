#include "matcher/decode/archive/spooled_archive.h"

#include <algorithm>

#include "matcher/decode/archive/library_archive.h"
#include "matcher/decode/archive/rar_archive.h"
#include "matcher/decode/archive/seven_zip_archive.h"
#include "matcher/decode/archive/zip_archive.h"
#include "matcher/decode/archive/zip_directory.h"

namespace hitokoe::matcher {

namespace {

// A program that unpacks itself has the archive behind its own code.
constexpr std::size_t kLooksAt = 2U << 20;

Result<void> read_format(Reading& reading, WholeArchive& archive) {
  switch (archive.found.format) {
    case Whole::kNone:
      reading.warn(archive.name, {"program or other data, no archive in it: cannot be read",
                                  "プログラムなど、書庫を含まないデータのため読んでいません"});
      return ok();
    case Whole::kZip:
      return read_zip(reading, archive);
    case Whole::kSevenZip:
      return read_seven_zip(reading, archive);
    case Whole::kRar:
      return read_rar(reading, archive);
    default:
      return read_with_library(reading, archive);
  }
}

void warn_locked(Reading& reading, const WholeArchive& archive) {
  Words what = archive.why
                   ? *archive.why
                   : Words{"encrypted, and none of " + std::to_string(archive.tried.size()) +
                               " passwords opens it",
                           "暗号化されており、試した " + std::to_string(archive.tried.size()) +
                               " 件のパスワードでは開けません"};
  if (!archive.left.empty()) {
    what.en += " (" + std::to_string(archive.left.size()) + " parts not read)";
    what.ja += "（" + std::to_string(archive.left.size()) + " 件を読んでいません）";
  }
  reading.warn(archive.name, std::move(what));
}

Result<void> read(Reading& reading, const std::shared_ptr<WholeArchive>& archive);

class LockedArchive final : public Locked {
 public:
  explicit LockedArchive(std::shared_ptr<WholeArchive> archive) : archive_(std::move(archive)) {}
  Result<void> read_again(Reading& reading) override { return read(reading, archive_); }
  void warn(Reading& reading) const override { warn_locked(reading, *archive_); }
  void leave_memory() override { archive_->bytes->leave_memory(); }

 private:
  std::shared_ptr<WholeArchive> archive_;
};

Result<void> read(Reading& reading, const std::shared_ptr<WholeArchive>& archive) {
  archive->locked = false;
  TRYV(read_format(reading, *archive));
  if (archive->bytes->failed()) {
    reading.warn(archive->name, {"the temporary file could not be read back",
                                 "一時ファイルを読み戻せませんでした"});
  }
  if (!archive->locked) return ok();
  ArchiveKeys* keys = reading.keys();
  archive->again = true;
  const bool may_wait = keys != nullptr && !archive->why;
  if (!may_wait ||
      !keys->keep({std::make_shared<LockedArchive>(archive), archive->name, reading.budget()})) {
    warn_locked(reading, *archive);
  }
  return ok();
}

}  // namespace

Result<void> SpooledArchive::feed(ByteView piece) {
  if (refused_ || bytes_->append(piece)) return ok();
  refused_ = true;
  return ok();
}

Result<void> SpooledArchive::finish() {
  if (refused_) {
    reading_.warn(info_.name,
                  Words{"archive not read: ", "書庫を読んでいません: "} + bytes_->why());
    return ok();
  }
  auto archive = std::make_shared<WholeArchive>();
  archive->bytes = std::exchange(bytes_, nullptr);
  archive->name = info_.name;
  archive->depth = info_.depth;
  archive->found = find_whole(archive->bytes->read(0, kLooksAt));
  if (archive->found.format == Whole::kNone &&
      ZipDirectory::find(*archive->bytes, archive->bytes->size())) {
    archive->found.format = Whole::kZip;
  }
  return read(reading_, archive);
}

std::vector<std::string> passwords_for(const Reading& reading, const WholeArchive& archive) {
  auto words = reading.keys() != nullptr ? reading.keys()->candidates(archive.name)
                                         : ArchiveKeys::candidates_by_name(archive.name);
  std::erase_if(words, [&](const auto& word) { return archive.tried.contains(word); });
  return words;
}

}  // namespace hitokoe::matcher
