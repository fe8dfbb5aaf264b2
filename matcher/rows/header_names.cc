#include "matcher/rows/header_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

struct Name {
  std::string_view text;  // as `reduce` leaves it
  ColumnMeaning meaning;
};

constexpr ColumnMeaning kRefId{FieldId::kRef};
constexpr ColumnMeaning kContractId{FieldId::kContract};
constexpr ColumnMeaning kMail{FieldId::kEmail};
constexpr ColumnMeaning kTel{FieldId::kPhone};
constexpr ColumnMeaning kPerson{FieldId::kName};
constexpr ColumnMeaning kReading{FieldId::kKana};
constexpr ColumnMeaning kRoman{FieldId::kRomaji};
constexpr ColumnMeaning kZip{FieldId::kPostal};
constexpr ColumnMeaning kPlace{FieldId::kAddress};
constexpr ColumnMeaning kBorn{FieldId::kBirthdate};

// Whole names.
constexpr Name kExact[] = {
    {"ref", kRefId},
    {"id", kRefId},
    {"顧客番号", kRefId},
    {"顧客id", kRefId},
    {"顧客コード", kRefId},
    {"顧客no", kRefId},
    {"お客様番号", kRefId},
    {"お客さま番号", kRefId},
    {"お客様id", kRefId},
    {"お客様コード", kRefId},
    {"会員番号", kRefId},
    {"会員id", kRefId},
    {"加入者番号", kRefId},
    {"利用者番号", kRefId},
    {"customerid", kRefId},
    {"customerno", kRefId},
    {"customernumber", kRefId},
    {"customercode", kRefId},
    {"customerref", kRefId},
    {"custid", kRefId},
    {"custno", kRefId},
    {"clientid", kRefId},
    {"memberid", kRefId},
    {"memberno", kRefId},
    {"membernumber", kRefId},
    {"userid", kRefId},
    {"契約番号", kContractId},
    {"契約id", kContractId},
    {"契約者番号", kContractId},
    {"ご契約番号", kContractId},
    {"申込番号", kContractId},
    {"contract", kContractId},
    {"contractid", kContractId},
    {"contractno", kContractId},
    {"contractnumber", kContractId},
    {"mail", kMail},
    {"email", kMail},
    {"emailaddress", kMail},
    {"mailaddress", kMail},
    {"メール", kMail},
    {"eメール", kMail},
    {"メルアド", kMail},
    {"メアド", kMail},
    {"電子メール", kMail},
    {"tel", kTel},
    {"tel1", kTel},
    {"tel2", kTel},
    {"phone", kTel},
    {"phone1", kTel},
    {"phone2", kTel},
    {"phoneno", kTel},
    {"phonenumber", kTel},
    {"telephone", kTel},
    {"telephonenumber", kTel},
    {"telno", kTel},
    {"mobile", kTel},
    {"mobileno", kTel},
    {"mobilephone", kTel},
    {"mobilenumber", kTel},
    {"cell", kTel},
    {"cellphone", kTel},
    {"msisdn", kTel},
    {"電話", kTel},
    {"でんわ", kTel},
    {"携帯", kTel},
    {"ケータイ", kTel},
    {"携帯番号", kTel},
    {"連絡先", kTel},
    {"回線番号", kTel},
    {"name", kPerson},
    {"fullname", kPerson},
    {"customername", kPerson},
    {"membername", kPerson},
    {"namekanji", kPerson},
    {"kanjiname", kPerson},
    {"氏名", kPerson},
    {"お名前", kPerson},
    {"名前", kPerson},
    {"ご氏名", kPerson},
    {"顧客名", kPerson},
    {"お客様名", kPerson},
    {"お客さま名", kPerson},
    {"お客様氏名", kPerson},
    {"会員名", kPerson},
    {"会員氏名", kPerson},
    {"契約者", kPerson},
    {"契約者名", kPerson},
    {"契約者氏名", kPerson},
    {"ご契約者名", kPerson},
    {"漢字氏名", kPerson},
    {"氏名漢字", kPerson},
    {"氏", {FieldId::kName, 1}},
    {"姓", {FieldId::kName, 1}},
    {"苗字", {FieldId::kName, 1}},
    {"名字", {FieldId::kName, 1}},
    {"lastname", {FieldId::kName, 1}},
    {"familyname", {FieldId::kName, 1}},
    {"surname", {FieldId::kName, 1}},
    {"sei", {FieldId::kName, 1}},
    {"名", {FieldId::kName, 2}},
    {"firstname", {FieldId::kName, 2}},
    {"givenname", {FieldId::kName, 2}},
    {"mei", {FieldId::kName, 2}},
    {"カナ", kReading},
    {"フリガナ", kReading},
    {"ふりがな", kReading},
    {"かな", kReading},
    {"よみ", kReading},
    {"ヨミ", kReading},
    {"読み", kReading},
    {"kana", kReading},
    {"furigana", kReading},
    {"yomi", kReading},
    {"namekana", kReading},
    {"kananame", kReading},
    {"カナ氏名", kReading},
    {"氏名カナ", kReading},
    {"セイ", {FieldId::kKana, 1}},
    {"せい", {FieldId::kKana, 1}},
    {"姓カナ", {FieldId::kKana, 1}},
    {"カナ姓", {FieldId::kKana, 1}},
    {"姓フリガナ", {FieldId::kKana, 1}},
    {"lastnamekana", {FieldId::kKana, 1}},
    {"seikana", {FieldId::kKana, 1}},
    {"メイ", {FieldId::kKana, 2}},
    {"めい", {FieldId::kKana, 2}},
    {"名カナ", {FieldId::kKana, 2}},
    {"カナ名", {FieldId::kKana, 2}},
    {"名フリガナ", {FieldId::kKana, 2}},
    {"firstnamekana", {FieldId::kKana, 2}},
    {"meikana", {FieldId::kKana, 2}},
    {"ローマ字", kRoman},
    {"ローマ字氏名", kRoman},
    {"氏名ローマ字", kRoman},
    {"romaji", kRoman},
    {"zip", kZip},
    {"zipcode", kZip},
    {"postal", kZip},
    {"postalcode", kZip},
    {"postcode", kZip},
    {"郵便", kZip},
    {"郵便番号", kZip},
    {"address", kPlace},
    {"fulladdress", kPlace},
    {"addr", kPlace},
    {"住所", kPlace},
    {"ご住所", kPlace},
    {"都道府県", {FieldId::kAddress, 1}},
    {"都道府県名", {FieldId::kAddress, 1}},
    {"県", {FieldId::kAddress, 1}},
    {"prefecture", {FieldId::kAddress, 1}},
    {"pref", {FieldId::kAddress, 1}},
    {"state", {FieldId::kAddress, 1}},
    {"市区町村", {FieldId::kAddress, 2}},
    {"市区町村名", {FieldId::kAddress, 2}},
    {"市区郡", {FieldId::kAddress, 2}},
    {"市町村", {FieldId::kAddress, 2}},
    {"city", {FieldId::kAddress, 2}},
    {"町名", {FieldId::kAddress, 3}},
    {"町域", {FieldId::kAddress, 3}},
    {"町域名", {FieldId::kAddress, 3}},
    {"町丁目", {FieldId::kAddress, 3}},
    {"大字", {FieldId::kAddress, 3}},
    {"town", {FieldId::kAddress, 3}},
    {"住所1", {FieldId::kAddress, 3}},
    {"address1", {FieldId::kAddress, 3}},
    {"addr1", {FieldId::kAddress, 3}},
    {"addressline1", {FieldId::kAddress, 3}},
    {"番地", {FieldId::kAddress, 4}},
    {"丁目番地", {FieldId::kAddress, 4}},
    {"street", {FieldId::kAddress, 4}},
    {"住所2", {FieldId::kAddress, 4}},
    {"address2", {FieldId::kAddress, 4}},
    {"addr2", {FieldId::kAddress, 4}},
    {"addressline2", {FieldId::kAddress, 4}},
    {"住所3", {FieldId::kAddress, 5}},
    {"address3", {FieldId::kAddress, 5}},
    {"建物", {FieldId::kAddress, 5}},
    {"建物名", {FieldId::kAddress, 5}},
    {"マンション名", {FieldId::kAddress, 5}},
    {"方書", {FieldId::kAddress, 5}},
    {"building", {FieldId::kAddress, 5}},
    {"生年月日", kBorn},
    {"誕生日", kBorn},
    {"birthday", kBorn},
    {"birthdate", kBorn},
    {"dateofbirth", kBorn},
    {"dob", kBorn},
    {"birth", kBorn},
};

