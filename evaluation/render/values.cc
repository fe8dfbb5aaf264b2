#include "evaluation/render/values.h"

#include <array>
#include <cstdio>

#include "hitokoe/text/half_width.h"

namespace hitokoe::evaluation {

namespace {

struct Name {
  std::string_view kanji, kana;
};
constexpr std::array<Name, 32> kFamily = {
    {{"青山", "アオヤマ"}, {"浅野", "アサノ"},   {"石田", "イシダ"},   {"上田", "ウエダ"},
     {"内田", "ウチダ"},   {"大野", "オオノ"},   {"小川", "オガワ"},   {"片山", "カタヤマ"},
     {"金子", "カネコ"},   {"川口", "カワグチ"}, {"北村", "キタムラ"}, {"工藤", "クドウ"},
     {"小島", "コジマ"},   {"小松", "コマツ"},   {"斉藤", "サイトウ"}, {"酒井", "サカイ"},
     {"桜井", "サクライ"}, {"島田", "シマダ"},   {"菅原", "スガワラ"}, {"高木", "タカギ"},
     {"武田", "タケダ"},   {"千葉", "チバ"},     {"土屋", "ツチヤ"},   {"中島", "ナカジマ"},
     {"永井", "ナガイ"},   {"野口", "ノグチ"},   {"原田", "ハラダ"},   {"平野", "ヒラノ"},
     {"丸山", "マルヤマ"}, {"宮本", "ミヤモト"}, {"森田", "モリタ"},   {"和田", "ワダ"}}};
constexpr std::array<Name, 32> kGiven = {
    {{"明", "アキラ"},   {"厚子", "アツコ"}, {"一郎", "イチロウ"}, {"恵理", "エリ"},
     {"一樹", "カズキ"}, {"加奈", "カナ"},   {"恭子", "キョウコ"}, {"賢治", "ケンジ"},
     {"幸子", "サチコ"}, {"聡", "サトシ"},   {"静香", "シズカ"},   {"修平", "シュウヘイ"},
     {"進", "ススム"},   {"節子", "セツコ"}, {"孝之", "タカユキ"}, {"千春", "チハル"},
     {"哲也", "テツヤ"}, {"俊夫", "トシオ"}, {"菜摘", "ナツミ"},   {"典子", "ノリコ"},
     {"春香", "ハルカ"}, {"秀樹", "ヒデキ"}, {"文子", "フミコ"},   {"正人", "マサト"},
     {"瑞穂", "ミズホ"}, {"康夫", "ヤスオ"}, {"結衣", "ユイ"},     {"洋一", "ヨウイチ"},
     {"里美", "サトミ"}, {"亮", "リョウ"},   {"若菜", "ワカナ"},   {"渉", "ワタル"}}};
struct Town {
  std::string_view postal, text;
};
constexpr std::array<Town, 12> kTowns = {{{"0600001", "北海道札幌市中央区北一条西"},
                                          {"9800811", "宮城県仙台市青葉区一番町"},
                                          {"1040061", "東京都中央区銀座"},
                                          {"1600022", "東京都新宿区新宿"},
                                          {"2310023", "神奈川県横浜市中区山下町"},
                                          {"3300802", "埼玉県さいたま市大宮区宮町"},
                                          {"4600008", "愛知県名古屋市中区栄"},
                                          {"5300001", "大阪府大阪市北区梅田"},
                                          {"5420081", "大阪府大阪市中央区南船場"},
                                          {"6500021", "兵庫県神戸市中央区三宮町"},
                                          {"7300011", "広島県広島市中区基町"},
                                          {"8100001", "福岡県福岡市中央区天神"}}};
constexpr std::array<std::string_view, 12> kPlans = {
    "ライト3GB", "ライト5GB",    "スタンダード10GB", "スタンダード20GB",
    "使い放題",  "使い放題家族", "シニア1GB",        "シニア3GB",
    "学生20GB",  "光ホーム",     "光マンション",     "データ30GB"};
constexpr std::array<std::array<std::string_view, 3>, kColumnCount> kHeadings = {
    {{"お客様番号", "顧客番号", "顧客ID"},
     {"氏名", "お名前", "契約者名"},
     {"フリガナ", "カナ", "氏名カナ"},
     {"電話番号", "TEL", "携帯電話番号"},
     {"メールアドレス", "E-mail", "メール"},
     {"住所", "ご住所", "住所"},
     {"郵便番号", "〒", "郵便番号"},
     {"生年月日", "誕生日", "生年月日"},
     {"料金プラン", "契約プラン", "プラン名"}}};

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

template <class... Values>
std::string print(const char* format, Values... values) {
  char text[96];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

// Who it is: all values follow from these.
struct Person {
  std::uint64_t number;  // distinct
  std::uint8_t version;
  std::string ref;
};

std::string phone(const Person& p, const Notation& n) {
  // A bijection of [0, 3·10^7): 64 versions each of 468,750 people.
  const std::uint64_t index = (p.number * 64 + p.version % 64) % 30'000'000;
  const std::uint64_t digits = index % 10'000'000 * 7'919 % 10'000'000;
  const std::string head = print("0%c0", "789"[index / 10'000'000]);
  const auto middle = static_cast<unsigned>(digits / 10'000);
  const auto last = static_cast<unsigned>(digits % 10'000);
  return n.phone_dash == 0 ? head + print("0%03u%04u", middle, last)
                           : head + print("-0%03u-%04u", middle, last);
}

std::string text_of(const Person& p, std::size_t column, const Notation& n) {
  const std::uint64_t of_name = mix(p.number * 16 + p.version);
  const auto& family = kFamily[of_name % kFamily.size()];
  const auto& given = kGiven[mix(p.number) % kGiven.size()];  // the family name changes alone
  const std::uint64_t home = mix(~(p.number * 64 + p.version));
  const auto& town = kTowns[home % kTowns.size()];
  switch (kColumns[column].field) {
    case FieldId::kRef:
      return p.ref;
    case FieldId::kName:
      return std::string(family.kanji) + (n.space_in_names ? "　" : "") + std::string(given.kanji);
    case FieldId::kKana: {
      const auto kana =
          std::string(family.kana) + (n.space_in_names ? " " : "") + std::string(given.kana);
      return n.half_width_kana ? text::half_width(kana) : kana;
    }
    case FieldId::kPhone:
      return phone(p, n);
    case FieldId::kEmail:
      return print("u%llu.%u@%s.test", static_cast<unsigned long long>(p.number), p.version + 1U,
                   p.number % 3 == 0 ? "mail" : "home");
    case FieldId::kAddress: {
      const auto block = static_cast<unsigned>(1 + (home >> 8) % 9);
      const auto number = static_cast<unsigned>(1 + (home >> 16) % 40);
      const auto house = static_cast<unsigned>(1 + (home >> 24) % 60);
      return std::string(town.text) + (n.written_address
                                           ? print("%u丁目%u番%u号", block, number, house)
                                           : print("%u-%u-%u", block, number, house));
    }
    case FieldId::kPostal:
      return n.postal_dash
                 ? std::string(town.postal.substr(0, 3)) + "-" + std::string(town.postal.substr(3))
                 : std::string(town.postal);
    case FieldId::kBirthdate: {
      const std::uint64_t born = mix(p.number ^ 0x5a5a);
      return print("%04u%c%02u%c%02u", static_cast<unsigned>(1940 + born % 65), n.date,
                   static_cast<unsigned>(1 + (born >> 8) % 12), n.date,
                   static_cast<unsigned>(1 + (born >> 16) % 28));
    }
    default:
      return std::string(kPlans[(mix(p.number + 7) + p.version) % kPlans.size()]);
  }
}

}  // namespace

Notation notation_of(std::uint64_t seed) {
  const std::uint64_t x = mix(seed);
  Notation n;
  n.cp932 = (x & 1) != 0;
  n.space_in_names = (x & 6) != 0;
  n.half_width_kana = (x & 24) == 0;
  n.phone_dash = (x & 32) != 0 ? '-' : '\0';
  n.postal_dash = (x & 64) != 0;
  n.written_address = (x & 128) != 0;
  n.date = (x & 256) != 0 ? '/' : '-';
  return n;
}

std::string value_text(const World& world, std::uint32_t contract, std::size_t column,
                       std::uint8_t version, const Notation& notation) {
  const auto& c = world.people().contracts()[contract];
  // Carriers write their numbers each in its own way.
  const unsigned long long digits = 10'000'000 + contract * 37ULL;
  const auto ref = print("%c%08llu", 'A' + c.carrier % 26, digits);
  return text_of({c.person, version, ref}, column, notation);
}

std::string stranger_text(std::uint64_t number, std::size_t column, const Notation& notation) {
  // Beyond every person that a world can have.
  const unsigned long long digits = 10'000'000 + number;
  const auto ref = print("Z%08llu", digits);
  return text_of({400'000 + number % 60'000, 0, ref}, column, notation);
}

std::string_view heading(std::size_t column, std::uint64_t choice) {
  return kHeadings[column][choice % kHeadings[column].size()];
}

}  // namespace hitokoe::evaluation
