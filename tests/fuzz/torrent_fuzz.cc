// Torrent files and magnet links: any bytes are read or refused, within bounds; what is kept of a
// share comes back as it was.
#include <cstdlib>

#include "hitokoe/crawler/file_shares.h"
#include "hitokoe/crawler/share_store.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hitokoe;
  const ByteView bytes(data, size);
  for (const auto& share : crawler::shares_of_capture(bytes, {})) {
    if (share.key.empty() || share.names.size() > crawler::FileShare::kMostNames ||
        share.hosts.size() > crawler::FileShare::kMostHosts ||
        share.files.size() > crawler::FileShare::kMostFiles ||
        share.files.size() > share.file_count)
      std::abort();
    crawler::FileShare back;
    back.kind = share.kind;
    back.size = share.size;
    back.file_count = share.file_count;
    if (!crawler::unpack(crawler::packed(share), back) || !(back == share)) std::abort();
  }
  return 0;
}
