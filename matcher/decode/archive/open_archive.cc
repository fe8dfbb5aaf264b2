#include "matcher/decode/archive/open_archive.h"

#include "matcher/decode/archive/archive_kind.h"
#include "matcher/decode/archive/compressed_stream.h"
#include "matcher/decode/archive/library_archive.h"
#include "matcher/decode/archive/spooled_archive.h"

namespace hitokoe::matcher {

namespace {

class LaterPart final : public Reader {
 public:
  LaterPart(Reading& reading, const std::string& name) {
    reading.warn(name, {"a later part of a split archive: all parts joined in order are needed",
                        "分割書庫の途中の部分です。すべてを順につないでください"});
  }
  Result<void> feed(ByteView) override { return ok(); }
  Result<void> finish() override { return ok(); }
  bool refused() const override { return true; }
};

}  // namespace

std::unique_ptr<Reader> open_archive(Reading& reading, DocumentInfo& info, ByteView head) {
  const auto kind = archive_kind(head, info.name);
  if (!kind) return nullptr;
  using How = ArchiveKind::How;
  switch (kind->how) {
    case How::kCompressed:
      return std::make_unique<CompressedStream>(reading, std::move(info), kind->method);
    case How::kStreamed:
      return std::make_unique<StreamedArchive>(reading, std::move(info), false);
    case How::kOneFile:
      return std::make_unique<StreamedArchive>(reading, std::move(info), true);
    case How::kSplit:
      return std::make_unique<LaterPart>(reading, info.name);
    case How::kWhole:
      break;
  }
  return std::make_unique<SpooledArchive>(reading, std::move(info));
}

}  // namespace hitokoe::matcher
