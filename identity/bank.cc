// The value is read as groups of digits, and words that give the type or the bank.
//
// Post bank: 記号 of five digits, 番号 of up to eight. As other banks write it (ゆうちょ銀行,
// 記号番号から振込用の店名・預金種目・口座番号への変換): 記号 1ABx0 is branch AB8 and the number
// without its last digit; 記号 0ABxx is branch AB9, type 2, and the check digit with six digits.
// The way back is not unique (x is lost), so the form of other banks is the canonical one.
#include "identity/bank.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "identity/characters.h"
#include "identity/digit_groups.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kMostGroups = 6;
constexpr std::size_t kLongestGroup = 16;

struct Word {
  std::u32string_view text;
  std::string_view value;
};
// A longer word that begins with a shorter one comes first.
constexpr Word kTypes[] = {{U"普通", "1"}, {U"総合", "1"},  {U"当座", "2"},
                           {U"貯蓄", "4"}, {U"(普)", "1"},  {U"(当)", "2"},
                           {U"(貯)", "4"}, {U"futsu", "1"}, {U"ordinary", "1"}};
// Unified bank codes (統一金融機関コード) of banks that customers name without the code.
constexpr Word kBanks[] = {
    {U"みずほ", "0001"},     {U"三菱UFJ", "0005"},    {U"三井住友", "0009"},
    {U"りそな", "0010"},     {U"PayPay", "0033"},     {U"セブン", "0034"},
    {U"ソニー", "0035"},     {U"楽天", "0036"},       {U"住信SBI", "0038"},
    {U"auじぶん", "0039"},   {U"イオン", "0040"},     {U"大和ネクスト", "0041"},
    {U"ゆうちょ", "9900"},   {U"郵便局", "9900"},     {U"郵貯", "9900"},
    {U"埼玉りそな", "0017"}, {U"三菱東京UFJ", "0005"}};

bool stands_at(Chars text, std::size_t at, std::u32string_view word) {
  if (at + word.size() > text.size()) return false;
  return std::equal(word.begin(), word.end(), text.begin() + static_cast<long>(at),
                    [](char32_t a, char32_t b) { return lower(a) == lower(b); });
}

struct Group {
  std::array<char, kLongestGroup> digits;
  std::size_t size;
  std::string_view view() const { return {digits.data(), size}; }
};

class Account {
 public:
  explicit Account(Chars value) { read(value); }

  void append(Side side, bool codes_needed, Forms& forms) const {
    const std::size_t first = forms.size();
    if (count_ == 0 || overfull_) return;
    if (append_post(first, codes_needed, forms)) return;
    std::string_view bank, branch, number, type = type_;
    std::size_t at = 0;
    const auto take = [&](std::size_t size) {
      return at < count_ && groups_[at].size == size ? groups_[at++].view() : std::string_view();
    };
    if (count_ == 1 && !codes_needed) {  // one row of digits
      const std::string_view all = groups_[0].view();
      if (all.size() != 14 && all.size() != 15) return;
      bank = all.substr(0, 4);
      branch = all.substr(4, 3);
      if (all.size() == 15) type = all.substr(7, 1);
      number = all.substr(all.size() - 7);
      at = 1;
    } else {
      bank = take(4);
      if (bank.empty() && groups_[at].size == 7 && count_ > at + 1) {  // 0001001 1234567
        const std::string_view codes = groups_[at++].view();
        bank = codes.substr(0, 4);
        branch = codes.substr(4);
      } else {
        if (bank.empty()) bank = bank_;
        branch = take(3);
      }
      if (const auto code = take(1); !code.empty()) type = code;
      if (at < count_) number = groups_[at++].view();
    }
    if (bank.empty() || branch.empty() || number.empty() || number.size() > 7 || at != count_) {
      return;
    }
    if (number.size() < 4 || (!type.empty() && std::string_view("1249").find(type) == type.npos)) {
      return;
    }
    if (codes_needed && type.empty()) return;
    const std::string_view types = type.empty() ? (side == Side::kLeak ? "124" : "1") : type;
    for (const char t : types) write(bank, branch, t, number, first, forms);
  }

