// One gzip member (RFC 1952) that holds all of it.
#pragma once

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

// kInternal: there is no memory.
Result<Bytes> gzip_member(ByteView content);

}  // namespace hitokoe::crawler
