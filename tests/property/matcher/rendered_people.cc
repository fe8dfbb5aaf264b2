#include "tests/property/matcher/rendered_people.h"

#include <algorithm>
#include <array>

#include "matcher/rows/split.h"

namespace hitokoe::matcher::test {

namespace {

using identity::FieldId;
using Random = std::mt19937;

template <class List>
const auto& one_of(const List& list, Random& r) {
  return list[r() % std::size(list)];
}
bool chance(Random& r, unsigned percent) { return r() % 100 < percent; }

struct NameOf {
  const char *kanji, *kana;
};
constexpr NameOf kSei[] = {
    {"山田", "ヤマダ"}, {"鈴木", "スズキ"},   {"佐藤", "サトウ"},     {"高橋", "タカハシ"},
    {"田中", "タナカ"}, {"伊藤", "イトウ"},   {"渡辺", "ワタナベ"},   {"中村", "ナカムラ"},
    {"林", "ハヤシ"},   {"佐々木", "ササキ"}, {"長谷川", "ハセガワ"}, {"森", "モリ"},
    {"木村", "キムラ"}, {"井上", "イノウエ"}, {"清水", "シミズ"},     {"西町", "ニシマチ"}};
constexpr NameOf kMei[] = {{"太郎", "タロウ"},   {"花子", "ハナコ"},       {"次郎", "ジロウ"},
                           {"さくら", "サクラ"}, {"健", "ケン"},           {"美咲", "ミサキ"},
                           {"一郎", "イチロウ"}, {"陽菜", "ヒナ"},         {"大輔", "ダイスケ"},
                           {"恵", "メグミ"},     {"健太郎", "ケンタロウ"}, {"由美子", "ユミコ"}};
struct Place {
  const char *zip, *pref, *city, *town;
};
constexpr Place kPlaces[] = {{"1350061", "東京都", "江東区", "豊洲"},
                             {"1600023", "東京都", "新宿区", "西新宿"},
                             {"5300001", "大阪府", "大阪市北区", "梅田"},
                             {"0600001", "北海道", "札幌市中央区", "北一条西"},
                             {"2200012", "神奈川県", "横浜市西区", "みなとみらい"},
                             {"4600008", "愛知県", "名古屋市中区", "栄"},
                             {"8120011", "福岡県", "福岡市博多区", "博多駅前"}};
constexpr const char* kBuildings[] = {"豊洲タワー101", "コーポ山田203", "ハイツA-102",
                                      "グランドメゾン1205号室"};

std::string digits(Random& r, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += static_cast<char>('0' + r() % 10);
  return out;
}

std::string phone_in(const std::string& phone, int style) {
  const bool mobile = phone.size() == 11;
  const std::size_t a = mobile ? 3 : 2;
  const std::string x = phone.substr(0, a), y = phone.substr(a, 4), z = phone.substr(a + 4);
  switch (style) {
    case 0:
      return x + "-" + y + "-" + z;
    case 1:
      return "+81-" + x.substr(1) + "-" + y + "-" + z;
    case 2:
      return x + "(" + y + ")" + z;
    default:
      return phone;
  }
}

std::string birth_in(const std::string& iso, int style) {
  const std::string y = iso.substr(0, 4), m = iso.substr(5, 2), d = iso.substr(8, 2);
  switch (style) {
    case 0:
      return y + "/" + m + "/" + d;
    case 1:
      return y + m + d;
    case 2:
      return y + "年" + std::to_string(std::stoi(m)) + "月" + std::to_string(std::stoi(d)) + "日";
    default:
      return iso;
  }
}

// A column of a rendering: its names and what stands in it.
struct Column {
  std::vector<const char*> names;
  std::string (*cell)(const Made&, int style, Random&);
  FieldId field;         // that it adds; kPlan: none
  bool headless = true;  // can be told by its cells
};

using Columns = std::vector<std::vector<Column>>;  // columns that stand side by side

const Column kRefColumn{
    {"顧客番号", "customer_id", "お客様番号", "kokyaku_no", "custNo", "会員ID", "user.id"},
    [](const Made& m, int, Random&) { return m.ref; },
    FieldId::kRef};
const Column kEmailColumn{
    {"メールアドレス", "email", "e-mail", "mail_addr", "eMailAddress", "E-Mail"},
    [](const Made& m, int, Random&) { return m.email; },
    FieldId::kEmail};
const Column kPhoneColumn{
    {"電話番号", "tel", "phone_number", "TEL", "msisdn", "携帯電話番号", "denwa"},
    [](const Made& m, int style, Random&) { return phone_in(m.phone, style); },
    FieldId::kPhone};
const Column kBirthColumn{
    {"生年月日", "birthday", "DOB", "seinengappi", "birth_date"},
    [](const Made& m, int style, Random&) { return birth_in(m.birth, style); },
    FieldId::kBirthdate};
const Column kZipColumn{{"郵便番号", "zip", "postal_code", "yubin", "〒"},
                        [](const Made& m, int style, Random&) {
                          return style % 2 == 0 ? m.zip
                                                : m.zip.substr(0, 3) + "-" + m.zip.substr(3);
                        },
                        FieldId::kPostal};

Columns columns_of(Random& r) {
  Columns c;
  if (chance(r, 70)) c.push_back({kRefColumn});
  const bool parts = chance(r, 35);
  if (parts) {
    c.push_back({{{"姓", "last_name", "sei", "氏"},
                  [](const Made& m, int, Random&) { return m.sei; },
                  FieldId::kName},
                 {{"名", "first_name", "mei", "名"},
                  [](const Made& m, int, Random&) { return m.mei; },
                  FieldId::kName}});
  } else {
    c.push_back({{{"氏名", "name", "shimei", "お名前", "契約者名", "customerName"},
                  [](const Made& m, int style, Random&) {
                    return m.sei + (style % 2 == 0 ? "" : " ") + m.mei;
                  },
                  FieldId::kName}});
  }
  if (chance(r, 60)) {
    if (parts) {
      c.push_back({{{"セイ", "last_name_kana", "姓カナ", "sei_kana"},
                    [](const Made& m, int, Random&) { return m.sei_kana; },
                    FieldId::kKana},
                   {{"メイ", "first_name_kana", "名カナ", "mei_kana"},
                    [](const Made& m, int, Random&) { return m.mei_kana; },
                    FieldId::kKana}});
    } else {
      c.push_back({{{"フリガナ", "kana", "氏名（カナ）", "shimei_kana"},
                    [](const Made& m, int style, Random&) {
                      return m.sei_kana + (style % 2 == 0 ? " " : "") + m.mei_kana;
                    },
                    FieldId::kKana}});
    }
  }
  if (chance(r, 80)) {
    if (chance(r, 25)) {
      c.push_back(
          {{{"電話番号1", "tel1", "phone1"},
            [](const Made& m, int, Random&) { return m.phone.substr(0, m.phone.size() - 8); },
            FieldId::kPhone},
           {{"電話番号2", "tel2", "phone2"},
            [](const Made& m, int, Random&) { return m.phone.substr(m.phone.size() - 8, 4); },
            FieldId::kPhone},
           {{"電話番号3", "tel3", "phone3"},
            [](const Made& m, int, Random&) { return m.phone.substr(m.phone.size() - 4); },
            FieldId::kPhone}});
    } else {
      c.push_back({kPhoneColumn});
    }
  }
  if (chance(r, 80)) c.push_back({kEmailColumn});
  if (chance(r, 60)) {
    if (chance(r, 50)) {
      std::vector<Column> place = {{{"都道府県", "prefecture", "pref"},
                                    [](const Made& m, int, Random&) { return m.pref; },
                                    FieldId::kAddress},
                                   {{"市区町村", "city", "shikuchoson"},
                                    [](const Made& m, int, Random&) { return m.city; },
                                    FieldId::kAddress},
                                   {{"町域", "address1", "住所1"},
                                    [](const Made& m, int, Random&) { return m.town; },
                                    FieldId::kAddress},
                                   {{"番地", "address2", "住所2"},
                                    [](const Made& m, int, Random&) { return m.numbers; },
                                    FieldId::kAddress}};
      if (chance(r, 50)) {
        place.push_back({{"建物名", "building", "マンション名"},
                         [](const Made& m, int, Random&) { return m.building; },
                         FieldId::kAddress});
      }
      if (chance(r, 70)) place.insert(place.begin(), kZipColumn);
      c.push_back(std::move(place));
    } else {
      c.push_back(
          {{{"住所", "address", "jusho", "ご住所"},
            [](const Made& m, int, Random&) { return m.pref + m.city + m.town + m.numbers; },
            FieldId::kAddress}});
    }
  }
  if (chance(r, 60)) c.push_back({kBirthColumn});
  std::ranges::shuffle(c, r);
  return c;
}

Column filler(Random& r) {
  switch (r() % 6) {
    case 0:
      return {{"ステータス", "status"},
              [](const Made&, int, Random& x) {
                return std::string(chance(x, 50) ? "契約中" : "解約");
              },
              FieldId::kPlan};
    case 1:
      return {{"登録日", "created_at"},
              [](const Made&, int, Random& x) {
                return "2024-0" + std::to_string(1 + x() % 9) + "-1" + std::to_string(x() % 10) +
                       " 12:34:56";
              },
              FieldId::kPlan};
    case 2:
      return {
          {"担当者", "staff_name"},
          [](const Made&, int, Random& x) { return std::string(chance(x, 50) ? "係A" : "係B"); },
          FieldId::kPlan};
    case 3:
      return {{"性別", "sex"},
              [](const Made&, int, Random& x) { return std::string(chance(x, 50) ? "男" : "女"); },
              FieldId::kPlan};
    case 4:
      return {{"password", "パスワード"},
              [](const Made&, int, Random& x) { return "pw" + digits(x, 4) + "x"; },
              FieldId::kPlan};
    default:
      return {{"備考", "memo"},
              [](const Made&, int, Random& x) {
                return std::string(chance(x, 20) ? "折返し希望" : "");
              },
              FieldId::kPlan};
  }
}

struct Grid {
  std::vector<std::string> names;
  std::vector<FieldId> fields;
  std::vector<std::vector<std::string>> cells;
  std::vector<Expected> people;
};

void expect(Expected& e, FieldId field, const Made& m) {
  if (e.contains(field)) return;
  switch (field) {
    case FieldId::kRef:
      e.emplace(field, m.ref);
      break;
    case FieldId::kName:
      e.emplace(field, m.sei + m.mei);
      break;
    case FieldId::kKana:
      e.emplace(field, m.sei_kana + m.mei_kana);
      break;
    case FieldId::kPhone:
      e.emplace(field, m.phone);
      break;
    case FieldId::kEmail:
      e.emplace(field, m.email);
      break;
    case FieldId::kPostal:
      e.emplace(field, m.zip);
      break;
    case FieldId::kAddress:
      e.emplace(field, m.pref + m.city + m.town + m.numbers);
      break;
    case FieldId::kBirthdate:
      e.emplace(field, m.birth);
      break;
    default:
      break;
  }
}

Grid grid_of(std::size_t people, Random& r, bool with_fillers) {
  Columns groups;
  do {
    groups = columns_of(r);
  } while (groups.size() < 3);
  std::vector<Column> columns;
  for (auto& group : groups) {
    if (with_fillers && chance(r, 25)) columns.push_back(filler(r));
    std::ranges::move(group, std::back_inserter(columns));
  }
  Grid g;
  std::vector<int> styles;
  for (const auto& c : columns) {
    const std::string name = one_of(c.names, r);
    g.names.push_back(name);
    g.fields.push_back(c.field);
    styles.push_back(static_cast<int>(r() % 4));
  }
  // The same name twice would be two columns of one thing.
  for (std::size_t i = 0; i < people; ++i) {
    const Made m = made_person(r);
    std::vector<std::string> row;
    Expected e;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      row.push_back(columns[k].cell(m, styles[k], r));
      if (columns[k].field != FieldId::kPlan) expect(e, columns[k].field, m);
    }
    g.cells.push_back(std::move(row));
    g.people.push_back(std::move(e));
  }
  return g;
}

std::string quoted_csv(const std::string& cell, const std::string& delimiter, bool always) {
  if (!always && cell.find(delimiter) == std::string::npos && cell.find('"') == std::string::npos)
    return cell;
  std::string out = "\"";
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string line_of(const std::vector<std::string>& cells, const std::string& delimiter,
                    bool quote) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += delimiter;
    line += quoted_csv(cells[i], delimiter, quote);
  }
  return line;
}

