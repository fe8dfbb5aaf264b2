#include "tests/bench/text/snippets.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace hitokoe::text {
namespace {

using Words = std::vector<std::string_view>;

const Words kSurnames = {"吉村",   "黒沢",     "榎本",   "朝倉",   "飯塚",  "戸田", "荻野",
                         "土屋",   "浅井",     "久野",   "磯部",   "蒲池",  "三宅", "鶴見",
                         "古賀",   "穂積",     "柳瀬",   "八木",   "佐伯",  "真鍋", "五十嵐",
                         "小笠原", "勅使河原", "薬師寺", "神楽坂", "早乙女"};
const Words kGiven = {"義弘", "佳代子", "雄太郎", "菜々美", "伸吾", "聡子",
                      "晴彦", "千鶴",   "周平",   "志保",   "巌",   "綾",
                      "新平", "弥生",   "克己",   "玲奈",   "幹夫", "小百合"};
const Words kKana = {"ヨシムラ", "クロサワ",   "エノモト", "アサクラ", "イイヅカ", "オギノ",
                     "ツチヤ",   "イソベ",     "ガマイケ", "ミヤケ",   "ホヅミ",   "ヤナセ",
                     "マナベ",   "ヨシヒロ",   "カヨコ",   "ナナミ",   "サトコ",   "ハルヒコ",
                     "チヅル",   "シュウヘイ", "シホ"};
const Words kHalf = {"ﾖｼﾑﾗ", "ｸﾛｻﾜ",  "ｴﾉﾓﾄ",  "ｱｻｸﾗ", "ｲｲﾂﾞｶ",   "ｵｷﾞﾉ", "ﾂﾁﾔ",
                     "ｲｿﾍﾞ", "ﾐﾔｹ",   "ﾏﾅﾍﾞ",  "ｶﾖｺ",  "ﾅﾅﾐ",     "ｻﾄｺ",  "ﾊﾙﾋｺ",
                     "ﾁﾂﾞﾙ", "ｼﾕｳﾍｲ", "ﾕｳﾀﾛｳ", "ﾘｮｳｺ", "ｶ)ﾏﾙﾋﾞｼ", "ﾌｸｵｶ"};
const Words kBanks = {"ｼﾅﾉ",  "ｱｷﾀ",  "ﾄｸｼﾏ", "ﾐﾔｻﾞｷ", "ｵｵｲﾀ",
                      "ﾋﾞﾜｺ", "ﾁﾖﾀﾞ", "ﾎﾝﾃﾝ", "ｴｷﾏｴ",  "ｼﾝﾏﾁ"};
const Words kPlaces = {"山形県鶴岡市馬場町", "香川県丸亀市大手町",   "宮崎県延岡市桜小路",
                       "長野県茅野市塚原",   "兵庫県姫路市飾磨区",   "青森県弘前市大字富田",
                       "徳島県鳴門市撫養町", "埼玉県川越市脇田本町", "京都市伏見区深草",
                       "札幌市厚別区青葉町", "鹿児島県薩摩川内市",   "名古屋市瑞穂区汐路町"};
const Words kKanaPlaces = {"ヤマガタケンツルオカシババチョウ",
                           "カガワケンマルガメシオオテマチ",
                           "ミヤザキケンノベオカシ",
                           "ナガノケンチノシツカハラ",
                           "ヒョウゴケンヒメジシ",
                           "トクシマケンナルトシムヤチョウ",
                           "サイタマケンカワゴエシ",
                           "ナゴヤシミズホク"};
const Words kProse = {"昨日から例の名簿が出回ってるらしい。",
                      "うちの会社の情報も入ってたんだが、",
                      "誰か確認した人いる？",
                      "電話番号まで丸見えで笑えない",
                      "コールセンターの派遣が持ち出したんじゃね",
                      "通報しました。",
                      "住所と生年月日もセットで載っている。",
                      "前にも似たようなことがあったよな",
                      "パスワードは変えておいた方がいいぞ",
                      "ファイル名は「契約者一覧（最新）」だった",
                      "ダウンロードできなくなってる…",
                      "どうせまた謝罪して終わりだろ",
                      "身に覚えのない請求が届いたのですが、",
                      "問い合わせても「調査中」としか言われません。",
                      "ソースはよ",
                      "機種変更したばかりなのに、ほんと最悪。",
                      "夜中に知らない番号から着信が続く",
                      "窓口へ行ったら二時間待ちでした。",
                      "約款をよく読むと、責任は負わないとある。"};
const Words kDomains = {"mail.example", "example.ne.jp", "corp.example.com", "ezweb.example.jp"};
const Words kLabels = {"氏名",   "フリガナ",   "ご住所", "電話",
                       "メール", "契約プラン", "備考",   "担当"};
const Words kMail = {"いつもお世話になっております。",
                     "添付の資料をご査収ください。",
                     "取り急ぎご連絡まで。",
                     "先日ご相談した件ですが、",
                     "恐れ入りますが再送をお願いいたします。",
                     "よろしくお願い申し上げます。",
                     "下記のお客様より解約のお申し出がありました。",
                     "対応履歴を更新しておきます。"};

class Writer {
 public:
  explicit Writer(std::mt19937& random) : random_(random) {}

