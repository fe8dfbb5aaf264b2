// A made-up customer, rendered as carriers keep it and as leaks show it: every key of the holder's
// side must be among those of the leak's side. Seeded; a failure prints the notation.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/identity/record_keys.h"
#include "hitokoe/text/charset.h"
#include "hitokoe/text/fold.h"

namespace hitokoe::identity {
namespace {

using Random = std::mt19937;
using Strings = std::vector<std::string>;

template <class T>
const T& pick(Random& random, const std::vector<T>& from) {
  return from[random() % from.size()];
}
bool chance(Random& random, unsigned percent) { return random() % 100 < percent; }

// --- notations of characters ---

std::u32string decoded(std::string_view utf8) {
  std::u32string out;
  std::size_t i = 0;
  while (i < utf8.size()) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = n == 1 ? lead : lead & (0x7fU >> n);
    for (std::size_t k = 1; k < n; ++k)
      c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3fU);
    out += c;
    i += n;
  }
  return out;
}
std::string encoded(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) text::append_utf8(c, out);
  return out;
}

std::string full_width(std::string_view raw) {
  std::u32string text = decoded(raw);
  for (char32_t& c : text) {
    if (c > 0x20 && c < 0x7f) c += 0xfee0;
  }
  return encoded(text);
}

std::string kanji_digits(std::string_view raw) {
  constexpr std::u32string_view kDigits = U"〇一二三四五六七八九";
  std::u32string text = decoded(raw);
  for (char32_t& c : text) {
    if (c >= U'0' && c <= U'9') c = kDigits[c - U'0'];
  }
  return encoded(text);
}

// Half-width kana from the folding rules themselves: whatever folds to `c` from one of FF61..FF9F
// and a sound mark.
std::string half_width_kana(std::string_view raw) {
  std::u32string out;
  for (const char32_t c : decoded(raw)) {
    bool done = false;
    for (char32_t h = 0xff66; h <= 0xff9d && !done; ++h) {
      for (const std::u32string& tail :
           {std::u32string(), std::u32string(1, 0xff9e), std::u32string(1, 0xff9f)}) {
        std::array<char32_t, 4> folded;
        const std::u32string candidate = std::u32string(1, h) + tail;
        const std::size_t n = text::fold(encoded(candidate), folded);
        if (n == 1 && folded[0] == c) {
          out += candidate;
          done = true;
          break;
        }
      }
    }
    if (!done) out += c == U'　' ? U' ' : c;
  }
  return encoded(out);
}

std::string kanji_number(int n) {  // 1..99, with units
  const Strings digits = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  std::string out;
  if (n >= 10) out += (n >= 20 ? digits[static_cast<std::size_t>(n / 10)] : "") + "十";
  return out + digits[static_cast<std::size_t>(n % 10)];
}

// --- a customer ---

struct Surname {
  Strings kanji;  // the same name in other forms
  std::string kana;
};
const std::vector<Surname> kSurnames = {
    {{"高橋", "髙橋"}, "タカハシ"},       {{"渡辺", "渡邊", "渡邉"}, "ワタナベ"},
    {{"斎藤", "齋藤"}, "サイトウ"},       {{"吉田", "𠮷田"}, "ヨシダ"},
    {{"浜田", "濱田", "濵田"}, "ハマダ"}, {{"沢田", "澤田"}, "サワダ"},
    {{"桜井", "櫻井"}, "サクライ"},       {{"広瀬", "廣瀬", "廣瀨"}, "ヒロセ"},
    {{"山崎", "山﨑"}, "ヤマザキ"},       {{"佐々木"}, "ササキ"},
    {{"国分", "國分"}, "コクブ"},         {{"児島", "兒島"}, "コジマ"}};
const std::vector<std::pair<std::string, std::string>> kGivenNames = {
    {"太郎", "タロウ"},   {"花子", "ハナコ"}, {"純一郎", "ジュンイチロウ"}, {"あゆみ", "アユミ"},
    {"祥子", "ショウコ"}, {"健", "ケン"},     {"マリー", "マリー"}};

struct Town {
  std::string prefecture, city, town, postal;
};
const std::vector<Town> kTowns = {{"東京都", "江東区", "豊洲", "1350061"},
                                  {"東京都", "渋谷区", "代々木", "1510053"},
                                  {"神奈川県", "藤沢市", "藤沢", "2510052"},
                                  {"大阪府", "大阪市中央区", "大手前", "5400008"},
                                  {"北海道", "札幌市西区", "二十四軒二条", "0630802"},
                                  {"東京都", "港区", "六本木", "1060032"},
                                  {"愛知県", "名古屋市中区", "三の丸", "4600001"},
                                  {"東京都", "千代田区", "霞が関", "1000013"},
                                  {"神奈川県", "鎌倉市", "稲村ガ崎", "2480024"}};

struct Customer {
  std::size_t surname, given;
  int year, month, day;
  std::string phone;
  std::string email;
  const Town* town;
  int chome, ban, go, room;  // room 0: none
};