Dump delimited(Grid g, Random& r, bool header) {
  static constexpr const char* kDelimiters[] = {",",    ",",  "\t", ";", "|",    "^",  "~",
                                                "\x01", "||", "::", "␟", "----", " | "};
  std::string delimiter = one_of(kDelimiters, r);
  if (delimiter == "----" && !header) delimiter = ",";
  const bool quote = chance(r, 30) && delimiter != "----";
  const std::string end = chance(r, 30) ? "\r\n" : "\n";
  Dump d;
  if (chance(r, 20)) d.text += "お宝 顧客一覧" + end + end;
  if (header) d.text += line_of(g.names, delimiter, quote) + end;
  for (std::size_t i = 0; i < g.cells.size(); ++i) {
    if (i > 4 && chance(r, 2)) d.text += "=== 続き ===" + end;
    if (header && i > 4 && chance(r, 3)) d.text += line_of(g.names, delimiter, quote) + end;
    d.text += line_of(g.cells[i], delimiter, quote) + end;
  }
  d.people = std::move(g.people);
  return d;
}

std::string sql_string(const std::string& cell, Random& r, bool mysql) {
  if (cell.empty()) return chance(r, 50) ? "NULL" : "''";
  std::string out = "'";
  for (const char c : cell) {
    if (c == '\'') out += mysql ? '\\' : '\'';
    out += c;
  }
  return out + "'";
}

