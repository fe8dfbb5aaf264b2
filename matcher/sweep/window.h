// One window of text, by its bitmaps → tokens. The fast paths for units of ASCII; what a unit with
// odd characters holds, MixedUnits finds.
//
// Everything is inlined into the two callers at the end of window.cc, of which one is compiled for
// processors with bit instructions: that is what counting and searching bits cost most by.
#pragma once

#include "matcher/sweep/bitmaps.h"
#include "matcher/sweep/mixed.h"
#include "matcher/sweep/places.h"
#include "matcher/sweep/tokens.h"

namespace hitokoe::matcher::sweep {

struct WindowParts {
  const std::uint8_t* text;
  std::size_t size;
  const Bitmaps& bits;  // filled
  Tokens& out;
  MixedUnits& mixed;
  std::vector<MailPlace>& mails;  // scratch
  const AllPlaces& places;        // found in it
};

void read_window(const WindowParts& parts);

}  // namespace hitokoe::matcher::sweep
