#include "hitokoe/print/document.h"

#include <algorithm>

#include "print/setting.h"

namespace hitokoe::print {
namespace {

constexpr double kPointsPerMm = 72.0 / 25.4;

// Line ends stay; other control characters would be set as boxes.
std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    if (c == '\t') {
      out += ' ';
    } else if (c == '\n' || (b >= 0x20 && b != 0x7f)) {
      out += c;
    }
  }
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

}  // namespace

Document::Document(DocumentOptions options) : options_(std::move(options)) {}

void Document::heading(int level, std::string_view text) {
  const double grows[] = {1.6, 1.25, 1.05};
  const double factor = grows[std::clamp(level, 1, 3) - 1];
  bytes_ += text.size();
  blocks_.emplace_back(Text{clean(text),
                            {.size = options_.body * factor, .bold = true},
                            options_.body * (level == 1 ? 0.6 : 1.0),
                            options_.body * 0.4,
                            true});
}

void Document::paragraph(std::string_view text, const TextStyle& style) {
  bytes_ += text.size();
  blocks_.emplace_back(Text{clean(text), style, 0, options_.body * 0.5, false});
}

void Document::table(Table table) {
  for (auto& column : table.columns) {
    bytes_ += column.title.size();
    column.title = clean(column.title);
  }
  for (auto& row : table.rows) {
    for (auto& cell : row) {
      bytes_ += cell.size();
      cell = clean(cell);
    }
  }
  if (!table.columns.empty()) blocks_.emplace_back(std::move(table));
}

void Document::space(double points) { blocks_.emplace_back(Space{points}); }
void Document::rule() { blocks_.emplace_back(Rule{}); }
void Document::page_break() { blocks_.emplace_back(Break{}); }

void Document::mark() { blocks_.emplace_back(Mark{}); }

void Document::place(double left_mm, double top_mm, double width_mm, std::string_view text,
                     const TextStyle& style) {
  bytes_ += text.size();
  blocks_.emplace_back(Placed{left_mm * kPointsPerMm, top_mm * kPointsPerMm,
                              width_mm * kPointsPerMm, clean(text), style});
}

Result<Bytes> Document::pdf() const {
  TRY(auto typeset, this->typeset());
  return std::move(typeset.pdf);
}

Result<Document::Typeset> Document::typeset() const {
  if (bytes_ > kMostText) {
    return fail(Errc::kLimit, "the text is too long for a document", "文書の文字が多すぎます");
  }
  Setting setting(*this);
  return setting.run();
}

}  // namespace hitokoe::print