 private:
  void read(Chars value) {
    for (std::size_t i = 0; i < value.size();) {
      if (any_digit(value[i]) >= 0 && is_digit_here(value, i)) {
        if (count_ == groups_.size()) {
          overfull_ = true;
          return;
        }
        Group& group = groups_[count_++];
        group.size = 0;
        for (int d; i < value.size() && (d = any_digit(value[i])) >= 0; ++i) {
          if (group.size == kLongestGroup) {
            overfull_ = true;
            return;
          }
          group.digits[group.size++] = static_cast<char>('0' + d);
        }
        continue;
      }
      std::size_t length = 1;
      for (const Word& word : kTypes) {
        if (type_.empty() && stands_at(value, i, word.text)) {
          type_ = word.value;
          length = word.text.size();
        }
      }
      for (const Word& word : kBanks) {
        if (bank_.empty() && length == 1 && stands_at(value, i, word.text)) {
          bank_ = word.value;
          length = word.text.size();
        }
      }
      post_ = post_ || stands_at(value, i, U"記号");
      i += length;
    }
  }

  // 三菱, 四国, 八十二: kanji of a name, not digits.
  static bool is_digit_here(Chars value, std::size_t i) {
    if (is_ascii_digit(value[i])) return true;
    std::size_t end = i;
    while (end < value.size() && kanji_digit(value[end]) >= 0) ++end;
    return end - i >= 3;
  }

  static void write(std::string_view bank, std::string_view branch, char type,
                    std::string_view number, std::size_t first, Forms& forms) {
    FormText& out = forms.text();
    out.append(bank).append(1, '-').append(branch).append(1, '-').append(1, type).append(1, '-');
    out.append(7 - number.size(), '0').append(number);
    forms.commit(first);
  }

  // 記号 and 番号, with the check digit between that a current account has.
  bool append_post(std::size_t first, bool codes_needed, Forms& forms) const {
    if (count_ < 2 || count_ > 3 || groups_[0].size != 5) return false;
    if (codes_needed && !post_ && bank_ != "9900") return false;
    const std::string_view sign = groups_[0].view(), number = groups_[count_ - 1].view();
    if (count_ == 3 && groups_[1].size != 1) return false;
    if (number.size() < 2 || number.size() > 8) return false;
    std::array<char, 3> branch{sign[1], sign[2], sign[0] == '0' ? '9' : '8'};
    const std::string_view shop(branch.data(), branch.size());
    if (sign[0] == '1' && sign[4] == '0' && number.back() == '1') {
      write("9900", shop, '1', number.substr(0, number.size() - 1), first, forms);
    } else if (sign[0] == '0' && count_ == 3 && number.size() <= 6) {
      std::array<char, 7> all;
      all.fill('0');
      all[0] = groups_[1].digits[0];
      number.copy(all.data() + 7 - number.size(), number.size());
      write("9900", shop, '2', {all.data(), all.size()}, first, forms);
    } else if (sign[0] > '1') {
      return false;
    }
    FormText& out = forms.text();
    out.append(sign).append(1, '-').append(8 - number.size(), '0').append(number);
    forms.commit(first);
    return true;
  }

  std::array<Group, kMostGroups> groups_;
  std::size_t count_ = 0;
  bool overfull_ = false;
  bool post_ = false;
  std::string_view type_, bank_;
};

}  // namespace

bool is_account_word(Chars text, std::size_t at) {
  return stands_at(text, at, U"普通") || stands_at(text, at, U"当座") ||
         stands_at(text, at, U"貯蓄") || stands_at(text, at, U"記号");
}

void normalize_bank(Chars value, Side side, Forms& forms) {
  Account(value).append(side, false, forms);
}

void append_account_in_text(Chars piece, Forms& forms) {
  Account(piece).append(Side::kLeak, true, forms);
}

}  // namespace hitokoe::identity
