#include "matcher/decode/formats/locked_document.h"

#include <algorithm>

#include "matcher/decode/archive/spool.h"

namespace hitokoe::matcher {

namespace {

class WaitingDocument final : public Locked {
 public:
  WaitingDocument(Reading& reading, LockedDocument document)
      : document_(std::move(document)),
        bytes_(reading.limits().spool_memory, reading.limits().spool_bytes) {}

  bool take(ByteView whole) { return bytes_.append(whole); }
  Result<void> read_again(Reading& reading) override {
    // With nothing new to try it costs nothing.
    if (passwords_for(reading, document_.info.name, document_.tried, 1).empty()) {
      if (!reading.keys()->keep({self.lock(), document_.info.name, reading.budget()}))
        warn(reading);
      return ok();
    }
    const auto reader = document_.open(reading, document_.info, document_.tried);
    constexpr std::size_t kBlock = 1U << 20;
    for (std::uint64_t at = 0; at < bytes_.size();) {
      const Bytes block = bytes_.read(at, kBlock);
      if (block.empty()) break;
      TRYV(reader->feed(block));
      at += block.size();
    }
    if (bytes_.failed()) {
      reading.warn(document_.info.name, {"its temporary file could not be read back",
                                         "一時ファイルを読み戻せませんでした"});
    }
    return reader->finish();
  }
  void warn(Reading& reading) const override {
    reading.warn(document_.info.name, document_.warning);
  }
  void leave_memory() override { bytes_.leave_memory(); }

  std::weak_ptr<WaitingDocument> self;

 private:
  LockedDocument document_;
  Spool bytes_;
};

}  // namespace

std::vector<std::string> passwords_for(const Reading& reading, const std::string& name,
                                       const TriedPasswords& tried, std::size_t most) {
  if (reading.keys() == nullptr) return {};
  auto words = reading.keys()->candidates(name);
  std::erase_if(words, [&](const std::string& word) {
    return word.empty() || word.find('\0') != std::string::npos || tried.contains(word);
  });
  words.resize(std::min(words.size(), most));
  return words;
}

void wait_for_password(Reading& reading, LockedDocument document, ByteView whole) {
  const std::string name = document.info.name;
  const auto waiting = std::make_shared<WaitingDocument>(reading, std::move(document));
  waiting->self = waiting;
  if (reading.keys() != nullptr && waiting->take(whole) &&
      reading.keys()->keep({waiting, name, reading.budget()})) {
    return;
  }
  waiting->warn(reading);
}

}  // namespace hitokoe::matcher
