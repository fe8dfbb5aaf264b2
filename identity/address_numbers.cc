#include "identity/address_numbers.h"

#include <algorithm>
#include <charconv>

namespace hitokoe::identity {
namespace {

bool is_latin(AddressToken t) { return t >= U'A' && t <= U'Z'; }

bool is_direction(AddressToken t) { return t == U'東' || t == U'西' || t == U'南' || t == U'北'; }

// 丁目, 番地 ... after a number; 0: none. Longest first.
std::size_t unit_at(const AddressTokens& t, std::size_t i) {
  static constexpr std::u32string_view kUnits[] = {U"丁目", U"番地", U"番町", U"地割", U"丁",
                                                   U"番",   U"号",   U"条",   U"線"};
  for (const std::u32string_view unit : kUnits) {
    bool same = true;
    for (std::size_t k = 0; same && k < unit.size(); ++k) same = t.is(i + k, unit[k]);
    if (same) return unit.size();
  }
  return 0;
}

// 号室, 号棟, 号館, 番館, 棟, 館, 階, F: the number before belongs to a building.
bool is_of_building(const AddressTokens& t, std::size_t i) {
  if (t.is(i, U'号') || t.is(i, U'番')) {
    return t.is(i + 1, U'室') || t.is(i + 1, U'棟') || t.is(i + 1, U'館');
  }
  return t.is(i, U'棟') || t.is(i, U'館') || t.is(i, U'階') || t.is(i, U'室') ||
         (t.is(i, U'F') && !is_latin(t.at(i + 1)));
}

class Numbers {
 public:
  Numbers(const AddressTokens& tokens, std::size_t at, Address& address)
      : t_(tokens), at_(at), address_(address) {}

  void read() {
    read_block();
    address_.block = address_.count;
    read_building();
  }