  std::string_view of(const Words& words) { return words[random_() % words.size()]; }
  unsigned number(unsigned below) { return static_cast<unsigned>(random_() % below); }
  std::string digits(int n) {
    std::string out;
    while (n-- > 0) out += static_cast<char>('0' + number(10));
    return out;
  }
  std::string phone() { return "0" + digits(2) + "-" + digits(4) + "-" + digits(4); }
  std::string mail() {
    std::string out;
    for (unsigned i = 4 + number(6); i > 0; --i) out += static_cast<char>('a' + number(26));
    return out + digits(2) + "@" + std::string(of(kDomains));
  }
  std::string name(std::string_view gap) {
    return std::string(of(kSurnames)) + std::string(gap) + std::string(of(kGiven));
  }

  std::string csv_row() {
    std::string out = digits(8) + "," + name(number(2) == 0 ? "　" : " ") + ",";
    out.append(of(kKana)).append("　").append(of(kKana));
    out += "," + phone() + ",";
    out.append(of(kPlaces)) += digits(1) + "-" + digits(2) + "-" + digits(1) + "," + mail() +
                               ",19" + digits(2) + "/0" + digits(1) + "/1" + digits(1) + "\r\n";
    return out;
  }
  std::string prose() {
    std::string out;
    for (unsigned i = 1 + number(3); i > 0; --i) out += of(kProse);
    if (number(4) == 0) out += "\n>>" + digits(3);
    return out + "\n";
  }
  std::string bank_row() {
    std::string out = digits(4) + ",";
    out.append(of(kBanks)) += "," + digits(3) + ",";
    out.append(of(kBanks)) += ",1," + digits(7) + ",";
    out.append(of(kHalf)).append(" ").append(of(kHalf));
    return out + "," + digits(5) + "\r\n";
  }
  std::string kana_address() {
    std::string out(of(kKanaPlaces));
    return out + digits(1) + "－" + digits(2) + (number(2) == 0 ? "コーポミドリ" : "") + digits(3) +
           "\n";
  }
  std::string mostly_ascii() {
    std::string out =
        "2026-0" + digits(1) + "-1" + digits(1) + " user=" + mail() + " id=" + digits(6);
    if (number(2) == 0) out.append(" name=").append(of(kSurnames));
    return out + " tel=" + phone() + " ok\n";
  }
  std::string kanji_name() {
    return name(number(3) == 0 ? "　" : "") + (number(3) == 0 ? "様\n" : "\n");
  }
  std::string key_value() {
    std::string out;
    out.append(of(kLabels)).append(number(2) == 0 ? "：" : ": ");
    switch (number(4)) {
      case 0:
        return out + name(" ") + "\n";
      case 1:
        return out + phone() + "\n";
      case 2:
        return out.append(of(kPlaces)) + digits(2) + "番地\n";
      default:
        return out.append(of(kKana)) + "\n";
    }
  }
  std::string letter() {
    std::string out(of(kSurnames));
    out += "様\n";
    for (unsigned i = 2 + number(3); i > 0; --i) out.append(of(kMail)) += "\n";
    return out + "TEL " + phone() + "\n";
  }

