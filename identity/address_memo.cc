#include "identity/address_memo.h"

#include <algorithm>
#include <cstring>

#include "identity/address.h"
#include "identity/places.h"

namespace hitokoe::identity {
namespace {

constexpr char kNumber = '\x01';
constexpr std::size_t kMostDigits = 5;
constexpr std::size_t kCharacter = 3;  // bytes

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Of three bytes; kanji, kana and Japanese marks, which no digit hides in (those that do are found
// by counting, AddressMemo::keep).
bool japanese_at(std::string_view raw, std::size_t at) {
  const auto lead = static_cast<unsigned char>(raw[at]);
  return lead >= 0xe3 && lead <= 0xe9 && raw.size() - at >= kCharacter;
}

bool stands_between_numbers(std::string_view character) {
  for (const std::string_view c : {"丁", "目", "番", "号", "地", "室"}) {
    if (std::memcmp(character.data(), c.data(), kCharacter) == 0) return true;
  }
  return false;
}

std::uint32_t value_of_digits(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint32_t>(c - '0');
  return value;
}

}  // namespace

// Fills skeleton_, numbers_ and hash_.
bool AddressMemo::read_skeleton(std::string_view raw, bool holders_side) {
  size_ = count_ = 0;
  // A kanji first: no postal code, note or country (日本) before the address.
  if (raw.size() < 2 * kCharacter || raw.size() >= kLongest || !japanese_at(raw, 0) ||
      raw[0] == '\xe3' || raw.starts_with("日")) {
    return false;
  }
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  std::size_t size = 0;
  const auto put = [&](char c) {
    skeleton_[size++] = c;
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  };
  put(holders_side ? 'h' : 'l');
  for (std::size_t i = 0; i < raw.size();) {
    if (is_digit(raw[i])) {
      std::size_t end = i + 1;
      while (end < raw.size() && is_digit(raw[end])) ++end;
      if (raw[i] == '0' || end - i > kMostDigits || count_ == kMostNumbers) return false;
      numbers_[count_++] = raw.substr(i, end - i);
      put(kNumber);
      i = end;
    } else if (raw[i] == ' ' || (count_ > 0 && raw[i] == '-')) {
      put(raw[i++]);
    } else if (japanese_at(raw, i) &&
               (count_ == 0 || stands_between_numbers(raw.substr(i, kCharacter)))) {
      for (std::size_t k = 0; k < kCharacter; ++k) put(raw[i++]);
    } else {
      return false;
    }
  }
  if (count_ == 0) return false;
  size_ = size;
  hash_ = hash ^ hash >> 32;
  return true;
}

// The same skeleton, and the first number is no part of a town's name.
bool AddressMemo::fits(Entry& entry) const {
  if (entry.size != size_ || std::memcmp(entry.skeleton.data(), skeleton_.data(), size_) != 0) {
    return false;
  }
  const std::uint32_t first = value_of_digits(numbers_[0]);
  if (first < 64 && (entry.no_town >> first & 1) != 0) return true;
  for (std::size_t i = 0; i < entry.searches.count; ++i) {
    PlaceHash hash = entry.searches.before[i];
    hash.add(kNumberToken | first);
    if (may_begin_town(hash)) return false;
  }
  if (first < 64) entry.no_town |= std::uint64_t{1} << first;
  return true;
}

bool AddressMemo::has_number(std::uint32_t value) const {
  return std::any_of(numbers_.begin(), numbers_.begin() + static_cast<std::ptrdiff_t>(count_),
                     [&](std::string_view digits) { return value_of_digits(digits) == value; });
}

bool AddressMemo::find(std::string_view raw, bool holders_side, Address& out) {
  if (pause_ > 0) {
    --pause_;
    size_ = 0;
    return false;
  }
  if (++tried_ > kTried) {
    if (found_ < kFewest) pause_ = kPause;
    tried_ = found_ = 0;
  }
  if (!read_skeleton(raw, holders_side) || entries_.empty()) return false;
  Entry& entry = entries_[hash_ % kEntries];
  if (!fits(entry)) return false;
  ++found_;
  out.head.clear();
  out.head.append({entry.head.data(), entry.head_size});
  out.city_size = entry.city_size;
  out.known_city = entry.known_city;
  out.block = entry.block;
  out.count = entry.count;
  for (std::size_t i = 0; i < entry.count; ++i) {
    const std::string_view digits = numbers_[entry.from[i]];
    AddressNumber& n = out.numbers[i];
    n.size = static_cast<std::uint8_t>(digits.copy(n.text.data(), kMostDigits));
  }
  return true;
}

void AddressMemo::keep(const Address& address, const AddressTokens& tokens,
                       const TownSearches& searches) {
  const std::string_view head = address.head;
  if (size_ == 0 || searches.open || address.count > kMostNumbers || head.size() > kLongest) return;
  // Every arabic number of the tokens is one of the text's, and none of the text's hangs together
  // with a number in kanji before it; nothing was lost of the text.
  // And none has the value of a number in kanji: 豊洲三丁目5番3号 would not tell which of its
  // numbers the first of the address is.
  std::size_t arabic = 0;
  for (std::size_t i = 0; i < tokens.size; ++i) {
    if (tokens.token[i] == 0xfffd) return;
    if (!is_number(tokens.token[i])) continue;
    if (!is_arabic(tokens.token[i])) {
      if (has_number(value_of(tokens.token[i]))) return;
      continue;
    }
    if (arabic++ == 0 && (i == 0 || is_number(tokens.token[i - 1]))) return;
  }
  if (arabic != count_) return;
  Entry entry;
  for (std::size_t i = 0; i < address.count; ++i) {
    std::size_t same = 0;
    for (std::size_t k = 0; k < count_; ++k) {
      if (numbers_[k] != address.numbers[i].view()) continue;
      entry.from[i] = static_cast<std::uint8_t>(k);
      ++same;
    }
    if (same != 1) return;  // another text of this skeleton will tell
  }
  entry.size = static_cast<std::uint8_t>(size_);
  std::copy_n(skeleton_.begin(), size_, entry.skeleton.begin());
  entry.head_size = static_cast<std::uint8_t>(head.copy(entry.head.data(), kLongest));
  entry.city_size = static_cast<std::uint8_t>(address.city_size);
  entry.known_city = address.known_city;
  entry.block = static_cast<std::uint8_t>(address.block);
  entry.count = static_cast<std::uint8_t>(address.count);
  entry.searches = searches;
  if (entries_.empty()) entries_.resize(kEntries);
  entries_[hash_ % kEntries] = entry;
}

}  // namespace hitokoe::identity
