// Texts whose charset is plain to see, so that nothing has to be weighed: for detect.cc.
#pragma once

#include "hitokoe/base/bytes.h"

namespace hitokoe::text {

// Whether `data`, which may be cut anywhere, can be nothing but UTF-8: it is valid, and holds
// characters of three bytes that no other charset would give by chance, or is ASCII with the spaces
// and line ends that a run of ISO-2022-JP or UTF-16 has not. False says nothing. O(size).
bool evidently_utf8(ByteView data);

}  // namespace hitokoe::text
