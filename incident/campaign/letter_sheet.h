// Letters that go into one PDF. Who is printed together depends only on the letters that are
// printed, so that an export can be made again from its persons alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hitokoe/incident/campaign_exports.h"
#include "incident/campaign/letters.h"

namespace hitokoe::incident::campaign {

class LetterSheet {
 public:
  // What a document takes (hitokoe/print/document.h), with room: very long texts make more files.
  static constexpr std::size_t kMostBytes = 6U << 20;
  static constexpr std::size_t kMostPages = 1800;

  LetterSheet(std::string title, UtcTime at, std::size_t most)
      : title_(std::move(title)), at_(at), most_(most) {}

  // Always true of an empty one.
  bool has_room_for(const Letter& letter) const;
  bool full() const { return letters_.size() >= most_; }
  void add(Letter letter);
  void clear();
  const std::vector<Letter>& letters() const { return letters_; }

  // Nothing: a font lacks a character of some; they are left out, and there is room again. Errors
  // as print_letters.
  Result<std::optional<PrintedLetters>> print(std::vector<LeftOut>& left_out);

 private:
  // Prints a part of each alone. @return does a font lack a character of some?
  Result<bool> leave_out(Letter (*part)(const Letter&), std::vector<LeftOut>& left_out);

  std::string title_;
  UtcTime at_;
  std::size_t most_;
  std::vector<Letter> letters_;
  std::size_t bytes_ = 0, pages_ = 0;
};

}  // namespace hitokoe::incident::campaign
