#include "matcher/decode/formats/ldif_document.h"

#include <algorithm>
#include <array>

#include "matcher/decode/formats/transfer_encoding.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

struct Attribute {
  std::string_view name;
  FieldId field;
  std::uint8_t part;
};

// RFC 4519, RFC 4524, inetOrgPerson (RFC 2798), mozillaAbPerson, Active Directory.
constexpr Attribute kAttributes[] = {
    {"displayname", FieldId::kName, 0},
    {"cn", FieldId::kName, 0},
    {"commonname", FieldId::kName, 0},
    {"sn", FieldId::kName, 1},
    {"surname", FieldId::kName, 1},
    {"givenname", FieldId::kName, 2},
    {"gn", FieldId::kName, 2},
    {"mail", FieldId::kEmail, 0},
    {"rfc822mailbox", FieldId::kEmail, 0},
    {"mozillasecondemail", FieldId::kEmail, 0},
    {"othermailbox", FieldId::kEmail, 0},
    {"userprincipalname", FieldId::kEmail, 0},
    {"proxyaddresses", FieldId::kEmail, 0},
    {"mailalternateaddress", FieldId::kEmail, 0},
    {"telephonenumber", FieldId::kPhone, 0},
    {"homephone", FieldId::kPhone, 0},
    {"hometelephonenumber", FieldId::kPhone, 0},
    {"mobile", FieldId::kPhone, 0},
    {"mobiletelephonenumber", FieldId::kPhone, 0},
    {"othertelephone", FieldId::kPhone, 0},
    {"othermobile", FieldId::kPhone, 0},
    {"cellphone", FieldId::kPhone, 0},
    {"pager", FieldId::kPhone, 0},
    {"postalcode", FieldId::kPostal, 0},
    {"mozillahomepostalcode", FieldId::kPostal, 0},
    {"employeenumber", FieldId::kRef, 0},
    {"uid", FieldId::kRef, 0},
    {"userid", FieldId::kRef, 0},
    {"samaccountname", FieldId::kRef, 0},
    {"dateofbirth", FieldId::kBirthdate, 0},
    {"msds-phoneticdisplayname", FieldId::kKana, 0},
    {"msds-phoneticlastname", FieldId::kKana, 1},
    {"msds-phoneticfirstname", FieldId::kKana, 2},
};

}  // namespace

LdifDocument::LdifDocument(Reading& reading, DocumentInfo info, ByteView head)
    : reading_(reading),
      info_(std::move(info)),
      charset_(charset_of(head, info_.content_type, {})),
      record_(reading),
      lines_([this](std::string_view text) { return line(text); }) {
  if (charset_ != text::Charset::kShiftJis && charset_ != text::Charset::kEucJp &&
      charset_ != text::Charset::kIso2022Jp) {
    charset_ = text::Charset::kUtf8;
  }
}

Result<void> LdifDocument::end_entry() {
  const std::string whole = region_ + city_ + street_;
  region_.clear();
  city_.clear();
  street_.clear();
  TRYV(record_.add(FieldId::kAddress, whole));
  return record_.flush();
}

Result<void> LdifDocument::finish() {
  TRYV(lines_.finish());
  TRYV(end_entry());
  if (elsewhere_ > 0) {
    const auto count = std::to_string(elsewhere_);
    reading_.warn(info_.name, {count + " values stand in other files and were not fetched",
                               "他のファイルにある値 " + count + " 個は読みに行きません"});
  }
  warn_undecodable(reading_, info_.name, charset_, undecodable_);
  return ok();
}

