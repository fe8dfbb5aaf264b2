#include "incident/campaign/address_list.h"

#include <algorithm>

#include "hitokoe/text/encode.h"

namespace hitokoe::incident::campaign {
namespace {

constexpr std::string_view kGeta = "〓";

// A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"); a space before
// it keeps it a text. "+81…" is a telephone number.
bool looks_like_a_formula(std::string_view cell) {
  if (cell.empty()) return false;
  const bool number = cell.size() > 1 && cell[1] >= '0' && cell[1] <= '9';
  if (cell.front() == '+' || cell.front() == '-') return !number;
  if (std::string_view("=@\t\r\n").find(cell.front()) != std::string_view::npos) return true;
  constexpr std::string_view kWide[] = {"＝", "＋", "－", "＠"};
  return std::any_of(std::begin(kWide), std::end(kWide),
                     [&](std::string_view wide) { return cell.starts_with(wide); });
}

std::string quoted(const std::string& cell) {
  std::string out = "\"";
  if (looks_like_a_formula(cell)) out += ' ';
  for (char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

// Each character in CP932, or 〓.
std::string in_shift_jis(const std::string& cell, std::vector<std::string>& lacking) {
  std::string out;
  for (std::size_t at = 0; at < cell.size();) {
    auto end = at + 1;
    while (end < cell.size() && (static_cast<unsigned char>(cell[end]) & 0xc0U) == 0x80U) ++end;
    const auto one = cell.substr(at, end - at);
    at = end;
    auto encoded = text::encode(one, text::Charset::kShiftJis);
    if (encoded == "?" && one != "?") {
      encoded = text::encode(kGeta, text::Charset::kShiftJis);
      if (std::find(lacking.begin(), lacking.end(), one) == lacking.end()) lacking.push_back(one);
    }
    out += encoded;
  }
  return out;
}

std::vector<std::string> columns_of(AddressList::Kind kind) {
  switch (kind) {
    case AddressList::Kind::kLetters:
      return {"reference", "postal", "address", "name", "file", "first_page", "pages"};
    case AddressList::Kind::kSms:
      return {"reference", "phone", "text"};
    case AddressList::Kind::kPhone:
      break;
  }
  return {"reference", "phone", "name", "text"};
}

}  // namespace

AddressList::AddressList(Kind kind) : kind_(kind), columns_(columns_of(kind)) {}

void AddressList::add_letter(const Letter& l, const std::string& pdf, std::size_t first_page,
                             std::size_t pages) {
  rows_.push_back({l.reference, l.postal, l.address, l.name, pdf, std::to_string(first_page),
                   std::to_string(pages)});
}

void AddressList::add_call(const std::string& person, const std::string& name,
                           const std::string& phone, const std::string& text) {
  if (kind_ == Kind::kSms) {
    rows_.push_back({person, phone, text});
  } else {
    rows_.push_back({person, phone, name, text});
  }
}

Bytes AddressList::bytes(ListEncoding encoding, std::vector<LackingCharacter>& lacking) const {
  const bool shift_jis = encoding == ListEncoding::kShiftJis;
  std::string out;
  for (std::size_t c = 0; c < columns_.size(); ++c) out += (c == 0 ? "" : ",") + columns_[c];
  out += "\r\n";
  for (const auto& row : rows_) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      std::vector<std::string> missing;
      const auto cell = quoted(row[c]);
      if (c > 0) out += ',';
      out += shift_jis ? in_shift_jis(cell, missing) : cell;
      for (auto& m : missing) lacking.push_back({row.front(), columns_[c], std::move(m)});
    }
    out += "\r\n";
  }
  return {out.begin(), out.end()};
}

}  // namespace hitokoe::incident::campaign