Dump sql(Grid g, Random& r) {
  Dump d;
  const bool mysql = chance(r, 50);
  const char* open = mysql ? "`" : "\"";
  const std::string table = std::string(open) + "m_customer" + open;
  std::string names;
  for (const auto& n : g.names) names += (names.empty() ? "" : ", ") + (open + n + open);
  const bool copy = chance(r, 20);
  const bool create = !copy && chance(r, 40);
  if (create) {
    d.text += "CREATE TABLE " + table + " (\n";
    for (const auto& n : g.names)
      d.text += "  " + (open + n + open) + " varchar(255) DEFAULT NULL,\n";
    d.text += "  PRIMARY KEY (" + std::string(open) + "x" + open + ")\n);\n\n";
  }
  if (copy) d.text += "COPY public.m_customer (" + names + ") FROM stdin;\n";
  const std::string head = "INSERT INTO " + table + (create ? "" : " (" + names + ")") + " VALUES ";
  const std::size_t per = 1 + r() % 7;
  for (std::size_t i = 0; i < g.cells.size(); ++i) {
    if (copy) {
      std::string line;
      for (const auto& c : g.cells[i])
        line += (line.empty() ? "" : "\t") + (c.empty() ? std::string("\\N") : c);
      d.text += line + "\n";
      continue;
    }
    std::string tuple;
    for (const auto& c : g.cells[i]) tuple += (tuple.empty() ? "(" : ",") + sql_string(c, r, mysql);
    d.text += (i % per == 0 ? head : ",\n") + tuple + ")";
    if (i % per == per - 1 || i + 1 == g.cells.size()) d.text += ";\n";
  }
  if (copy) d.text += "\\.\n";
  d.people = std::move(g.people);
  return d;
}

