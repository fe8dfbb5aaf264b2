// An address taken apart.
#pragma once

#include <array>

#include "identity/address_memo.h"
#include "identity/address_tokens.h"
#include "identity/forms.h"

namespace hitokoe::identity {

// One number of an address: "27", with a direction ("1南") or a letter ("A", "301C", "5F").
struct AddressNumber {
  std::array<char, 20> text;
  std::uint8_t size = 0;
  std::string_view view() const { return {text.data(), size}; }
};

struct Address {
  static constexpr std::size_t kMostNumbers = 12;

  FormText head;              // "東京都|江東区|豊洲|"; grows once
  std::size_t city_size = 0;  // of "東京都|江東区" in it
  bool known_city = false;    // found in the dictionary
  std::array<AddressNumber, kMostNumbers> numbers;
  std::size_t block = 0;  // numbers before the building
  std::size_t count = 0;  // all: block, then the room

  std::string_view city() const { return std::string_view(head).substr(0, city_size); }
  // head and the first `n` numbers: "…|豊洲|1-2-27".
  // Where the text after the prefecture begins in it.
  std::size_t after_prefecture() const { return std::string_view(head).find('|'); }
  bool has_prefecture() const { return head.size() > 0 && head.data()[0] != '|'; }
  void append(std::size_t n, FormText& out) const;
  void append_numbers(std::size_t n, FormText& out) const;
};

// Reusable; one per thread.
class AddressReader {
 public:
  // Several addresses where the text does not tell which city it means (北区1-2), none where it is
  // no address. Valid until the next call.
  // `postal`: the code that stands in another column of the record, or nothing.
  std::span<const Address> read(Chars text, Side side, std::string_view postal = {});
  // The same of a cell as it came, which a memo of earlier ones may answer; `folded` gives its
  // characters. For readers that live long.
  template <class Folded>
  std::span<const Address> read_cell(std::string_view raw, Side side, std::string_view postal,
                                     const Folded& folded) {
    if (memo_.find(raw, side == Side::kHolder, found_[0])) {
      postal_size_ = 0;
      return {found_.data(), 1};
    }
    const auto found = read(folded(), side, postal);
    if (found.size() == 1 && postal_size_ == 0) memo_.keep(found_[0], tokens_, searches_);
    return found;
  }
  // In running text only what begins with a prefecture or a city is an address; read() then gives
  // up early on everything else.
  void only_with_place() { only_with_place_ = true; }
  // Digits of a postal code before the address; empty where there is none.
  std::string_view postal() const { return {postal_.data(), postal_size_}; }
  // Whether the last text began with a prefecture or a city of the dictionary.
  bool begins_with_place() const { return begins_with_place_; }

 private:
  friend class AddressParser;
  // Finds the one character that a damaged name lacks, and reads again. Gives the number of
  // addresses; `count` is that so far.
  std::size_t repair(std::string_view postal, std::size_t count);
  static constexpr std::size_t kMostAddresses = 16;

  AddressTokens tokens_;
  AddressMemo memo_;
  TownSearches searches_;  // of the last read()
  std::array<Address, kMostAddresses> found_;
  std::array<char, 7> postal_{};
  std::size_t postal_size_ = 0;
  bool begins_with_place_ = false;
  bool only_with_place_ = false;
};

// Appends the canonical form, and on the leak's side what else the text may mean.
void append_address_forms(std::span<const Address> addresses, Side side, Forms& forms);

}  // namespace hitokoe::identity
