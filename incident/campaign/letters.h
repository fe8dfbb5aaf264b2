// Letters for print (A4, folded in three, for a 長形3号 envelope with a window): the address where
// the window is, Japanese first, English on a page of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"
#include "incident/campaign/notice.h"

namespace hitokoe::incident::campaign {

// Where the window is on the folded sheet, from its upper left corner, with 3 mm of play on each
// side: 90 × 45 mm, 20 mm from the left, 12 mm from the top. It differs between makers: a printer
// takes a sheet for trial.
inline constexpr double kWindowLeft = 23, kWindowTop = 15, kWindowWidth = 84, kWindowHeight = 39;

struct Letter {
  std::string reference;  // the person's id
  std::string name, postal, address;
  Notice notice;
};

// The lines behind the window and their size in points (9 down to 5.5), chosen so that no printed
// line is longer than the window is wide, and all are within its height. Nothing: they do not fit.
struct AddressBlock {
  double size = 0;
  std::string lines;
};
std::optional<AddressBlock> address_block(const Letter& letter);

struct PrintedLetters {
  Bytes pdf;
  std::vector<std::size_t> first_page;  // of each letter, from 1
  std::size_t pages = 0;
};
// kUnsupported: a font lacks a character. kLimit: see print::Document. The same letters and
// `created` give the same bytes.
Result<PrintedLetters> print_letters(const std::vector<Letter>& letters, const std::string& title,
                                     UtcTime created);

}  // namespace hitokoe::incident::campaign