std::string json_string(const std::string& text, Random& r, bool escape) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const WideCharacter c = wide_character(std::string_view(text).substr(i));
    if (escape && c.point >= 0x80 && c.point < 0x10000) {
      std::array<char, 8> hex{};
      std::snprintf(hex.data(), hex.size(), "\\u%04x", c.point);
      out += hex.data();
    } else {
      if (text[i] == '"' || text[i] == '\\') out += '\\';
      out += text.substr(i, c.bytes);
    }
    i += c.bytes;
  }
  (void)r;
  return out + "\"";
}

Dump json(Grid g, Random& r) {
  Dump d;
  const bool escape = chance(r, 40);
  const int shape = static_cast<int>(r() % 5);  // lines, array, pretty, _source, arrays of arrays
  const std::string gap = shape == 2 ? "\n    " : "";
  if (shape == 1 || shape == 2) d.text += "[";
  if (shape == 3) d.text += "{\"hits\":{\"hits\":[";
  if (shape == 4) {
    d.text += "[[";
    for (std::size_t k = 0; k < g.names.size(); ++k)
      d.text += (k > 0 ? "," : "") + json_string(g.names[k], r, escape);
    d.text += "]";
  }
  for (std::size_t i = 0; i < g.cells.size(); ++i) {
    if (shape == 4)
      d.text += ",[";
    else if (shape != 0 && i > 0)
      d.text += ",";
    if (shape == 3) d.text += "{\"_index\":\"u\",\"_source\":";
    if (shape != 4) d.text += gap + "{";
    for (std::size_t k = 0; k < g.names.size(); ++k) {
      if (k > 0) d.text += ",";
      if (shape != 4)
        d.text += gap + json_string(g.names[k], r, escape) + (shape == 2 ? " : " : ":");
      d.text += g.cells[i][k].empty() ? "null" : json_string(g.cells[i][k], r, escape);
    }
    d.text += shape == 4 ? "]" : gap + "}";
    if (shape == 3) d.text += "}";
    if (shape == 0) d.text += "\n";
  }
  if (shape == 1 || shape == 2 || shape == 4) d.text += "]\n";
  if (shape == 3) d.text += "]}}\n";
  d.people = std::move(g.people);
  return d;
}

