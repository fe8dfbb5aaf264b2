// Deflate64 ("enhanced deflate", ZIP's method 9), which Windows uses for files over 2 GiB and no
// library of Debian reads: deflate (RFC 1951) with a window of 64 KiB, two more distances, and 16
// extra bits behind the longest length.
#pragma once

#include <memory>

#include "matcher/decode/archive/decompressor.h"

namespace hitokoe::matcher {

std::unique_ptr<Decompressor> make_inflate64();

}  // namespace hitokoe::matcher
