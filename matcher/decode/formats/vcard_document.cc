#include "matcher/decode/formats/vcard_document.h"

#include <algorithm>
#include <array>

#include "matcher/decode/formats/transfer_encoding.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return out;
}

// "family;given" → parts; a semicolon or a backslash after a backslash is text.
std::vector<std::string> components(std::string_view value) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && i + 1 < value.size()) {
      const char next = value[++i];
      if (next == 'n' || next == 'N') {
        out.back() += ' ';
      } else {
        out.back() += next;
      }
    } else if (c == ';' && out.size() < 16) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      const char next = value[++i];
      out += next == 'n' || next == 'N' ? '\n' : next;
    } else {
      out += value[i];
    }
  }
  return out;
}

bool quoted_printable_goes_on(std::string& line) {
  if (!line.ends_with('=')) return false;
  const std::string head = upper(line.substr(0, std::min<std::size_t>(line.find(':'), 512)));
  if (head.find("QUOTED-PRINTABLE") == std::string::npos) return false;
  line.pop_back();
  return true;
}

}  // namespace

struct VcardDocument::Property {
  std::string name;                 // upper case, without group
  std::vector<std::string> params;  // upper case
  std::string value;                // UTF-8, still with its escapes

  bool has(std::string_view param) const {
    return std::ranges::any_of(
        params, [&](const std::string& p) { return p.find(param) != std::string::npos; });
  }
};

VcardDocument::VcardDocument(Reading& reading, DocumentInfo info, ByteView head)
    : reading_(reading),
      info_(std::move(info)),
      charset_(charset_of(head, info_.content_type, {})),
      record_(reading),
      lines_([this](std::string_view text) { return line(text); }, quoted_printable_goes_on) {
  if (charset_ == text::Charset::kBinary) charset_ = text::Charset::kUtf8;
  if (charset_ == text::Charset::kUtf16Le || charset_ == text::Charset::kUtf16Be) {
    wide_.emplace(charset_);
    charset_ = text::Charset::kUtf8;
  }
}

Result<void> VcardDocument::feed(ByteView piece) {
  if (!wide_) return lines_.feed(as_text(piece));
  std::string decoded;
  wide_->feed(piece, decoded);
  return lines_.feed(decoded);
}

Result<void> VcardDocument::finish() {
  if (wide_) {
    std::string decoded;
    wide_->finish(decoded);
    TRYV(lines_.feed(decoded));
  }
  TRYV(lines_.finish());
  TRYV(record_.flush());
  warn_undecodable(reading_, info_.name, charset_, undecodable_);
  return ok();
}

Result<void> VcardDocument::line(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t colon = [&] {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size() && i < 1024; ++i) {
      if (text[i] == '"') quoted = !quoted;
      if (text[i] == ':' && !quoted) return i;
    }
    return text.size();
  }();
  if (colon == text.size()) {
    if (trimmed(text).empty()) return ok();
    // No property: whatever it is, it may have something to say.
    const auto decoded = text::decode(as_bytes(text), charset_);
    undecodable_ += decoded.undecodable;
    return record_.add_text(decoded.utf8);
  }
  Property p;
  std::string_view head = text.substr(0, colon);
  const std::size_t name_end = head.find(';');
  std::string_view name = head.substr(0, name_end);
  name.remove_prefix(std::min(name.size(), name.rfind('.') + 1));
  p.name = upper(trimmed(name));
  std::optional<text::Charset> charset;
  while (head.find(';') != std::string_view::npos) {
    head.remove_prefix(head.find(';') + 1);
    p.params.push_back(upper(head.substr(0, head.find(';'))));
    if (p.params.back().starts_with("CHARSET=")) {
      const auto named = text::charset_by_name(std::string_view(p.params.back()).substr(8));
      if (named && named.value() != text::Charset::kBinary) charset = named.value();
    }
    if (p.params.size() == 32) break;
  }
  std::string value(text.substr(colon + 1));
  if (p.has("QUOTED-PRINTABLE")) {
    value = from_quoted_printable(value);
  } else if (p.has("BASE64") || p.has("ENCODING=B")) {
    if (p.name == "PHOTO" || p.name == "LOGO" || p.name == "KEY") return ok();
    value = from_mime_base64(value);
  }
  auto decoded = text::decode(as_bytes(value), charset.value_or(charset_));
  undecodable_ += decoded.undecodable;
  p.value = std::move(decoded.utf8);
  return property(p);
}