Result<void> LdifDocument::line(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (trimmed(text).empty()) return end_entry();
  if (text.starts_with('#')) {
    reading_.see(text::decode(as_bytes(text), charset_).utf8 + "\n");
    return ok();
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return ok();  // "-" between changes
  const std::string head = lower(text.substr(0, colon));
  std::string_view rest = text.substr(colon + 1);
  std::string decoded;
  if (rest.starts_with('<')) {
    ++elsewhere_;
    reading_.see(std::string(rest.substr(1)) + "\n");
    return ok();
  }
  if (rest.starts_with(':')) {
    // What is no text in base64 (a photograph, a certificate) is none.
    if (head.starts_with("jpegphoto") || head.find(";binary") != std::string::npos) return ok();
    auto value = text::decode(as_bytes(from_mime_base64(rest.substr(1))), text::Charset::kUtf8);
    if (value.undecodable > 0) {
      value = text::decode(as_bytes(from_mime_base64(rest.substr(1))),
                           text::detect(as_bytes(from_mime_base64(rest.substr(1)))));
    }
    undecodable_ += value.undecodable;
    decoded = std::move(value.utf8);
  } else {
    auto value = text::decode(as_bytes(rest), charset_);
    undecodable_ += value.undecodable;
    decoded = std::move(value.utf8);
  }
  const std::size_t options = head.find(';');
  const std::string_view name = std::string_view(head).substr(0, options);
  if (name == "dn") {
    TRYV(end_entry());
  }
  return value(
      name,
      options == std::string::npos ? std::string_view() : std::string_view(head).substr(options),
      trimmed(decoded));
}

Result<void> LdifDocument::value(std::string_view attribute, std::string_view options,
                                 std::string_view value) {
  constexpr std::array<std::string_view, 14> kNothing = {
      "version",      "objectclass", "changetype", "add", "replace", "delete",
      "userpassword", "o",           "ou",         "c",   "title",   "facsimiletelephonenumber",
      "description",  "jpegphoto"};
  // What is no part of the record is text all the same.
  const auto only_seen = [&]() -> Result<void> {
    reading_.see(std::string(value) + "\n");
    return ok();
  };
  if (attribute == "dn") return only_seen();
  if (attribute == "description") return record_.add_text(value);
  if (std::ranges::find(kNothing, attribute) != kNothing.end()) return only_seen();
  if (attribute == "st" || attribute == "stateorprovincename" || attribute == "mozillahomestate") {
    region_ = value;
    return ok();
  }
  if (attribute == "l" || attribute == "localityname" || attribute == "mozillahomelocalityname") {
    city_ = value;
    return ok();
  }
  if (attribute == "street" || attribute == "streetaddress" || attribute == "mozillahomestreet") {
    street_ = value;
    return ok();
  }
  if (attribute == "postaladdress" || attribute == "homepostaladdress" ||
      attribute == "registeredaddress") {
    // Lines with "$" between them (RFC 4517, 3.3.28).
    std::string lines(value);
    std::ranges::replace(lines, '$', ' ');
    TRYV(record_.add(FieldId::kAddress, lines));
    return record_.add_text(lines);
  }
  const bool phonetic = options.find(";phonetic") != std::string_view::npos;
  const auto* at = std::ranges::find(kAttributes, attribute, &Attribute::name);
  if (at == std::end(kAttributes)) {
    return phonetic ? record_.add(FieldId::kKana, value) : record_.add(attribute, value);
  }
  if (attribute == "proxyaddresses") {
    if (const std::size_t colon = value.find(':'); colon != std::string_view::npos) {
      if (lower(value.substr(0, colon)) != "smtp") return only_seen();
      value.remove_prefix(colon + 1);
    }
  }
  if (phonetic && at->field == FieldId::kName) {
    return record_.add(FieldId::kKana, value, at->part);
  }
  // An account is a customer number only where it may be one.
  if (at->field == FieldId::kRef && value.find('@') != std::string_view::npos) {
    return record_.add(FieldId::kEmail, value);
  }
  return record_.add(at->field, value, at->part);
}

bool is_ldif(ByteView head, std::string_view content_type) {
  std::string_view text = as_text(head).substr(0, 4096);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int lines = 0; lines < 32 && !text.empty(); ++lines) {
    const std::string line = lower(text.substr(0, std::min<std::size_t>(text.find('\n'), 200)));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with('#') || trimmed(line).empty() || line == "\r") continue;
    if (line.starts_with("version:")) continue;
    return (line.starts_with("dn: ") || line.starts_with("dn:: ")) &&
           (line.find('=') != std::string::npos || line.starts_with("dn:: "));
  }
  return lower(content_type).starts_with("text/ldif") ||
         lower(content_type).starts_with("application/ldif");
}

}  // namespace hitokoe::matcher
