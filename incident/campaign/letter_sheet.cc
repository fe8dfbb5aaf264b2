#include "incident/campaign/letter_sheet.h"

#include <algorithm>
#include <utility>

namespace hitokoe::incident::campaign {

namespace {

std::size_t bytes_of(const Letter& letter) {
  return letter.address.size() + letter.name.size() + letter.notice.subject.size() +
         letter.notice.bodies.ja.size() + letter.notice.bodies.en.size();
}

// At most: a page holds at least 40 lines of 60 bytes, and each language begins one.
std::size_t pages_of(const Letter& letter) {
  std::size_t pages = 2;
  for (const auto* text : {&letter.notice.bodies.ja, &letter.notice.bodies.en}) {
    const auto lines = static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n'));
    pages += (lines + text->size() / 60) / 40;
  }
  return pages;
}

Letter whole(const Letter& letter) { return letter; }
Letter address_alone(const Letter& letter) {
  Letter out{letter.reference, letter.name, letter.postal, letter.address, {}};
  out.notice.subjects = {"x", "x"};
  return out;
}

}  // namespace

bool LetterSheet::has_room_for(const Letter& letter) const {
  return letters_.empty() || (!full() && bytes_ + bytes_of(letter) <= kMostBytes &&
                              pages_ + pages_of(letter) <= kMostPages);
}

void LetterSheet::add(Letter letter) {
  bytes_ += bytes_of(letter);
  pages_ += pages_of(letter);
  letters_.push_back(std::move(letter));
}

void LetterSheet::clear() {
  letters_.clear();
  bytes_ = pages_ = 0;
}

Result<std::optional<PrintedLetters>> LetterSheet::print(std::vector<LeftOut>& left_out) {
  auto all = print_letters(letters_, title_, at_);
  if (all) return std::optional(std::move(all.value()));
  if (all.error().code != Errc::kUnsupported) return all.error();
  // The text is everybody's, the address is not: that is quickly tried.
  TRY(bool found, leave_out(&address_alone, left_out));
  if (!found) {
    TRY(found, leave_out(&whole, left_out));
  }
  // One that stands in the way only beside others would be tried for ever.
  if (!found) return all.error();
  return std::optional<PrintedLetters>();
}

Result<bool> LetterSheet::leave_out(Letter (*part)(const Letter&), std::vector<LeftOut>& left_out) {
  auto before = std::exchange(letters_, {});
  bytes_ = pages_ = 0;
  for (auto& letter : before) {
    const auto alone = print_letters({part(letter)}, title_, at_);
    if (alone) {
      add(std::move(letter));
    } else if (alone.error().code == Errc::kUnsupported) {
      left_out.push_back({letter.reference, LeftOut::Why::kNoFont});
    } else {
      return alone.error();
    }
  }
  return letters_.size() < before.size();
}

}  // namespace hitokoe::incident::campaign