 private:
  std::mt19937& random_;
};

// The words of a dictionary of Debian's skkdic-extra, as a list; read here, never kept.
const std::vector<std::string>& dictionary(std::size_t which) {
  static const std::array<std::vector<std::string>, 3> kAll = [] {
    const std::array<std::vector<const char*>, 3> files = {
        {{"SKK-JISYO.jinmei", "SKK-JISYO.fullname"},
         {"SKK-JISYO.office.zipcode"},
         {"SKK-JISYO.law", "SKK-JISYO.edict", "SKK-JISYO.station"}}};
    std::array<std::vector<std::string>, 3> all;
    for (std::size_t i = 0; i < files.size(); ++i) {
      for (const char* file : files[i]) {
        std::ifstream in(std::string("/usr/share/skk/") + file, std::ios::binary);
        for (std::string line; std::getline(in, line);) {
          const std::size_t begin = line.find('/');
          if (line.starts_with(";") || begin == line.npos) continue;
          const std::size_t end = line.find_first_of("/;", begin + 1);
          if (end == line.npos || end - begin > 60) continue;
          const Encoding euc{"", "EUC-JP", 1};
          iconv_t cd = iconv_open("UTF-8", euc.iconv_name);
          std::string word = line.substr(begin + 1, end - begin - 1), out(word.size() * 3, '\0');
          char *from = word.data(), *to = out.data();
          std::size_t left = word.size(), room = out.size();
          const bool good = iconv(cd, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
          iconv_close(cd);
          out.resize(out.size() - room);
          if (good && !out.empty() && static_cast<unsigned char>(out[0]) >= 0x80) {
            all[i].push_back(std::move(out));
          }
        }
      }
    }
    return all;
  }();
  return kAll[which];
}

bool all_ascii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string text_of_kind(std::size_t kind, std::size_t bytes, std::mt19937& random) {
  Writer w(random);
  std::string text;
  while (text.size() < bytes) {
    switch (kind) {
      case 0:
        text += w.csv_row();
        break;
      case 1:
        text += w.prose();
        break;
      case 2:
        text += w.bank_row();
        break;
      case 3:
        text += w.kana_address();
        break;
      case 4:
        text += w.mostly_ascii();
        break;
      case 5:
        text += w.kanji_name();
        break;
      case 6:
        text += w.key_value();
        break;
      case 7:
        text += w.letter();
        break;
      default: {
        const auto& words = dictionary(kind - 8);
        if (words.empty()) return {};
        text += words[random() % words.size()];
        text += kind == 9 && w.number(2) == 0 ? "," + w.phone() + "\n"
                : w.number(2) == 0            ? ","
                                              : "\n";
      }
    }
  }
  return text;
}

namespace {

// U+FF61..U+FF9F at `p`: the byte of JIS X 0201, else 0. iconv has no CP50221.
char half_width_kana(std::string_view p) {
  if (p.size() < 3 || p[0] != '\xef') return 0;
  const int c = ((p[1] & 0x3f) << 6 | (p[2] & 0x3f)) + 0xf000;
  return c >= 0xff61 && c <= 0xff9f ? static_cast<char>(c - 0xff61 + 0x21) : '\0';
}

std::string by_iconv(std::string_view utf8, const Encoding& encoding) {
  iconv_t cd = iconv_open(encoding.iconv_name, "UTF-8");
  std::string in(utf8), out(in.size() * 4 + 16, '\0');
  char *from = in.data(), *to = out.data();
  std::size_t left = in.size(), room = out.size();
  while (left > 0 && iconv(cd, &from, &left, &to, &room) == static_cast<std::size_t>(-1)) {
    std::size_t skip = 1;  // a character that it does not have
    while (skip < left && (static_cast<unsigned char>(from[skip]) & 0xc0) == 0x80) ++skip;
    from += skip;
    left -= skip;
  }
  iconv(cd, nullptr, nullptr, &to, &room);
  iconv_close(cd);
  out.resize(out.size() - room);
  return out;
}

}  // namespace

std::string encoded(std::string_view utf8, const Encoding& encoding) {
  if (encoding.name != "ISO-2022-JP") return by_iconv(utf8, encoding);
  std::string out;
  while (!utf8.empty()) {
    std::size_t n = 0;
    std::string kana;
    for (char c; (c = half_width_kana(utf8.substr(n))) != 0; n += 3) kana += c;
    if (n > 0) {
      out += "\x1b(I" + kana + "\x1b(B";
    } else {
      while (n < utf8.size() && half_width_kana(utf8.substr(n)) == 0) ++n;
      out += by_iconv(utf8.substr(0, n), encoding);
    }
    utf8.remove_prefix(n);
  }
  return out;
}

std::vector<Snippet> snippets(std::size_t size, int each, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Snippet> all;
  for (std::size_t e = 0; e < std::size(kEncodings); ++e) {
    for (std::size_t kind = 0; kind < std::size(kKinds); ++kind) {
      for (int i = 0, tries = 0; i < each && tries < 100 * each; ++tries) {
        const std::string text = text_of_kind(kind, 4 * size + 400, random);
        if (text.empty()) break;
        std::string bytes = encoded(text, kEncodings[e]);
        std::size_t from = 0;
        if (i % 2 == 1) {
          from = random() % (bytes.size() - size);
          from -= from % kEncodings[e].unit;
        }
        bytes = bytes.substr(from, size);
        const bool seven_bit = kEncodings[e].name == "ISO-2022-JP";
        if (all_ascii(bytes) && kEncodings[e].unit == 1 && !seven_bit && e < 4) continue;
        // Without an escape sequence and without half of it inside kanji it is ASCII.
        if (seven_bit && bytes.find('\x1b') == bytes.npos) {
          const std::string whole = encoded(text, kEncodings[e]);
          const std::size_t before = whole.rfind('\x1b', from);
          if (before == whole.npos || whole[before + 1] != '$') continue;
        }
        all.push_back({std::move(bytes), e, kind});
        ++i;
      }
    }
  }
  return all;
}

}  // namespace hitokoe::text
