// Where a stream that was in one charset so far may be in another.
#pragma once

#include <cstddef>

#include "hitokoe/text/charset.h"

namespace hitokoe::text {

// The first place in `data` from which on something speaks against `charset`; data.size() where
// nothing does. Whether a place is doubtful depends on the run of bytes that are not ASCII around
// it, not on what comes before or after: `data` begins and ends outside of such a run, or (end)
// `data` is asked again with more.
//
// UTF-8: what is not UTF-8. CP932: what looks like UTF-8 characters, or a run of bytes that EUC-JP
// makes cheaper. EUC-JP: bytes that it never has, an odd run, or a run that half-width kana make
// cheaper. ISO-2022-JP: any byte of 80 and above. The others: a designation of ISO-2022.
std::size_t first_doubt(Charset charset, ByteView data);

// Whether a line with a doubt is read as `charset` all the same: nothing in it is impossible, and
// all its runs together are not that much cheaper in another charset.
bool holds_as_a_whole(Charset charset, ByteView line);

// Any byte that is not ASCII, or an escape byte.
std::size_t first_odd_byte(ByteView data);

}  // namespace hitokoe::text
