#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/base/secret.h"
#include "hitokoe/identity/canonical.h"
#include "hitokoe/incident/desk.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;
using identity::FieldId;

constexpr std::size_t kMostText = 64U << 10;
constexpr std::size_t kMostValue = 512;

bool leads(FieldId f) {
  return f == FieldId::kRef || f == FieldId::kContract || f == FieldId::kEmail ||
         f == FieldId::kPhone;
}

bool asked(FieldId f) {
  return leads(f) || f == FieldId::kAddress || f == FieldId::kName || f == FieldId::kKana ||
         f == FieldId::kRomaji || f == FieldId::kPostal || f == FieldId::kBirthdate;
}

// Looked up as it reads in one way: what may mean several numbers or days is one guess, not many.
bool in_one_way(FieldId f) {
  return f == FieldId::kPhone || f == FieldId::kEmail || f == FieldId::kBirthdate;
}

Error of_field(FieldId field, const Words& what) {
  const auto& info = identity::field_info(field);
  return {Errc::kBadInput,
          Words{std::string(info.name) + ": ", std::string(info.name_ja) + ": "} + what};
}

Error unreadable() {
  return {Errc::kBadInput,
          R"(expected {"name": "…", "phone": "…"}, or lines name=…, one value a field)",
          "{\"name\": \"…\", \"phone\": \"…\"} または name=… の行が必要（一項目に一つ）"};
}

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view kBlank = " \t\r";
  const auto from = s.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(kBlank) - from + 1);
}

}  // namespace

Claim::~Claim() {
  for (auto& v : values_) {
    wipe_value(v.raw);
    wipe_value(v.canonical);
  }
}

Result<void> Claim::add(std::string_view name, std::string_view value) {
  const auto field = identity::field_by_name(name);
  if (!field || !asked(field.value())) {
    return fail(Errc::kBadInput,
                "an unknown field: the desk knows ref, contract, email, phone, address, name, "
                "kana, romaji, postal and birthdate",
                "知らない項目があります。使えるのは ref、contract、email、phone、address、name、"
                "kana、romaji、postal、birthdate");
  }
  const FieldId id = field.value();
  if (fields().contains(id)) {
    return outcome::failure(of_field(id, {"given twice", "二度あります"}));
  }
  if (value.size() > kMostValue) {
    return outcome::failure(of_field(id, {"longer than 512 bytes", "512 バイトを超えています"}));
  }
  if (std::ranges::any_of(
          value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return outcome::failure(of_field(id, {"has control characters", "制御文字があります"}));
  }
  if (trimmed(value).empty()) return ok();  // not said
  std::vector<std::string> forms;
  const auto side = in_one_way(id) ? identity::Side::kHolder : identity::Side::kLeak;
  identity::normalize(id, value, side, forms);
  if (forms.empty()) {
    return outcome::failure(
        of_field(id, {"not such a value; ask again", "その項目の値として読めません"}));
  }
  values_.push_back({id, in_one_way(id) ? forms.front() : std::string(value), forms.front()});
  for (auto& form : forms) wipe_value(form);
  return ok();
}

Result<Claim> Claim::parse(std::string_view text) {
  if (text.size() > kMostText) {
    return fail(Errc::kLimit, "what a caller says has 64 KiB at most",
                "お客さまの申告は 64 KiB までです");
  }
  Claim claim;
  if (trimmed(text).starts_with('{')) {
    boost::system::error_code error;
    const auto value = json::parse(text, error, {}, {.max_depth = 2});
    if (error || !value.is_object()) return outcome::failure(unreadable());
    for (const auto& [name, said] : value.as_object()) {
      if (!said.is_string()) return outcome::failure(unreadable());
      TRYV(claim.add(name, said.as_string()));
    }
    return claim;
  }
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const auto at = line.find('=');
    if (at == std::string_view::npos) return outcome::failure(unreadable());
    TRYV(claim.add(trimmed(line.substr(0, at)), trimmed(line.substr(at + 1))));
  }
  return claim;
}

identity::FieldSet Claim::fields() const {
  identity::FieldSet set;
  for (const auto& v : values_) set.add(v.field);
  return set;
}

std::vector<identity::FieldValue> Claim::values() const {
  std::vector<identity::FieldValue> out;
  out.reserve(values_.size());
  for (const auto& v : values_) out.push_back({v.field, v.raw});
  return out;
}

bool Claim::answers(const QuestionSet& set) const {
  const auto mine = fields();
  return std::ranges::all_of(set, [&](FieldId f) { return mine.contains(f); });
}

std::vector<identity::Fingerprint> Claim::digests(const crypto::Hmac& key) const {
  std::vector<identity::Fingerprint> out;
  for (const auto& v : values_) {
    if (!leads(v.field)) continue;
    std::string message = "claim ";
    message += static_cast<char>(v.field);
    message += v.canonical;
    const auto mac = key.mac(as_bytes(message));
    wipe_value(message);
    auto& digest = out.emplace_back();
    std::copy_n(mac.begin(), digest.size(), digest.begin());
  }
  return out;
}

}  // namespace hitokoe::incident
