// The field table: every identifier the product knows, what it is worth, and its version.
//
// The version is part of what is hashed: a changed canonical form gets a new version, so that old
// and new fingerprints never meet by accident. Names are a contract (docs/fields.md).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "hitokoe/base/result.h"

namespace hitokoe::identity {

// The number is part of every fingerprint and of the .hkf file: never reuse one.
enum class FieldId : std::uint8_t {
  kRef = 1,
  kContract = 2,
  kEmail = 3,
  kPhone = 4,
  kCard = 5,
  kBank = 6,
  kImei = 7,
  kIccid = 8,
  kImsi = 9,
  kAddress = 10,
  kName = 11,
  kKana = 12,
  kRomaji = 13,
  kPostal = 14,
  kBirthdate = 15,
  kPlan = 16,
  kCorporate = 17,
  kMynumber = 18,
  // Linkage keys: two weak fields of one record, hashed together.
  kNameBirthdate = 32,
  kKanaBirthdate = 33,
  kNamePhone4 = 34,
  kNamePostal = 35,
  kKanaPostalNumbers = 36,
  kBirthdatePhone4 = 37,
  kNameAddressBlock = 38,
  // A customer number as it is written, without the carrier's id: lets a scan find the subject
  // with one fingerprint whatever the number of carriers. The subject id itself is kRef.
  kRefToken = 48,
  // Check tags only: parts of a field that are compared after a row has its subject.
  kPhoneLast4 = 64,
  kAddressBlock = 65,
  kAddressNumbers = 66,
  kAddressCity = 67,
};

enum class Strength : std::uint8_t {
  kSubject,    // names the customer of one carrier
  kStrong,     // one value belongs to very few people
  kHousehold,  // one value belongs to a household
  kWeak,       // many people share it: only in linkage keys and check tags
  kLinkage,    // two weak fields together
  kCheckOnly,  // only compared after resolution
  kNever,      // found and masked, never fingerprinted or stored
};

struct FieldInfo {
  FieldId id;
  std::string_view name;     // "ref", "phone", "name+birthdate"
  std::string_view name_ja;  // お客様番号, 電話番号, ...
  Strength strength;
  std::uint16_t version;  // of the canonical form
  bool supported;         // false: known, and refused politely in this release
  bool column;            // a person may map a CSV column to it
};

std::span<const FieldInfo> field_table();
const FieldInfo& field_info(FieldId id);

// kUsage: no such field; the text lists those that exist.
Result<FieldId> field_by_name(std::string_view name);
// As field_by_name, and kUnsupported when this release cannot handle it yet.
Result<FieldId> supported_column(std::string_view name);

// SHA-256 over all versions and tables that canonical forms depend on. Two programs whose digests
// differ must not compare fingerprints.
using TablesDigest = std::array<std::uint8_t, 32>;
const TablesDigest& tables_digest();

}  // namespace hitokoe::identity