Customer make_customer(Random& random) {
  Customer c;
  c.surname = random() % kSurnames.size();
  c.given = random() % kGivenNames.size();
  c.year = 1930 + static_cast<int>(random() % 85);
  c.month = 1 + static_cast<int>(random() % 12);
  c.day = 1 + static_cast<int>(random() % 28);
  const auto digits = [&](int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += static_cast<char>('0' + random() % 10);
    return out;
  };
  c.phone = chance(random, 70) ? pick(random, Strings{"090", "080", "070", "050"}) + digits(8)
                               : pick(random, Strings{"03", "06"}) + "3" + digits(7);
  c.email = "user" + digits(4) + "@" +
            pick(random, Strings{"example.jp", "ezweb.ne.jp", "mail.example.co.jp"});
  c.town = &kTowns[random() % kTowns.size()];
  c.chome = 1 + static_cast<int>(random() % 9);
  c.ban = 1 + static_cast<int>(random() % 30);
  c.go = 1 + static_cast<int>(random() % 40);
  c.room = chance(random, 40) ? 101 + static_cast<int>(random() % 800) : 0;
  return c;
}

// --- renderings ---

std::string name_of(const Customer& c, Random& random, bool leak) {
  const std::string surname =
      leak ? pick(random, kSurnames[c.surname].kanji) : kSurnames[c.surname].kanji[0];
  const std::string gap = leak ? pick(random, Strings{"", " ", "　", "・"}) : " ";
  const std::string tail =
      leak && chance(random, 20) ? pick(random, Strings{"様", " 様", "さん"}) : "";
  return surname + gap + kGivenNames[c.given].first + tail;
}

std::string kana_of(const Customer& c, Random& random, bool leak) {
  const std::string kana = kSurnames[c.surname].kana + "　" + kGivenNames[c.given].second;
  return leak && chance(random, 60) ? half_width_kana(kana) : kana;
}

std::string phone_of(const Customer& c, Random& random, bool leak) {
  const std::size_t head = c.phone.size() == 11 ? 3 : 2;
  const std::string a = c.phone.substr(0, head), b = c.phone.substr(head, 4),
                    d = c.phone.substr(head + 4);
  if (!leak) return a + "-" + b + "-" + d;
  switch (random() % 9) {
    case 0:
      return c.phone;
    case 1:
      return full_width(a + "-" + b + "-" + d);
    case 2:
      return kanji_digits(a + "ー" + b + "ー" + d);
    case 3:
      return c.phone.substr(1);  // a spreadsheet
    case 4:
      return "+81 " + a.substr(1) + " " + b + " " + d;
    case 5:
      return "TEL" + a + "(" + b + ")" + d;
    case 6:
      return "0081-" + a.substr(1) + "-" + b + "-" + d;
    case 7:
      return a + "・" + b + "・" + d;
    default:
      return a + " " + b + " " + d;
  }
}

std::string birthdate_of(const Customer& c, Random& random, bool leak) {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::string y = std::to_string(c.year), m = two(c.month), d = two(c.day);
  if (!leak) return y + "-" + m + "-" + d;
  // Years that are whole in one era.
  const bool showa = c.year > 1926 && c.year<1989, heisei = c.year> 1989 && c.year < 2019;
  const int of_era = showa ? c.year - 1925 : c.year - 1988;
  switch (random() % 8) {
    case 0:
      return y + m + d;
    case 1:
      return y + "年" + std::to_string(c.month) + "月" + std::to_string(c.day) + "日";
    case 2:
      if (showa || heisei) {
        return std::string(showa ? "S" : "H") + std::to_string(of_era) + "." +
               std::to_string(c.month) + "." + std::to_string(c.day);
      }
      [[fallthrough]];
    case 3:
      if (showa || heisei) {
        return std::string(showa ? "昭和" : "平成") + kanji_number(of_era) + "年" +
               kanji_number(c.month) + "月" + kanji_number(c.day) + "日";
      }
      [[fallthrough]];
    case 4:
      if (showa || heisei) return std::string(showa ? "3" : "4") + two(of_era) + m + d;
      [[fallthrough]];
    case 5:
      return full_width(y + "/" + m + "/" + d);
    case 6:
      return y.substr(2) + m + d;
    default:
      return y + "/" + m + "/" + d + " 00:00:00";
  }
}