// Parts of longer names, the more telling first.
constexpr Name kWithin[] = {
    {"生年月日", kBorn},       {"誕生日", kBorn},
    {"メールアドレス", kMail}, {"郵便番号", kZip},
    {"電話番号", kTel},        {"フリガナ", kReading},
    {"ふりがな", kReading},    {"契約番号", kContractId},
    {"顧客番号", kRefId},      {"お客様番号", kRefId},
    {"会員番号", kRefId},      {"メール", kMail},
    {"携帯電話", kTel},        {"電話", kTel},
    {"カナ", kReading},        {"住所", kPlace},
    {"氏名", kPerson},         {"emailaddress", kMail},
    {"email", kMail},          {"phonenumber", kTel},
    {"postalcode", kZip},      {"zipcode", kZip},
    {"birthdate", kBorn},      {"contractno", kContractId},
    {"customerid", kRefId},    {"customerno", kRefId},
};

// Names that hold one of the above and mean something else.
constexpr std::string_view kOthers[] = {"担当", "会社", "店",   "登録日", "更新日", "配信", "種別",
                                        "区分", "有無", "件数", "フラグ", "flag",   "同意"};

constexpr std::size_t kLongest = 96;

std::optional<char> narrow(std::string_view rest) {
  // U+FF01 … U+FF5E, as UTF-8 EF BC 81 … EF BD 9E, are ASCII in full width.
  if (rest.size() < 3 || rest[0] != '\xEF') return std::nullopt;
  const auto b1 = static_cast<unsigned char>(rest[1]);
  const auto b2 = static_cast<unsigned char>(rest[2]);
  const unsigned point = 0xF000U | ((b1 & 0x3FU) << 6) | (b2 & 0x3FU);
  if (point < 0xFF01 || point > 0xFF5E) return std::nullopt;
  return static_cast<char>(point - 0xFF01 + 0x21);
}

