#include "incident/campaign/letters.h"

#include <string_view>

#include "hitokoe/print/document.h"

namespace hitokoe::incident::campaign {
namespace {

constexpr double kPointsPerMm = 72.0 / 25.4;
constexpr double kSizes[] = {9, 8, 7, 6.5, 6, 5.5};
constexpr double kLine = 1.5;  // of the size: what the type takes at most
// Millimetres from the top: below the window, and so that the desk is on page one.
constexpr double kBodyBegins = 64;
constexpr double kMargin = 20;  // mm
constexpr double kBody = 9;     // points

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t c = first;
  if (length == 2) c = (first & 0x1fU) << 6U | (byte(at + 1) & 0x3fU);
  if (length == 3)
    c = (first & 0xfU) << 12U | (byte(at + 1) & 0x3fU) << 6U | (byte(at + 2) & 0x3fU);
  if (length == 4) {
    c = (first & 7U) << 18U | (byte(at + 1) & 0x3fU) << 12U | (byte(at + 2) & 0x3fU) << 6U |
        (byte(at + 3) & 0x3fU);
  }
  at = std::min(at + length, text.size());
  return c;
}

// Is it drawn with what stands before it? Combining marks and variation selectors (異体字).
bool joins_the_one_before(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || c == 0x3099 || c == 0x309a || (c >= 0xfe00 && c <= 0xfe0f) ||
         c == 0x200d || (c >= 0xe0100 && c <= 0xe01ef);
}

// Never less than the type takes, in em.
double width_of(char32_t c) {
  if (joins_the_one_before(c)) return 0;
  const bool narrow = (c >= 'a' && c <= 'z' && c != 'm' && c != 'w') || (c >= '0' && c <= '9') ||
                      c == ' ' || c == '-' || c == '.' || c == ',' || (c >= 0xff61 && c <= 0xff9f);
  return narrow ? 0.65 : 1.05;
}

// Cuts into lines of at most `em`.
void add_lines(std::string_view text, double em, std::vector<std::string>& out) {
  std::string line;
  double width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const auto c = next_character(text, at);
    const double w = width_of(c);
    if (w > 0 && width + w > em) {
      out.push_back(std::move(line));
      line.clear();
      width = 0;
    }
    line += text.substr(begin, at - begin);
    width += w;
  }
  if (!line.empty()) out.push_back(std::move(line));
}

// 1000001 and 100-0001 → 〒100-0001; anything else as it is.
std::string postal_line(const std::string& postal) {
  std::string digits;
  for (char c : postal) {
    if (c >= '0' && c <= '9') digits += c;
  }
  if (digits.size() == 7) return "〒" + digits.substr(0, 3) + "-" + digits.substr(3);
  return postal.empty() ? "" : "〒" + postal;
}

void add_text(print::Document& document, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) {
      document.space(kBody * 0.5);
    } else {
      document.paragraph(line);
    }
  }
}

}  // namespace

std::optional<AddressBlock> address_block(const Letter& letter) {
  for (const double size : kSizes) {
    const double em = kWindowWidth * kPointsPerMm / size;
    std::vector<std::string> lines;
    add_lines(postal_line(letter.postal), em, lines);
    add_lines(letter.address, em, lines);
    add_lines(letter.name + "　様", em, lines);
    if (static_cast<double>(lines.size()) * size * kLine > kWindowHeight * kPointsPerMm) continue;
    AddressBlock out{size, {}};
    for (const auto& line : lines) out.lines += (out.lines.empty() ? "" : "\n") + line;
    return out;
  }
  return std::nullopt;
}

Result<PrintedLetters> print_letters(const std::vector<Letter>& letters, const std::string& title,
                                     UtcTime created) {
  print::Document document({.title = title,
                            .created = created,
                            .body = kBody,
                            .margin_mm = kMargin,
                            .page_numbers = false});
  for (const auto& letter : letters) {
    const auto block = address_block(letter);
    if (!block)
      return fail(Errc::kLimit, letter.reference + ": the address does not fit behind the window",
                  letter.reference + ": 宛先が窓に収まりません");
    document.page_break();
    document.mark();
    document.place(kWindowLeft, kWindowTop, kWindowWidth + 2, block->lines, {.size = block->size});
    document.place(140, kWindowTop, 50, letter.reference,
                   {.size = 7, .align = print::Align::kRight});
    document.space((kBodyBegins - kMargin) * kPointsPerMm);
    document.heading(2, letter.notice.subjects.ja);
    add_text(document, letter.notice.bodies.ja);
    document.page_break();
    document.heading(2, letter.notice.subjects.en);
    add_text(document, letter.notice.bodies.en);
  }
  TRY(auto typeset, document.typeset());
  return PrintedLetters{std::move(typeset.pdf), std::move(typeset.marks), typeset.pages};
}

}  // namespace hitokoe::incident::campaign