Result<void> VcardDocument::name(const Property& p) {
  const auto parts = components(p.value);
  std::string whole;
  for (std::size_t i = 0; i < parts.size() && i < 2; ++i) {
    const auto part = trimmed(parts[i]);
    if (!whole.empty() && !part.empty()) whole += ' ';
    whole += part;
  }
  if (p.name == "N") {
    for (const auto& param : p.params) {
      if (param.starts_with("SORT-AS=")) {
        std::string reading(param.substr(8));
        std::erase(reading, '"');
        std::ranges::replace(reading, ',', ' ');
        TRYV(record_.add(FieldId::kKana, reading));
      }
    }
    return record_.add(FieldId::kName, whole);
  }
  return record_.add(FieldId::kKana, whole);
}

// post office box; building and room; street; city; region; postal code; country
Result<void> VcardDocument::address(const Property& p) {
  auto parts = components(p.value);
  parts.resize(7);
  std::string whole;
  for (const std::size_t i : {4U, 3U, 2U, 1U}) whole += trimmed(parts[i]);
  TRYV(record_.add(FieldId::kAddress, whole));
  TRYV(record_.add(FieldId::kPostal, parts[5]));
  // Where everything was put into one part, a postal code too.
  return trimmed(parts[5]).empty() ? record_.add_text(whole) : Result<void>(ok());
}

Result<void> VcardDocument::date(std::string_view value) {
  value = value.substr(0, value.find('T'));
  if (!value.starts_with("--")) return record_.add(FieldId::kBirthdate, value);
  reading_.see(std::string(value) + "\n");  // without a year
  return ok();
}

Result<void> VcardDocument::property(const Property& p) {
  const std::string& n = p.name;
  // What is no part of the record is text all the same: a company, a title, a link.
  const auto only_seen = [&]() -> Result<void> {
    reading_.see(unescaped(p.value) + "\n");
    return ok();
  };
  if (n == "BEGIN" || n == "END") return record_.flush();
  if (n == "N") return name(p);
  if (n == "SOUND" || n == "SORT-STRING") {
    // "SOUND;X-IRMC-N:family;given"; a sound proper stands behind a link or in base64.
    return p.value.find("://") == std::string::npos ? name(p) : only_seen();
  }
  if (n == "FN" || n == "X-NAME") return record_.add(FieldId::kName, unescaped(p.value));
  if (n == "X-PHONETIC-LAST-NAME") return record_.add(FieldId::kKana, unescaped(p.value), 1);
  if (n == "X-PHONETIC-FIRST-NAME") return record_.add(FieldId::kKana, unescaped(p.value), 2);
  if (n.starts_with("X-PHONETIC-ORG") || n == "X-PHONETIC-MIDDLE-NAME") return only_seen();
  if (n.starts_with("X-PHONETIC")) return record_.add(FieldId::kKana, unescaped(p.value));
  if (n == "TEL") {
    std::string value = unescaped(p.value);
    if (upper(std::string_view(value).substr(0, 4)) == "TEL:") value.erase(0, 4);
    return record_.add(FieldId::kPhone, value.substr(0, value.find(';')));
  }
  if (n == "EMAIL") {
    std::string value = unescaped(p.value);
    if (upper(std::string_view(value).substr(0, 7)) == "MAILTO:") value.erase(0, 7);
    return record_.add(FieldId::kEmail, value);
  }
  if (n == "ADR") return address(p);
  if (n == "BDAY") return date(unescaped(p.value));
  constexpr std::array<std::string_view, 18> kNothing = {
      "VERSION", "PRODID",     "REV",   "PHOTO",  "LOGO",         "KEY",
      "TZ",      "GEO",        "CLASS", "MAILER", "KIND",         "SOURCE",
      "ORG",     "CATEGORIES", "TITLE", "ROLE",   "CLIENTPIDMAP", "CALADRURI"};
  if (std::ranges::find(kNothing, std::string_view(n)) != kNothing.end()) return only_seen();
  // NOTE, LABEL, X-CUSTOMER-NO and whatever else programs put there.
  const std::string_view plain =
      std::string_view(n).starts_with("X-") ? std::string_view(n).substr(2) : std::string_view(n);
  return record_.add(plain, unescaped(p.value));
}

bool is_vcard(ByteView head, std::string_view content_type) {
  std::string_view text = as_text(head);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string begin;
  for (const char c : text.substr(0, 256)) {
    if (c != '\0' && c != '\xFF' && c != '\xFE') begin += c;  // also in UTF-16
  }
  begin = upper(begin);
  const std::string_view start = trimmed(begin);
  const std::string type = upper(content_type.substr(0, content_type.find(';')));
  return start
             .substr(start.find_first_not_of("\r\n") == std::string_view::npos
                         ? 0
                         : start.find_first_not_of("\r\n"))
             .starts_with("BEGIN:VCARD") ||
         type == "TEXT/VCARD" || type == "TEXT/X-VCARD" || type == "TEXT/DIRECTORY";
}

}  // namespace hitokoe::matcher
