#include "tests/unit/matcher/people.h"

#include <iconv.h>

#include <array>
#include <cstdio>
#include <stdexcept>

#include "hitokoe/identity/record_keys.h"

namespace hitokoe::matcher::test {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr Pair kFamilies[] = {{"佐藤", "サトウ"},   {"鈴木", "スズキ"},   {"高橋", "タカハシ"},
                              {"田中", "タナカ"},   {"伊藤", "イトウ"},   {"渡辺", "ワタナベ"},
                              {"山本", "ヤマモト"}, {"中村", "ナカムラ"}, {"小林", "コバヤシ"},
                              {"加藤", "カトウ"},   {"吉田", "ヨシダ"},   {"山田", "ヤマダ"},
                              {"佐々木", "ササキ"}, {"松本", "マツモト"}, {"井上", "イノウエ"},
                              {"木村", "キムラ"},   {"清水", "シミズ"}};
constexpr Pair kGiven[] = {{"太郎", "タロウ"},   {"花子", "ハナコ"},   {"次郎", "ジロウ"},
                           {"美咲", "ミサキ"},   {"健一", "ケンイチ"}, {"陽子", "ヨウコ"},
                           {"翔太", "ショウタ"}, {"直美", "ナオミ"},   {"大輔", "ダイスケ"},
                           {"恵子", "ケイコ"},   {"誠", "マコト"},     {"由美", "ユミ"},
                           {"拓也", "タクヤ"}};
constexpr Pair kTowns[] = {
    {"1350061", "東京都江東区豊洲"},         {"1060032", "東京都港区六本木"},
    {"1510053", "東京都渋谷区代々木"},       {"5300001", "大阪府大阪市北区梅田"},
    {"2310023", "神奈川県横浜市中区山下町"}, {"8100001", "福岡県福岡市中央区天神"},
    {"9800811", "宮城県仙台市青葉区一番町"}};

// Spreads consecutive numbers (the multiplier is odd, so nothing repeats within 2^32).
unsigned mix(unsigned n, unsigned salt) {
  unsigned x = (n + salt * 0x9E3779B9U) * 0x85EBCA6BU;
  x ^= x >> 15;
  x *= 0xC2B2AE35U;
  return x ^ (x >> 13);
}

std::string format(const char* pattern, auto... values) {
  std::array<char, 96> out{};
  std::snprintf(out.data(), out.size(), pattern, values...);
  return out.data();
}

}  // namespace

const std::string& Person::field(FieldId id) const {
  switch (id) {
    case FieldId::kRef:
      return ref;
    case FieldId::kName:
      return name;
    case FieldId::kKana:
      return kana;
    case FieldId::kPhone:
      return phone;
    case FieldId::kEmail:
      return email;
    case FieldId::kPostal:
      return postal;
    case FieldId::kAddress:
      return address;
    case FieldId::kBirthdate:
      return birthdate;
    default:
      throw std::runtime_error("no such field of a made-up person");
  }
}

Person person(unsigned n, std::string_view prefix) {
  const auto& family = kFamilies[mix(n, 1) % std::size(kFamilies)];
  const auto& given = kGiven[mix(n, 2) % std::size(kGiven)];
  const auto& town = kTowns[mix(n, 3) % std::size(kTowns)];
  Person p;
  p.ref = std::string(prefix) + format("%08u", n);
  p.name = std::string(family.first) + "　" + std::string(given.first);
  p.kana = std::string(family.second) + " " + std::string(given.second);
  // 090 and 080 are two prefixes of 10^8 numbers: enough for all, and none twice.
  p.phone = format("0%c0-%04u-%04u", n % 2 == 0 ? '9' : '8', n / 2 / 10000 % 10000, n / 2 % 10000);
  p.email = format("user%u.%x@example.jp", n, mix(n, 4) & 0xfffU);
  p.postal = std::string(town.first).insert(3, "-");
  p.address = std::string(town.second) +
              format("%u-%u-%u", 1 + mix(n, 5) % 8, 1 + mix(n, 6) % 40, 1 + mix(n, 7) % 60);
  p.birthdate =
      format("%u-%02u-%02u", 1940 + mix(n, 8) % 65, 1 + mix(n, 9) % 12, 1 + mix(n, 10) % 28);
  return p;
}

std::vector<MadeRecord> held(const std::vector<Person>& people,
                             const std::vector<FieldId>& columns) {
  identity::RecordEncoder encoder(identity::Side::kHolder);
  std::vector<MadeRecord> out;
  std::vector<identity::FieldValue> values;
  for (const auto& p : people) {
    values.clear();
    for (const auto c : columns) values.push_back({c, p.field(c)});
    const auto& keys = encoder.encode(values);
    MadeRecord r;
    r.ref = keys.ref;
    for (const auto& k : keys.index) r.keys.emplace_back(k.field, k.value);
    for (const auto& k : keys.checks) r.checks.emplace_back(k.field, k.value);
    out.push_back(std::move(r));
  }
  return out;
}

std::string csv(const std::vector<Person>& people, const std::vector<FieldId>& columns,
                char delimiter, bool quoted, bool header) {
  std::string out;
  const auto cell = [&](std::string_view text, bool first) {
    if (!first) out += delimiter;
    if (quoted) out += '"';
    out += text;
    if (quoted) out += '"';
  };
  if (header) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      cell(identity::field_info(columns[i]).name_ja, i == 0);
    }
    out += "\r\n";
  }
  for (const auto& p : people) {
    for (std::size_t i = 0; i < columns.size(); ++i) cell(p.field(columns[i]), i == 0);
    out += "\r\n";
  }
  return out;
}

std::string to_cp932(std::string_view utf8) {
  const iconv_t converter = ::iconv_open("CP932", "UTF-8");
  if (converter == iconv_t(-1)) throw std::runtime_error("iconv has no CP932");
  std::string in(utf8);
  std::string out(utf8.size() * 2 + 16, '\0');
  char* from = in.data();
  char* to = out.data();
  std::size_t left = in.size();
  std::size_t room = out.size();
  const auto done = ::iconv(converter, &from, &left, &to, &room);
  ::iconv_close(converter);
  if (done == static_cast<std::size_t>(-1)) throw std::runtime_error("iconv failed");
  out.resize(out.size() - room);
  return out;
}

}  // namespace hitokoe::matcher::test
