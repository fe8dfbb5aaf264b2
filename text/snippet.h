// Detection of texts that fit one word of bits: what they are is seen for all bytes at once, and
// readings that cannot win are not priced. For detect.cc.
#pragma once

#include <optional>

#include "hitokoe/text/charset.h"
#include "text/snippet_masks.h"

namespace hitokoe::text {

// kUtf8 where that is evident, else the same as detect_two(data).best; nothing where that has to be
// asked: what is no text of one Japanese charset. `data` has 1 to kSnippet bytes and no byte order
// mark.
std::optional<Charset> detect_snippet(ByteView data);
// The same without vectors of AVX-512.
std::optional<Charset> detect_snippet_portable(ByteView data);

}  // namespace hitokoe::text