std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const WideCharacter c = wide_character(std::string_view(text).substr(i));
    width += c.columns;
    i += c.bytes;
  }
  return width;
}

Dump aligned(Grid g, Random& r, bool drawn) {
  Dump d;
  std::vector<std::size_t> widths;
  for (std::size_t k = 0; k < g.names.size(); ++k) {
    std::size_t w = width_of(g.names[k]);
    for (const auto& row : g.cells) w = std::max(w, width_of(row[k]));
    widths.push_back(w);
  }
  const bool mysql = drawn && chance(r, 50), psql = drawn && !mysql;
  const auto rule = [&] {
    std::string line;
    for (const auto w : widths)
      line += (mysql ? "+" : line.empty() ? "" : "+") + std::string(w + 2, '-');
    return line + (mysql ? "+\n" : "\n");
  };
  const auto row = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      line += mysql ? "| " : psql ? (k > 0 ? "| " : " ") : (k > 0 ? "  " : "");
      line += cells[k] + std::string(widths[k] - width_of(cells[k]), ' ');
      if (drawn) line += " ";
    }
    return line + (mysql ? "|\n" : "\n");
  };
  if (mysql) d.text += rule();
  d.text += row(g.names);
  if (drawn) d.text += rule();
  for (const auto& cells : g.cells) d.text += row(cells);
  if (mysql) d.text += rule();
  if (psql) d.text += "(" + std::to_string(g.cells.size()) + " rows)\n";
  d.people = std::move(g.people);
  return d;
}

