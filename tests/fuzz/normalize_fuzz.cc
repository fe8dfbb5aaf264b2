// First byte: the field; the rest: a raw value. Forms are bounded, printable as UTF-8, and the
// canonical form is its own canonical form. What the short way takes it reads as the general rules.
#include <cstdlib>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/identity/record_keys.h"
#include "hitokoe/text/charset.h"
#include "identity/plain_values.h"

using namespace hitokoe;
using identity::FieldId;

namespace {

constexpr FieldId kFields[] = {
    FieldId::kRef,  FieldId::kContract, FieldId::kEmail,    FieldId::kPhone,     FieldId::kAddress,
    FieldId::kName, FieldId::kKana,     FieldId::kPostal,   FieldId::kBirthdate, FieldId::kMynumber,
    FieldId::kCard, FieldId::kBank,     FieldId::kImei,     FieldId::kIccid,     FieldId::kImsi,
    FieldId::kPlan, FieldId::kRomaji,   FieldId::kCorporate};

// An address is put apart by '|', which its reader does not know; an individual number is stars.
bool stable(FieldId field) { return field != FieldId::kAddress && field != FieldId::kMynumber; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const FieldId field = kFields[data[0] % std::size(kFields)];
  const std::string_view raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const auto side : {identity::Side::kHolder, identity::Side::kLeak}) {
    std::vector<std::string> forms;
    identity::normalize(field, raw, side, forms);
    identity::Forms plain;
    if (identity::normalize_plain(field, raw, plain)) {
      if (plain.size() != forms.size()) std::abort();
      for (std::size_t i = 0; i < plain.size(); ++i) {
        if (plain[i] != forms[i]) std::abort();
      }
    }
    for (const std::string& form : forms) {
      if (form.empty() || form.size() > 512) std::abort();
      if (text::decode(as_bytes(form), text::Charset::kUtf8).undecodable != 0) std::abort();
      (void)identity::mask(field, form);
    }
    if (field == FieldId::kMynumber) {
      for (const std::string& form : forms) {
        if (form != "************") std::abort();
      }
    }
    if (forms.empty() || !stable(field)) continue;
    std::vector<std::string> again;
    identity::normalize(field, forms[0], side, again);
    if (again.empty() || again[0] != forms[0]) std::abort();
  }
  identity::RecordEncoder encoder(identity::Side::kLeak);
  const identity::FieldValue values[] = {
      {field, raw}, {FieldId::kName, raw}, {FieldId::kAddress, raw}, {FieldId::kAddress, raw}};
  const auto& keys = encoder.encode(values);
  if (keys.index.size() > 96 || keys.checks.size() > 64) std::abort();
  return 0;
}
