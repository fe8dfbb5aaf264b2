#include "identity/agent/made_people.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "hitokoe/identity/canonical.h"

namespace hitokoe::identity {

namespace {

constexpr double kSpare = 20;  // values of a pattern for each person

struct Spelled {
  const char* kanji;
  const char* kana;
  const char* latin;
};

// Common names, so that a decoy does not stand out; who bears them is nobody's doing.
constexpr std::array kFamily = {
    Spelled{"佐藤", "サトウ", "sato"},        Spelled{"鈴木", "スズキ", "suzuki"},
    Spelled{"高橋", "タカハシ", "takahashi"}, Spelled{"田中", "タナカ", "tanaka"},
    Spelled{"伊藤", "イトウ", "ito"},         Spelled{"渡辺", "ワタナベ", "watanabe"},
    Spelled{"山本", "ヤマモト", "yamamoto"},  Spelled{"中村", "ナカムラ", "nakamura"},
    Spelled{"小林", "コバヤシ", "kobayashi"}, Spelled{"加藤", "カトウ", "kato"},
    Spelled{"吉田", "ヨシダ", "yoshida"},     Spelled{"山田", "ヤマダ", "yamada"},
    Spelled{"佐々木", "ササキ", "sasaki"},    Spelled{"山口", "ヤマグチ", "yamaguchi"},
    Spelled{"松本", "マツモト", "matsumoto"}, Spelled{"井上", "イノウエ", "inoue"},
    Spelled{"木村", "キムラ", "kimura"},      Spelled{"清水", "シミズ", "shimizu"},
    Spelled{"池田", "イケダ", "ikeda"},       Spelled{"橋本", "ハシモト", "hashimoto"},
    Spelled{"石川", "イシカワ", "ishikawa"},  Spelled{"前田", "マエダ", "maeda"},
    Spelled{"藤田", "フジタ", "fujita"},      Spelled{"岡田", "オカダ", "okada"},
    Spelled{"後藤", "ゴトウ", "goto"},        Spelled{"長谷川", "ハセガワ", "hasegawa"},
    Spelled{"村上", "ムラカミ", "murakami"},  Spelled{"近藤", "コンドウ", "kondo"},
    Spelled{"坂本", "サカモト", "sakamoto"},  Spelled{"遠藤", "エンドウ", "endo"},
    Spelled{"青木", "アオキ", "aoki"},        Spelled{"藤井", "フジイ", "fujii"},
    Spelled{"西村", "ニシムラ", "nishimura"}, Spelled{"福田", "フクダ", "fukuda"},
    Spelled{"太田", "オオタ", "ota"},         Spelled{"三浦", "ミウラ", "miura"},
    Spelled{"岡本", "オカモト", "okamoto"},   Spelled{"松田", "マツダ", "matsuda"},
    Spelled{"中川", "ナカガワ", "nakagawa"},  Spelled{"中野", "ナカノ", "nakano"},
};
constexpr std::array kGiven = {
    Spelled{"健一", "ケンイチ", "kenichi"},
    Spelled{"浩二", "コウジ", "koji"},
    Spelled{"直樹", "ナオキ", "naoki"},
    Spelled{"大輔", "ダイスケ", "daisuke"},
    Spelled{"翔太", "ショウタ", "shota"},
    Spelled{"拓也", "タクヤ", "takuya"},
    Spelled{"和也", "カズヤ", "kazuya"},
    Spelled{"誠", "マコト", "makoto"},
    Spelled{"隆", "タカシ", "takashi"},
    Spelled{"茂", "シゲル", "shigeru"},
    Spelled{"修", "オサム", "osamu"},
    Spelled{"学", "マナブ", "manabu"},
    Spelled{"剛", "ツヨシ", "tsuyoshi"},
    Spelled{"勇気", "ユウキ", "yuki"},
    Spelled{"達也", "タツヤ", "tatsuya"},
    Spelled{"美穂", "ミホ", "miho"},
    Spelled{"由美子", "ユミコ", "yumiko"},
    Spelled{"陽子", "ヨウコ", "yoko"},
    Spelled{"恵子", "ケイコ", "keiko"},
    Spelled{"久美子", "クミコ", "kumiko"},
    Spelled{"智子", "トモコ", "tomoko"},
    Spelled{"真由美", "マユミ", "mayumi"},
    Spelled{"裕子", "ユウコ", "yuko"},
    Spelled{"明美", "アケミ", "akemi"},
    Spelled{"愛", "アイ", "ai"},
    Spelled{"彩", "アヤ", "aya"},
    Spelled{"麻衣", "マイ", "mai"},
    Spelled{"沙織", "サオリ", "saori"},
    Spelled{"千尋", "チヒロ", "chihiro"},
    Spelled{"香織", "カオリ", "kaori"},
};

constexpr std::array kMade = {FieldId::kRef,    FieldId::kName,    FieldId::kKana,
                              FieldId::kRomaji, FieldId::kPhone,   FieldId::kEmail,
                              FieldId::kPostal, FieldId::kAddress, FieldId::kBirthdate};

bool is_made(FieldId field) { return std::ranges::find(kMade, field) != kMade.end(); }

double values_of(std::span<const std::string> patterns) {
  double sum = 0;
  for (const auto& p : patterns) {
    sum += std::pow(10.0, static_cast<double>(std::ranges::count(p, '#')));
  }
  return sum;
}

// "150-0001 東京都渋谷区神宮前…": postal code, space, address.
std::pair<std::string, std::string> split_address(const std::string& text) {
  const auto space = text.find(' ');
  if (space == std::string::npos) return {text, {}};
  return {text.substr(0, space), text.substr(space + 1)};
}

bool readable(FieldId field, const std::string& value) {
  std::vector<std::string> forms;
  normalize(field, value, Side::kHolder, forms);
  return !forms.empty();
}

Error no_value(FieldId field) {
  const auto& info = field_info(field);
  return {Errc::kUsage,
          "canaries: what is configured for " + std::string(info.name) +
              " gives no valid value, or nothing is",
          "canaries: " + std::string(info.name_ja) + " の設定がないか、正しい値になりません"};
}

}  // namespace

std::span<const FieldId> made_fields() { return kMade; }

std::string MadePeople::filled(const std::string& pattern, bool leading_zeros) {
  std::string out = pattern;
  char before = ' ';
  for (char& c : out) {
    if (c == '#') {
      const bool first = before < '0' || before > '9';
      const std::uint64_t from = first && !leading_zeros ? 1 : 0;
      c = static_cast<char>('0' + from + random_.below(10 - from));
    }
    before = c;
  }
  return out;
}

std::string MadePeople::unique(std::span<const std::string> patterns) {
  for (;;) {
    std::string value = filled(patterns[random_.below(patterns.size())], true);
    if (taken_.insert(value).second) return value;
  }
}

Result<MadePeople> MadePeople::plan(const DecoyRules& rules, std::span<const FieldId> columns,
                                    std::uint64_t count, Random& random) {
  const double wanted = kSpare * static_cast<double>(count);
  MadePeople people(rules, columns, random);
  for (const FieldId field : columns) {
    const auto listed = rules.values.find(field);
    if (listed != rules.values.end()) {
      for (const auto& value : listed->second) {
        if (!readable(field, value)) return outcome::failure(no_value(field));
      }
      if (!listed->second.empty()) continue;
    }
    if (!is_made(field)) return outcome::failure(no_value(field));
    const auto* patterns = field == FieldId::kRef     ? &rules.refs
                           : field == FieldId::kPhone ? &rules.phones
                                                      : nullptr;
    if (patterns != nullptr) {
      for (const auto& p : *patterns) {
        if (!readable(field, people.filled(p, true))) return outcome::failure(no_value(field));
      }
      if (patterns->empty()) return outcome::failure(no_value(field));
      if (values_of(*patterns) < wanted) {
        return fail(Errc::kLimit,
                    "canaries: the patterns for " + std::string(field_info(field).name) +
                        " have too few values; each decoy needs 20 to choose from",
                    "canaries: " + std::string(field_info(field).name_ja) +
                        " の型の値が足りません。一人につき 20 通りが必要です");
      }
    }
    const bool bad_mail =
        field == FieldId::kEmail &&
        (rules.domains.empty() || std::ranges::any_of(rules.domains, [](const std::string& d) {
           return !readable(FieldId::kEmail, "a@" + d);
         }));
    const bool place = field == FieldId::kAddress || field == FieldId::kPostal;
    const bool bad_place =
        place &&
        (rules.addresses.empty() || std::ranges::any_of(rules.addresses, [&](const std::string& a) {
           const auto [postal, address] = split_address(people.filled(a, false));
           return !readable(FieldId::kPostal, postal) || !readable(FieldId::kAddress, address);
         }));
    if (bad_mail || bad_place) return outcome::failure(no_value(field));
  }
  return people;
}

std::vector<std::string> MadePeople::next() {
  const auto pick = [&](const auto& from) -> const auto& {
    return from[random_.below(from.size())];
  };
  const Spelled& family = pick(kFamily);
  const Spelled& given = pick(kGiven);
  const auto year = 1950 + random_.below(55);
  const auto month = 1 + random_.below(12);
  const auto day = 1 + random_.below(28);
  const auto place = rules_.addresses.empty()
                         ? std::pair<std::string, std::string>()
                         : split_address(filled(pick(rules_.addresses), false));
  std::vector<std::string> row;
  for (const FieldId field : columns_) {
    const auto listed = rules_.values.find(field);
    if (listed != rules_.values.end() && !listed->second.empty()) {
      row.push_back(pick(listed->second));
      continue;
    }
    switch (field) {
      case FieldId::kRef:
        row.push_back(unique(rules_.refs));
        break;
      case FieldId::kPhone:
        row.push_back(unique(rules_.phones));
        break;
      case FieldId::kName:
        row.push_back(std::string(family.kanji) + "　" + given.kanji);
        break;
      case FieldId::kKana:
        row.push_back(std::string(family.kana) + "　" + given.kana);
        break;
      case FieldId::kRomaji:
        row.push_back(std::string(family.latin) + " " + given.latin);
        break;
      case FieldId::kEmail: {
        // Random digits: nobody else's address, and not to be guessed.
        const std::string start = std::string(given.latin) + "." + family.latin;
        row.push_back(unique(std::array{start + "####@" + pick(rules_.domains)}));
        break;
      }
      case FieldId::kPostal:
        row.push_back(place.first);
        break;
      case FieldId::kAddress:
        row.push_back(place.second);
        break;
      case FieldId::kBirthdate: {
        char text[32];
        std::snprintf(text, sizeof text, "%04u-%02u-%02u", static_cast<unsigned>(year),
                      static_cast<unsigned>(month), static_cast<unsigned>(day));
        row.emplace_back(text);
        break;
      }
      default:
        row.emplace_back();
    }
  }
  return row;
}

}  // namespace hitokoe::identity