std::string address_of(const Customer& c, Random& random, bool leak) {
  const auto n = [](int v) { return std::to_string(v); };
  const std::string dashes = n(c.chome) + "-" + n(c.ban) + "-" + n(c.go);
  const std::string place = c.town->prefecture + c.town->city + c.town->town;
  if (!leak) {
    return place + n(c.chome) + "丁目" + n(c.ban) + "番" + n(c.go) + "号" +
           (c.room > 0 ? " 青空ハイツ" + n(c.room) + "号室" : "");
  }
  std::string town = c.town->town;
  if (town == "霞が関") town = pick(random, Strings{"霞が関", "霞ヶ関", "霞ケ関"});
  if (town == "稲村ガ崎") town = pick(random, Strings{"稲村ガ崎", "稲村が崎", "稲村ヶ﨑"});
  if (town == "三の丸") town = pick(random, Strings{"三の丸", "三ノ丸", "三之丸"});
  if (town == "二十四軒二条")
    town = pick(random, Strings{"二十四軒2条", "二十四軒２条", "24軒2条"});
  const std::string prefecture = chance(random, 50) ? c.town->prefecture : "";
  const std::string front = pick(random, Strings{"", "〒" + c.town->postal + " "}) + prefecture +
                            c.town->city + pick(random, Strings{"", " "}) + town;
  const std::string room = c.room == 0 ? "" : n(c.room);
  switch (random() % 5) {
    case 0:
      return front + full_width(dashes + (room.empty() ? "" : "-" + room));
    case 1:
      return front + kanji_number(c.chome) + "丁目" + kanji_number(c.ban) + "番" + n(c.go) + "号" +
             (room.empty() ? "" : "　青空ハイツ　" + room + "号室");
    case 2:
      return front + n(c.chome) + "ー" + n(c.ban) + "ー" + n(c.go) +
             (room.empty() ? "" : " " + room);
    case 3:
      return front + n(c.chome) + "丁目" + n(c.ban) + "の" + n(c.go) +
             (room.empty() ? "" : "青空ハイツ" + room);
    default:
      return front + dashes + (room.empty() ? "" : "青空ハイツ" + full_width(room) + "号");
  }
}

std::vector<std::pair<FieldId, std::string>> render(const Customer& c, Random& random, bool leak) {
  const std::string postal =
      leak && chance(random, 50)
          ? full_width("〒" + c.town->postal.substr(0, 3) + "-" + c.town->postal.substr(3))
          : c.town->postal;
  const std::string email = leak && chance(random, 30) ? full_width(c.email) : c.email;
  return {{FieldId::kName, name_of(c, random, leak)},
          {FieldId::kKana, kana_of(c, random, leak)},
          {FieldId::kPhone, phone_of(c, random, leak)},
          {FieldId::kEmail, email},
          {FieldId::kPostal, postal},
          {FieldId::kAddress, address_of(c, random, leak)},
          {FieldId::kBirthdate, birthdate_of(c, random, leak)}};
}

std::vector<FieldValue> values_of(const std::vector<std::pair<FieldId, std::string>>& rendered) {
  std::vector<FieldValue> values;
  for (const auto& [field, raw] : rendered) values.push_back({field, raw});
  return values;
}

TEST(Meet, EveryKeyOfTheHolderIsAmongThoseOfTheLeak) {
  constexpr unsigned kSeed = 20240611;
  Random random(kSeed);
  RecordEncoder holder(Side::kHolder), leak(Side::kLeak);
  for (int i = 0; i < 1000; ++i) {
    const Customer customer = make_customer(random);
    const auto theirs = render(customer, random, false);
    const auto shown = render(customer, random, true);
    const RecordKeys& h = holder.encode(values_of(theirs));
    const RecordKeys& l = leak.encode(values_of(shown));
    ASSERT_EQ(h.unreadable, 0u);
    std::set<std::pair<FieldId, std::string_view>> keys, checks;
    for (const KeyView& k : l.index) keys.emplace(k.field, k.value);
    for (const KeyView& k : l.checks) checks.emplace(k.field, k.value);
    std::string text = "seed 20240611, customer " + std::to_string(i);
    for (const auto& [field, raw] : shown) text += " | " + raw;
    for (const KeyView& k : h.index) {
      ASSERT_TRUE(keys.contains({k.field, k.value}))
          << field_info(k.field).name << ": " << k.value << "\n"
          << text;
    }
    for (const KeyView& k : h.checks) {
      ASSERT_TRUE(checks.contains({k.field, k.value}))
          << field_info(k.field).name << ": " << k.value << "\n"
          << text;
    }
  }
}

TEST(Meet, DifferentCustomersShareNoStrongKey) {
  Random random(3);
  RecordEncoder a(Side::kHolder), b(Side::kLeak);
  for (int i = 0; i < 500; ++i) {
    const Customer one = make_customer(random), two = make_customer(random);
    const auto rendered_one = render(one, random, false), rendered_two = render(two, random, true);
    std::set<std::pair<FieldId, std::string>> keys;
    for (const KeyView& k : a.encode(values_of(rendered_one)).index) {
      keys.emplace(k.field, std::string(k.value));
    }
    for (const KeyView& k : b.encode(values_of(rendered_two)).index) {
      const bool shared = keys.contains({k.field, std::string(k.value)});
      if (k.field == FieldId::kPhone) {
        EXPECT_EQ(shared, one.phone == two.phone);
      }
      if (k.field == FieldId::kEmail) {
        EXPECT_TRUE(!shared || one.email == two.email);
      }
      if (k.field == FieldId::kAddress && shared) {
        EXPECT_TRUE(one.town == two.town && one.chome == two.chome && one.ban == two.ban);
      }
    }
  }
}

}  // namespace
}  // namespace hitokoe::identity