Dump labels(Grid g, Random& r) {
  Dump d;
  static constexpr const char* kOpen[] = {"", "■", "【", "・", "  "};
  static constexpr const char* kColon[] = {"：", ": ", "=", " : ", "\t"};
  const std::string open = one_of(kOpen, r);
  const std::string colon = open == "【" ? "】" : one_of(kColon, r);
  static constexpr const char* kBetween[] = {"\n", "----------\n", "*** row ***\n", "\n\n"};
  const std::string between = one_of(kBetween, r);
  for (const auto& cells : g.cells) {
    for (std::size_t k = 0; k < cells.size(); ++k) {
      if (!cells[k].empty()) d.text += open + g.names[k] + colon + cells[k] + "\n";
    }
    d.text += between;
  }
  d.people = std::move(g.people);
  return d;
}

Dump combo(std::size_t people, Random& r) {
  Dump d;
  static constexpr const char* kDelimiters[] = {":", ";", "|", "----", "\t", " ", ","};
  const std::string delimiter = one_of(kDelimiters, r);
  const int shape = static_cast<int>(r() % 3);  // mail:password, phone:password, mail:password:name
  for (std::size_t i = 0; i < people; ++i) {
    const Made m = made_person(r);
    if (chance(r, 4)) d.text += "==== combo by nobody ====\n";
    std::string password = "p" + digits(r, 3) + "w!";
    if (delimiter == ":" && chance(r, 5)) password += ":x";
    d.text += (shape == 1 ? m.phone : m.email) + delimiter + password;
    Expected e;
    expect(e, shape == 1 ? FieldId::kPhone : FieldId::kEmail, m);
    if (shape == 2) {
      d.text += delimiter + m.sei + m.mei;
      expect(e, FieldId::kName, m);
    }
    d.text += "\n";
    d.people.push_back(std::move(e));
  }
  return d;
}

}  // namespace

Made made_person(Random& r) {
  Made m;
  static constexpr const char* kMobile[] = {"090", "080", "070", "060"};
  static constexpr const char* kHosts[] = {"example.jp", "mail.example.com",
                                           "docomo.example.ne.jp"};
  const NameOf& sei = one_of(kSei, r);
  const NameOf& mei = one_of(kMei, r);
  const Place& place = one_of(kPlaces, r);
  m.ref = "K" + digits(r, 8);
  m.sei = sei.kanji;
  m.mei = mei.kanji;
  m.sei_kana = sei.kana;
  m.mei_kana = mei.kana;
  m.phone = chance(r, 80) ? one_of(kMobile, r) + std::to_string(1 + r() % 9) + digits(r, 7)
                          : "03" + std::to_string(3 + r() % 4) + digits(r, 7);
  m.email = "u" + digits(r, 7) + "@" + one_of(kHosts, r);
  m.zip = place.zip;
  m.pref = place.pref;
  m.city = place.city;
  m.town = place.town;
  m.numbers = std::to_string(1 + r() % 9) + "-" + std::to_string(1 + r() % 20) + "-" +
              std::to_string(1 + r() % 30);
  m.building = chance(r, 60) ? one_of(kBuildings, r) : "";
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  m.birth = std::to_string(1940 + r() % 65) + "-" + two(1 + static_cast<unsigned>(r() % 12)) + "-" +
            two(1 + static_cast<unsigned>(r() % 28));
  return m;
}

std::string_view to_string(Format format) {
  constexpr std::string_view kNames[] = {"delimited", "headless", "sql",    "json",
                                         "aligned",   "drawn",    "labels", "combo"};
  return kNames[static_cast<std::size_t>(format)];
}

Dump rendered(Format format, std::size_t people, Random& r) {
  switch (format) {
    case Format::kDelimited:
      return delimited(grid_of(people, r, true), r, true);
    case Format::kHeadless:
      return delimited(grid_of(people, r, true), r, false);
    case Format::kSql:
      return sql(grid_of(people, r, true), r);
    case Format::kJson:
      return json(grid_of(people, r, true), r);
    case Format::kAligned:
      return aligned(grid_of(people, r, true), r, false);
    case Format::kDrawn:
      return aligned(grid_of(people, r, true), r, true);
    case Format::kLabels:
      return labels(grid_of(people, r, false), r);
    case Format::kCombo:
      return combo(people, r);
  }
  return {};
}

}  // namespace hitokoe::matcher::test
