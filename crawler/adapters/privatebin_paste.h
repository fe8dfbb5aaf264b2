// PrivateBin's format of a paste, version 2: opened with the key in its link.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/listing.h"

namespace hitokoe::crawler {

struct OpenedPaste {
  enum class What { kOpened, kGone, kNoPaste, kWrongKey };
  What what = What::kNoPaste;
  std::vector<Piece> pieces;  // the text, then "attachment", "attachment-2", …
  bool burnt = false;         // it was to be read once, and that was now
};

// `answer`: what the site gives to JSONHttpRequest; `secret`: of the link. At most `most` bytes.
OpenedPaste open_privatebin(ByteView answer, ByteView secret, std::uint64_t most);

// The key as links write it (Base58, as Bitcoin's), to 32 bytes: zeros before it are not written.
std::optional<Bytes> privatebin_secret(std::string_view base58);

}  // namespace hitokoe::crawler
