// What was read of earlier addresses, for those that differ from one of them in their numbers
// alone: a dump has thousands of 東京都江東区豊洲N丁目N番N号.
//
// The skeleton of an address is its text with \x01 for each number. Two addresses of one skeleton
// are read alike but for the digits, unless a number could be part of the town's name (月寒東3条):
// that is asked anew of the dictionary, and such addresses are left to the parser. Only text of
// kanji and kana, then numbers with 丁目, 番, 番地, 号, 号室, dashes and spaces, is taken at all;
// where crossings or other cities could matter the parser says so, and nothing is kept.
//
// A dump of the whole country in no order has nothing to remember: where few of a thousand
// addresses were found, the next many are not looked for.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "identity/address_tokens.h"

namespace hitokoe::identity {

struct Address;

// Where a search for a town met the first number of an address: the hash before it.
struct TownSearches {
  static constexpr std::size_t kMost = 2;
  std::array<PlaceHash, kMost> before;
  std::size_t count = 0;
  bool open = false;  // one went on beyond the number, or other things than kinds of tokens count
};

// Fixed memory (about 1 MB once it is used); not thread-safe.
class AddressMemo {
 public:
  // The text as it came. True: `out` is what the parser would make of it, and the only address.
  // `holders_side`: part of what is remembered, since the sides read differently.
  bool find(std::string_view raw, bool holders_side, Address& out);
  // After find() gave false for the same text: what the parser made of it. Kept where another text
  // of the skeleton would be read alike.
  void keep(const Address& address, const AddressTokens& tokens, const TownSearches& searches);

 private:
  static constexpr std::size_t kEntries = 4096;
  static constexpr std::uint32_t kTried = 1024, kFewest = kTried / 3, kPause = 16 * kTried;
  static constexpr std::size_t kMostNumbers = 6;
  static constexpr std::size_t kLongest = 112;  // bytes of a skeleton, and of a head

  struct Entry {  // in place: a few lines of the cache
    std::uint8_t size = 0, head_size = 0, city_size = 0;
    bool known_city = false;
    std::uint8_t block = 0, count = 0;
    std::array<std::uint8_t, kMostNumbers> from;  // by number of the address: which of the text
    std::uint64_t no_town = 0;  // bit n: the dictionary was asked for n as the first number
    TownSearches searches;
    std::array<char, kLongest> skeleton, head;
  };

  bool read_skeleton(std::string_view raw, bool holders_side);
  bool fits(Entry& entry) const;
  bool has_number(std::uint32_t value) const;  // in digits, in the last text

  std::vector<Entry> entries_;
  std::uint32_t tried_ = 0, found_ = 0, pause_ = 0;  // addresses
  // Of the last text.
  std::array<char, kLongest> skeleton_;
  std::size_t size_ = 0;  // 0: not such a text
  std::array<std::string_view, kMostNumbers> numbers_;
  std::size_t count_ = 0;
  std::uint64_t hash_ = 0;
};

}  // namespace hitokoe::identity