 private:
  void add_text(AddressNumber& n, std::string_view text) {
    for (const char c : text) {
      if (n.size < n.text.size()) n.text[n.size++] = c;
    }
  }
  void add_character(AddressNumber& n, AddressToken c) {
    std::array<char, 4> bytes;
    std::size_t size = 1;
    if (c < 0x80) {
      bytes[0] = static_cast<char>(c);
    } else {  // a direction, a letter of the BMP
      bytes = {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
               static_cast<char>(0x80 | (c & 0x3f))};
      size = 3;
    }
    if (n.size + size <= n.text.size()) add_text(n, {bytes.data(), size});
  }
  void add_value(AddressNumber& n, AddressToken token) {
    std::array<char, 12> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), value_of(token)).ptr;
    add_text(n, {digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  AddressNumber* next() {
    if (address_.count == Address::kMostNumbers) return nullptr;
    AddressNumber& n = address_.numbers[address_.count++];
    n.size = 0;
    return &n;
  }

  // 第: of 第4地割 and 第46線; 第3ハイツ is a building.
  void skip_lead() {
    while (t_.is(at_, U' ') || t_.is(at_, U'-') || t_.is(at_, U'の') || t_.is(at_, U'字')) ++at_;
    if (!t_.is(at_, U'第') || !is_number(t_.at(at_ + 1))) return;
    if (address_.count == 0 || unit_at(t_, at_ + 2) > 0) ++at_;
  }

  // イ, ロ, 甲, 乙 beside a number: a part of a lot, no word of a building.
  bool is_part(std::size_t i) const {
    constexpr std::u32string_view kParts = U"イロハニホヘトチリヌル甲乙丙丁戊己";
    const AddressToken c = t_.at(i);
    if (c == 0 || is_number(c) || kParts.find(static_cast<char32_t>(c)) == kParts.npos) {
      return false;
    }
    if (c == U'丁' && t_.is(i + 1, U'目')) return false;
    const AddressToken next = t_.at(i + 1);
    return next == 0 || is_number(next) || next == U' ' || next == U'-' || next == U'の' ||
           next == U'(' || next == U'番' || next == U'号';
  }

  // Takes a part and the dash before it. Gives whether there was one.
  bool read_part() {
    std::size_t i = at_;
    if (t_.is(i, U'-') || t_.is(i, U'の')) ++i;
    if (!is_part(i)) return false;
    AddressNumber* n = next();
    if (n == nullptr) return false;
    add_character(*n, t_.token[i]);
    at_ = i + 1 + unit_at(t_, i + 1);
    return true;
  }

  void read_block() {
    skip_lead();
    if (const std::size_t size = lot_without_number(t_, at_); size > 0) {
      if (AddressNumber* n = next()) add_text(*n, t_.is(at_, U'無') ? "無番地" : "番外地");
      at_ += size;
      skip_lead();
    }
    // 上町A-5: a block with a letter.
    if (is_latin(t_.at(at_)) &&
        (is_number(t_.at(at_ + 1)) || (t_.is(at_ + 1, U'-') && is_number(t_.at(at_ + 2))))) {
      if (AddressNumber* n = next()) add_character(*n, t_.token[at_]);
      ++at_;
      if (t_.is(at_, U'-')) ++at_;
    }
    bool after_kanji = false;  // 六十七−七: what follows the dash is a number too
    while (begins_numbers(t_, at_) || (after_kanji && is_number(t_.at(at_)))) {
      if (address_.count > 0 && is_of_building(t_, at_ + 1)) return;
      const std::size_t before = at_;
      AddressNumber* n = next();
      if (n == nullptr) return;
      const bool kanji = !is_arabic(t_.token[at_]);
      add_value(*n, t_.token[at_++]);
      // 共栄第一29番地: the number of a name, then the first of the lot.
      if (kanji && is_arabic(t_.at(at_))) continue;
      const std::size_t unit = unit_at(t_, at_);
      at_ += unit;
      // 平和通1丁目南6: the direction belongs to the number.
      if (is_direction(t_.at(at_)) && is_number(t_.at(at_ + 1)) && at_ > before) {
        add_character(*n, t_.token[at_]);
        ++at_;
        continue;
      }
      const bool part = read_part();
      const std::size_t gap = at_;
      if (unit > 0 && t_.is(at_, U'の')) ++at_;
      if (unit == 0 && !part && !t_.is(at_, U'-') && !t_.is(at_, U'の') && !t_.is(at_, U' '))
        return;
      after_kanji = kanji && t_.is(at_, U'-');
      skip_lead();
      if (!begins_numbers(t_, at_) && !(after_kanji && is_number(t_.at(at_)))) {
        at_ = gap;
        return;
      }
    }
  }

  // A number in the text of the building, with the letters that belong to it.
  struct Room {
    std::size_t first, count;  // in numbers of the address, after `block`
    enum Mark { kNone, kRoom, kWing, kFloor } mark;
  };

  void read_building() {
    std::array<AddressNumber, 6> wings, room;
    std::size_t wing_count = 0, room_count = 0;
    Room::Mark best = Room::kNone;
    for (std::size_t i = at_; i < t_.size;) {
      const bool starts = is_number(t_.token[i]) || starts_with_letter(i);
      if (!starts) {
        ++i;
        continue;
      }
      std::array<AddressNumber, 6> chain;
      std::size_t count = 0;
      const bool ordinal = i > 0 && t_.is(i - 1, U'第');
      const bool kanji = is_number(t_.token[i]) && !is_arabic(t_.token[i]);
      i = read_chain(i, chain, count);
      const Room::Mark mark = mark_at(i);
      i += mark == Room::kNone ? 0 : 1;
      if (count == 0 || ordinal || (kanji && mark != Room::kRoom)) continue;
      if (mark == Room::kWing) {
        for (std::size_t k = 0; k < count && wing_count < wings.size(); ++k) {
          wings[wing_count++] = chain[k];
        }
      } else if (mark == Room::kRoom || best != Room::kRoom) {
        // A floor only where there is nothing better.
        if (mark == Room::kFloor && room_count > 0) continue;
        if (mark == Room::kFloor) add_text(chain[count - 1], "F");
        room = chain;
        room_count = count;
        best = mark;
      }
    }
    for (std::size_t k = 0; k < wing_count; ++k) {
      if (AddressNumber* n = next()) *n = wings[k];
    }
    for (std::size_t k = 0; k < room_count; ++k) {
      if (AddressNumber* n = next()) *n = room[k];
    }
  }

  // A-102, A102, A棟: one letter that is no part of a word.
  bool starts_with_letter(std::size_t i) const {
    if (!is_latin(t_.token[i]) || (i > at_ && is_latin(t_.token[i - 1]))) return false;
    return is_arabic(t_.at(i + 1)) || (t_.is(i + 1, U'-') && is_arabic(t_.at(i + 2))) ||
           t_.is(i + 1, U'棟') || t_.is(i + 1, U'館');
  }

  std::size_t read_chain(std::size_t i, std::array<AddressNumber, 6>& chain, std::size_t& count) {
    while (i < t_.size && count < chain.size()) {
      AddressNumber n{};
      if (is_number(t_.token[i])) {
        add_value(n, t_.token[i++]);
        // 301C; not the F of a floor.
        if (is_latin(t_.at(i)) && !is_latin(t_.at(i + 1)) && !t_.is(i, U'F') &&
            !is_number(t_.at(i + 1))) {
          add_character(n, t_.token[i++]);
        }
      } else if (is_latin(t_.token[i]) && !is_latin(t_.at(i + 1))) {
        add_character(n, t_.token[i++]);
      } else {
        break;
      }
      chain[count++] = n;
      const bool letter_then_number = !is_number(t_.token[i - 1]) && is_arabic(t_.at(i));
      if (t_.is(i, U'-') && (is_arabic(t_.at(i + 1)) || is_latin(t_.at(i + 1)))) {
        ++i;
      } else if (!letter_then_number) {
        break;
      }
    }
    return std::max(i, at_ + 1);
  }

  Room::Mark mark_at(std::size_t i) const {
    if (t_.is(i, U'号') || t_.is(i, U'番')) {
      if (t_.is(i + 1, U'棟') || t_.is(i + 1, U'館')) return Room::kWing;
      if (t_.is(i + 1, U'町') || t_.is(i + 1, U'丁') || t_.is(i + 1, U'街')) return Room::kNone;
      return Room::kRoom;
    }
    if (t_.is(i, U'室')) return Room::kRoom;
    if (t_.is(i, U'棟') || t_.is(i, U'館')) return Room::kWing;
    if (t_.is(i, U'階') || (t_.is(i, U'F') && !is_latin(t_.at(i + 1)))) return Room::kFloor;
    return Room::kNone;
  }

  const AddressTokens& t_;
  std::size_t at_;
  Address& address_;
};

}  // namespace

bool begins_numbers(const AddressTokens& t, std::size_t i) {
  if (i >= t.size || !is_number(t.token[i])) return false;
  if (is_arabic(t.token[i])) return true;
  const std::size_t unit = unit_at(t, i + 1);
  if (unit > 0) return true;
  if (i + 1 == t.size || t.is(i + 1, U'-') || t.is(i + 1, U' ') || t.is(i + 1, U'(')) return true;
  if (is_arabic(t.token[i + 1])) return true;
  // 一の三; not 三の丸, 二の宮.
  return t.is(i + 1, U'の') && is_number(t.at(i + 2));
}

std::size_t lot_without_number(const AddressTokens& t, std::size_t i) {
  if (t.is(i, U'無') && t.is(i + 1, U'番') && t.is(i + 2, U'地')) return 3;
  if (t.is(i, U'番') && t.is(i + 1, U'外')) return t.is(i + 2, U'地') ? 3 : 2;
  return 0;
}

void read_numbers(const AddressTokens& tokens, std::size_t at, Address& address) {
  address.count = 0;
  Numbers(tokens, at, address).read();
}

}  // namespace hitokoe::identity
