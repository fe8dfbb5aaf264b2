#include "hitokoe/identity/field.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace hitokoe::identity {
namespace {

using enum Strength;

// id, name, name_ja, strength, version, supported, column
constexpr FieldInfo kTable[] = {
    {FieldId::kRef, "ref", "お客様番号", kSubject, 1, true, true},
    {FieldId::kContract, "contract", "契約番号", kStrong, 1, true, true},
    {FieldId::kEmail, "email", "メールアドレス", kStrong, 1, true, true},
    {FieldId::kPhone, "phone", "電話番号", kStrong, 1, true, true},
    {FieldId::kCard, "card", "クレジットカード番号", kStrong, 1, true, true},
    {FieldId::kBank, "bank", "口座番号", kStrong, 1, true, true},
    {FieldId::kImei, "imei", "IMEI", kStrong, 1, true, true},
    {FieldId::kIccid, "iccid", "ICCID", kStrong, 1, true, true},
    {FieldId::kImsi, "imsi", "IMSI", kStrong, 1, true, true},
    {FieldId::kAddress, "address", "住所", kHousehold, 2, true, true},
    {FieldId::kName, "name", "氏名", kWeak, 2, true, true},
    {FieldId::kKana, "kana", "フリガナ", kWeak, 1, true, true},
    {FieldId::kRomaji, "romaji", "ローマ字氏名", kWeak, 1, true, true},
    {FieldId::kPostal, "postal", "郵便番号", kWeak, 1, true, true},
    {FieldId::kBirthdate, "birthdate", "生年月日", kWeak, 1, true, true},
    {FieldId::kPlan, "plan", "料金プラン", kWeak, 1, true, true},
    {FieldId::kCorporate, "corporate", "法人番号", kCheckOnly, 1, true, true},
    {FieldId::kMynumber, "mynumber", "マイナンバー", kNever, 1, false, true},
    {FieldId::kNameBirthdate, "name+birthdate", "氏名＋生年月日", kLinkage, 2, true, false},
    {FieldId::kKanaBirthdate, "kana+birthdate", "フリガナ＋生年月日", kLinkage, 1, true, false},
    {FieldId::kNamePhone4, "name+phone4", "氏名＋電話番号下4桁", kLinkage, 2, true, false},
    {FieldId::kNamePostal, "name+postal", "氏名＋郵便番号", kLinkage, 2, true, false},
    {FieldId::kKanaPostalNumbers, "kana+postal+numbers", "フリガナ＋郵便番号＋番地", kLinkage, 2,
     true, false},
    {FieldId::kBirthdatePhone4, "birthdate+phone4", "生年月日＋電話番号下4桁", kLinkage, 1, true,
     false},
    {FieldId::kNameAddressBlock, "name+address-block", "氏名＋街区", kLinkage, 2, true, false},
    {FieldId::kRefToken, "ref-token", "お客様番号（事業者なし）", kSubject, 1, true, false},
    {FieldId::kPhoneLast4, "phone-last4", "電話番号下4桁", kCheckOnly, 1, true, false},
    {FieldId::kAddressBlock, "address-block", "街区", kCheckOnly, 2, true, false},
    {FieldId::kAddressNumbers, "address-numbers", "番地", kCheckOnly, 2, true, false},
    {FieldId::kAddressCity, "address-city", "市区町村", kCheckOnly, 2, true, false},
};

std::string column_names() {
  std::string names;
  for (const FieldInfo& field : kTable) {
    if (!field.column) continue;
    if (!names.empty()) names += ' ';
    names += field.name;
  }
  return names;
}

}  // namespace

std::span<const FieldInfo> field_table() { return kTable; }

const FieldInfo& field_info(FieldId id) {
  const auto* found =
      std::find_if(std::begin(kTable), std::end(kTable), [id](auto& f) { return f.id == id; });
  if (found == std::end(kTable)) std::abort();  // an id is only made from this table
  return *found;
}

Result<FieldId> field_by_name(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTable), std::end(kTable),
                                   [name](auto& f) { return f.name == name && f.column; });
  if (found == std::end(kTable)) {
    return fail(Errc::kUsage, "no such field; there are: " + column_names(),
                "そのような項目はありません。使えるもの: " + column_names());
  }
  return found->id;
}

Result<FieldId> supported_column(std::string_view name) {
  TRY(const FieldId id, field_by_name(name));
  const FieldInfo& field = field_info(id);
  if (id == FieldId::kMynumber) {
    return fail(Errc::kUnsupported,
                "mynumber is never fingerprinted or stored: leave that column out",
                "mynumber は指紋にも保存の対象にもしません: その列を外してください");
  }
  if (!field.supported) {
    return fail(
        Errc::kUnsupported,
        "field " + std::string(field.name) +
            " is known, but this release cannot handle it yet: "
            "leave that column out",
        "項目 " + std::string(field.name) + " はこの版ではまだ扱えません: その列を外してください");
  }
  return id;
}

}  // namespace hitokoe::identity
