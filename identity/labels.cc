#include "identity/labels.h"

#include <algorithm>

#include "identity/characters.h"

namespace hitokoe::identity {
namespace {

struct Label {
  std::u32string_view text;  // lower case, without spaces
  FieldId field;
};

// A longer label that ends in a shorter one comes first.
constexpr Label kLabels[] = {{U"氏名カナ", FieldId::kKana},
                             {U"氏名フリガナ", FieldId::kKana},
                             {U"フリガナ", FieldId::kKana},
                             {U"ふりがな", FieldId::kKana},
                             {U"カナ氏名", FieldId::kKana},
                             {U"カナ名", FieldId::kKana},
                             {U"ヨミガナ", FieldId::kKana},
                             {U"よみがな", FieldId::kKana},
                             {U"カナ", FieldId::kKana},
                             {U"kana", FieldId::kKana},
                             {U"furigana", FieldId::kKana},
                             {U"氏名", FieldId::kName},
                             {U"お名前", FieldId::kName},
                             {U"名前", FieldId::kName},
                             {U"契約者名", FieldId::kName},
                             {U"ご契約者", FieldId::kName},
                             {U"契約者", FieldId::kName},
                             {U"顧客名", FieldId::kName},
                             {U"お客様名", FieldId::kName},
                             {U"会員名", FieldId::kName},
                             {U"漢字氏名", FieldId::kName},
                             {U"fullname", FieldId::kName},
                             {U"full_name", FieldId::kName},
                             {U"customername", FieldId::kName},
                             {U"customer_name", FieldId::kName},
                             {U"name", FieldId::kName},
                             {U"携帯電話番号", FieldId::kPhone},
                             {U"電話番号", FieldId::kPhone},
                             {U"携帯番号", FieldId::kPhone},
                             {U"携帯電話", FieldId::kPhone},
                             {U"携帯", FieldId::kPhone},
                             {U"連絡先", FieldId::kPhone},
                             {U"電話", FieldId::kPhone},
                             {U"tel", FieldId::kPhone},
                             {U"telno", FieldId::kPhone},
                             {U"phonenumber", FieldId::kPhone},
                             {U"phone_number", FieldId::kPhone},
                             {U"phone", FieldId::kPhone},
                             {U"mobile", FieldId::kPhone},
                             {U"msisdn", FieldId::kPhone},
                             {U"メールアドレス", FieldId::kEmail},
                             {U"メール", FieldId::kEmail},
                             {U"e-mail", FieldId::kEmail},
                             {U"email", FieldId::kEmail},
                             {U"mail", FieldId::kEmail},
                             {U"mailaddress", FieldId::kEmail},
                             {U"郵便番号", FieldId::kPostal},
                             {U"postalcode", FieldId::kPostal},
                             {U"postal_code", FieldId::kPostal},
                             {U"postcode", FieldId::kPostal},
                             {U"zipcode", FieldId::kPostal},
                             {U"zip_code", FieldId::kPostal},
                             {U"zip", FieldId::kPostal},
                             {U"postal", FieldId::kPostal},
                             {U"住所", FieldId::kAddress},
                             {U"送付先", FieldId::kAddress},
                             {U"所在地", FieldId::kAddress},
                             {U"address", FieldId::kAddress},
                             {U"生年月日", FieldId::kBirthdate},
                             {U"誕生日", FieldId::kBirthdate},
                             {U"dateofbirth", FieldId::kBirthdate},
                             {U"date_of_birth", FieldId::kBirthdate},
                             {U"birthdate", FieldId::kBirthdate},
                             {U"birth_date", FieldId::kBirthdate},
                             {U"birthday", FieldId::kBirthdate},
                             {U"dob", FieldId::kBirthdate},
                             {U"お客様番号", FieldId::kRef},
                             {U"お客さま番号", FieldId::kRef},
                             {U"顧客番号", FieldId::kRef},
                             {U"会員番号", FieldId::kRef},
                             {U"顧客id", FieldId::kRef},
                             {U"会員id", FieldId::kRef},
                             {U"お客様id", FieldId::kRef},
                             {U"customerid", FieldId::kRef},
                             {U"customer_id", FieldId::kRef},
                             {U"customerno", FieldId::kRef},
                             {U"customer_no", FieldId::kRef},
                             {U"customernumber", FieldId::kRef},
                             {U"customer_number", FieldId::kRef},
                             {U"memberid", FieldId::kRef},
                             {U"member_id", FieldId::kRef},
                             {U"契約番号", FieldId::kContract},
                             {U"契約者番号", FieldId::kContract},
                             {U"契約id", FieldId::kContract},
                             {U"contractno", FieldId::kContract},
                             {U"contract_no", FieldId::kContract},
                             {U"contractid", FieldId::kContract},
                             {U"contract_id", FieldId::kContract},
                             {U"contractnumber", FieldId::kContract},
                             {U"contract", FieldId::kContract},
                             {U"クレジットカード番号", FieldId::kCard},
                             {U"カード番号", FieldId::kCard},
                             {U"クレジットカード", FieldId::kCard},
                             {U"クレカ番号", FieldId::kCard},
                             {U"クレカ", FieldId::kCard},
                             {U"cardnumber", FieldId::kCard},
                             {U"card_number", FieldId::kCard},
                             {U"cardno", FieldId::kCard},
                             {U"card_no", FieldId::kCard},
                             {U"creditcard", FieldId::kCard},
                             {U"credit_card", FieldId::kCard},
                             {U"ccnumber", FieldId::kCard},
                             {U"cc_number", FieldId::kCard},
                             {U"pan", FieldId::kCard},
                             {U"口座番号", FieldId::kBank},
                             {U"振込先", FieldId::kBank},
                             {U"振替口座", FieldId::kBank},
                             {U"引落口座", FieldId::kBank},
                             {U"口座情報", FieldId::kBank},
                             {U"口座", FieldId::kBank},
                             {U"記号番号", FieldId::kBank},
                             {U"ゆうちょ", FieldId::kBank},
                             {U"bankaccount", FieldId::kBank},
                             {U"bank_account", FieldId::kBank},
                             {U"accountnumber", FieldId::kBank},
                             {U"account_number", FieldId::kBank},
                             {U"accountno", FieldId::kBank},
                             {U"account_no", FieldId::kBank},
                             {U"imei", FieldId::kImei},
                             {U"imei1", FieldId::kImei},
                             {U"imei2", FieldId::kImei},
                             {U"端末識別番号", FieldId::kImei},
                             {U"端末番号", FieldId::kImei},
                             {U"製造番号", FieldId::kImei},
                             {U"iccid", FieldId::kIccid},
                             {U"icc_id", FieldId::kIccid},
                             {U"simカード番号", FieldId::kIccid},
                             {U"sim番号", FieldId::kIccid},
                             {U"imsi", FieldId::kImsi},
                             {U"加入者識別番号", FieldId::kImsi},
                             {U"法人番号", FieldId::kCorporate},
                             {U"corporatenumber", FieldId::kCorporate},
                             {U"corporate_number", FieldId::kCorporate},
                             {U"登録番号", FieldId::kCorporate},
                             {U"マイナンバー", FieldId::kMynumber},
                             {U"個人番号", FieldId::kMynumber},
                             {U"mynumber", FieldId::kMynumber},
                             {U"my_number", FieldId::kMynumber},
                             {U"individualnumber", FieldId::kMynumber},
                             {U"ローマ字", FieldId::kRomaji},
                             {U"ローマ字氏名", FieldId::kRomaji},
                             {U"ローマ字名", FieldId::kRomaji},
                             {U"氏名ローマ字", FieldId::kRomaji},
                             {U"英字氏名", FieldId::kRomaji},
                             {U"英字名", FieldId::kRomaji},
                             {U"romaji", FieldId::kRomaji},
                             {U"name_romaji", FieldId::kRomaji},
                             {U"name_en", FieldId::kRomaji},
                             {U"料金プラン", FieldId::kPlan},
                             {U"契約プラン", FieldId::kPlan},
                             {U"プラン名", FieldId::kPlan},
                             {U"plan", FieldId::kPlan},
                             {U"planname", FieldId::kPlan},
                             {U"plan_name", FieldId::kPlan}};

constexpr std::size_t kLongestLabel = 16;

bool is_word(char32_t c) { return is_ascii_letter(c) || is_ascii_digit(c); }

}  // namespace

std::optional<FieldId> label_before(Chars text, std::size_t end) {
  // The last characters before `end`, without spaces and quotes, in order.
  std::array<char32_t, kLongestLabel> word;
  std::size_t at = kLongestLabel;
  std::size_t i = end;
  while (i > 0 && at > 0) {
    const char32_t c = text[i - 1];
    if (c == U'\n' || c == U'\r') break;
    if (is_space(c) || c == U'"' || c == U'\'') {
      // Quotes end the label on its left side.
      if (at < kLongestLabel && !is_space(c)) break;
      --i;
      continue;
    }
    word[--at] = lower(c);
    --i;
  }
  const std::u32string_view got(word.data() + at, kLongestLabel - at);
  const Label* best = nullptr;
  for (const Label& label : kLabels) {
    if (got.empty() || got.back() != label.text.back() || !got.ends_with(label.text)) continue;
    // "surname" is no "name"; 氏名 may follow anything.
    const std::size_t before = got.size() - label.text.size();
    if (is_word(label.text[0]) && before > 0 && is_word(got[before - 1])) continue;
    if (best == nullptr || label.text.size() > best->text.size()) best = &label;
  }
  if (best == nullptr) return std::nullopt;
  return best->field;
}

}  // namespace hitokoe::identity