// Half-width katakana, as headers of host systems have it, and the voiced mark that follows.
struct Kana {
  std::string_view half, full;
};
constexpr Kana kHalfKana[] = {
    {"ｶﾞ", "ガ"}, {"ﾃﾞ", "デ"}, {"ﾊﾞ", "バ"}, {"ﾄﾞ", "ド"}, {"ﾌ", "フ"}, {"ﾘ", "リ"}, {"ﾅ", "ナ"},
    {"ｶ", "カ"},  {"ｼ", "シ"},  {"ﾒ", "メ"},  {"ｰ", "ー"},  {"ﾙ", "ル"}, {"ｱ", "ア"}, {"ﾚ", "レ"},
    {"ｽ", "ス"},  {"ｾ", "セ"},  {"ｲ", "イ"},  {"ﾖ", "ヨ"},  {"ﾐ", "ミ"}, {"ｺ", "コ"}, {"ｹ", "ケ"},
    {"ﾀ", "タ"},  {"ﾏ", "マ"},  {"ﾝ", "ン"},  {"ｮ", "ョ"},  {"ﾛ", "ロ"}, {"ﾗ", "ラ"}};

std::string reduce(std::string_view name) {
  std::string out;
  int depth = 0;
  const auto ascii = [&](char c) {
    if (c == '(' || c == '[') ++depth;
    const bool keep =
        depth == 0 && ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    if ((c == ')' || c == ']') && depth > 0) --depth;
    if (keep) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (std::size_t i = 0; i < name.size();) {
    const std::string_view rest = name.substr(i);
    if (static_cast<unsigned char>(rest[0]) < 0x80) {
      ascii(rest[0]);
      ++i;
      continue;
    }
    if (const auto c = narrow(rest)) {
      ascii(*c);
      i += 3;
      continue;
    }
    const auto half =
        std::ranges::find_if(kHalfKana, [&](const Kana& k) { return rest.starts_with(k.half); });
    if (half != std::end(kHalfKana)) {
      if (depth == 0) out += half->full;
      i += half->half.size();
      continue;
    }
    const auto lead = static_cast<unsigned char>(rest[0]);
    const std::size_t n = std::min<std::size_t>(lead >= 0xF0   ? 4
                                                : lead >= 0xE0 ? 3
                                                               : 2,
                                                rest.size());
    const std::string_view character = rest.substr(0, n);
    const bool skip = character == "\u3000" || character == "・" || character == "\uFEFF" ||
                      character == "【" || character == "】" || character == "■" ||
                      character == "●" || character == "◆" || character == "※";
    if (depth == 0 && !skip) out += character;
    i += n;
  }
  return out;
}

// Immutable after the first call; initialisation is thread-safe.
const std::unordered_map<std::string_view, ColumnMeaning>& exact_names() {
  static const auto table = [] {
    std::unordered_map<std::string_view, ColumnMeaning> t;
    for (const auto& name : kExact) t.emplace(name.text, name.meaning);
    return t;
  }();
  return table;
}

}  // namespace

std::optional<ColumnMeaning> meaning_of(std::string_view name) {
  if (name.empty() || name.size() > kLongest) return std::nullopt;
  const std::string reduced = reduce(name);
  if (reduced.empty()) return std::nullopt;
  const auto& exact = exact_names();
  if (const auto at = exact.find(reduced); at != exact.end()) return at->second;
  for (const auto other : kOthers) {
    if (reduced.find(other) != std::string::npos) return std::nullopt;
  }
  for (const auto& part : kWithin) {
    if (reduced.find(part.text) != std::string::npos) return part.meaning;
  }
  return std::nullopt;
}

}  // namespace hitokoe::matcher
