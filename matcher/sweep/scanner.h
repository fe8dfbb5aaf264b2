// Text in, tokens out: windows that end at a barrier, bitmaps, units.
//
// What comes out depends on the text alone: not on the pieces in which it came (settled()), nor on
// the processor. Stretches without a barrier are cut after kLargestWindow bytes, counted from their
// beginning, which is a function of the text, too.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "matcher/sweep/bitmaps.h"
#include "matcher/sweep/mixed.h"
#include "matcher/sweep/tokens.h"
#include "matcher/sweep/window.h"

namespace hitokoe::matcher::sweep {

// How much of `text`, which begins a stretch, can be scanned whatever follows it; the rest is to be
// kept until more is there. The rest is at most kLargestWindow bytes.
std::size_t settled(std::string_view text);

class Scanner {
 public:
  explicit Scanner(Tokens& out, Cpu cpu = cpus()[0]);

  // `text` (UTF-8; other bytes are no part of anything) begins and ends a stretch. The tokens of
  // the last of it may still be in their queues afterwards.
  void scan(std::string_view text);

 private:
  Tokens& out_;
  MixedUnits mixed_;
  Fill fill_;
  FindPlaces find_places_;
  std::unique_ptr<Bitmaps> bits_;
  std::vector<MailPlace> mails_;
  AllPlaces places_;
};

}  // namespace hitokoe::matcher::sweep
