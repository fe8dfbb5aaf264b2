#include "matcher/decode/formats/html_document.h"

#include <algorithm>
#include <vector>

#include "matcher/decode/formats/html_rows.h"
#include "matcher/decode/kind.h"
#include "matcher/rows/layout.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kPart = 8U << 20;

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(std::string_view text, std::string_view name) {
  return text.size() >= name.size() &&
         std::ranges::equal(text.substr(0, name.size()), name,
                            [](char a, char b) { return small(a) == b; });
}

// The last `name` (in small letters, beginning with "<"); npos: none.
std::size_t last_of(std::string_view html, std::string_view name) {
  for (std::size_t at = html.rfind('<'); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : html.rfind('<', at - 1)) {
    if (same(html.substr(at), name)) return at;
  }
  return std::string_view::npos;
}

std::size_t first_of(std::string_view html, std::string_view name, std::size_t from) {
  for (std::size_t at = html.find('<', from); at != std::string_view::npos;
       at = html.find('<', at + 1)) {
    if (same(html.substr(at), name)) return at;
  }
  return std::string_view::npos;
}

// "<tr><th>氏名<td>…": is it a header?
bool is_header(std::string_view row) {
  std::vector<std::string> cells;
  bool in_tag = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '<') {
      if (same(row.substr(i), "<td") || same(row.substr(i), "<th")) cells.emplace_back();
      in_tag = true;
    } else if (row[i] == '>') {
      in_tag = false;
    } else if (!in_tag && !cells.empty()) {
      cells.back() += row[i];
    }
  }
  std::vector<std::string_view> views;
  views.reserve(cells.size());
  for (const auto& cell : cells) views.push_back(trimmed(cell));
  return !layout_of_header(views).empty();
}

}  // namespace

std::size_t html_cut(std::string_view html, std::string& context) {
  context.clear();
  std::size_t cut = std::string_view::npos;
  for (const std::string_view end : {"</tr>", "</p>", "</div>", "</li>", "<br"}) {
    cut = last_of(html, end);
    if (cut == std::string_view::npos) continue;
    cut = html.find('>', cut);
    if (cut != std::string_view::npos && cut > html.size() / 2) {
      ++cut;
      break;
    }
    cut = std::string_view::npos;
  }
  if (cut == std::string_view::npos) {
    cut = html.rfind('\n');
    if (cut == std::string_view::npos || cut < html.size() / 2) return html.size();
    ++cut;
  }
  const std::string_view done = html.substr(0, cut);
  const std::size_t table = last_of(done, "<table");
  const std::size_t closed = last_of(done, "</table");
  if (table != std::string_view::npos && (closed == std::string_view::npos || closed < table)) {
    context = "<table>";
    const std::size_t row = first_of(done, "<tr", table);
    const std::size_t end = first_of(done, "</tr", row == std::string_view::npos ? table : row);
    // A row of data would be read twice.
    if (row != std::string_view::npos && end != std::string_view::npos && end - row < (64U << 10) &&
        is_header(done.substr(row, end - row))) {
      context += html.substr(row, end - row);
      context += "</tr>";
    }
  }
  return cut;
}

HtmlDocument::HtmlDocument(Reading& reading, DocumentInfo info, ByteView head)
    : reading_(reading), info_(std::move(info)) {
  auto found = detection_of(head, info_.content_type, html_charset(head));
  if (found.best == text::Charset::kBinary) {
    reading_.warn(info_.name, {"binary data: only the text in it was looked at",
                               "バイナリデータ: 中の文字だけを調べました"});
    found.best = text::Charset::kUtf8;
  }
  decoder_.emplace(found);
}

Result<void> HtmlDocument::read_part(std::string_view html) {
  TRY(const bool read, html_rows(reading_, info_, html));
  if (read) return ok();
  if (!std::exchange(told_deep_, true)) {
    reading_.warn(info_.name, {"page nested too deeply: read as plain text",
                               "ページの入れ子が深すぎるため、文字として読みました"});
  }
  reading_.see(html);
  RowReader rows(reading_.sink());
  TRYV(rows.feed(html));
  TRYV(rows.finish());
  warn_cut(reading_, info_.name, rows.cut());
  return ok();
}

Result<void> HtmlDocument::read_begun() {
  std::size_t from = 0;
  while (page_.size() - from >= kPart) {
    const std::string_view whole = std::string_view(page_).substr(from, kPart);
    std::string next;
    const std::string_view part = whole.substr(0, html_cut(whole, next));
    TRYV(read_part(context_ + std::string(part)));
    from += part.size();
    // A table that goes on: its beginning stands in an earlier part.
    const bool goes_on = !context_.empty() && last_of(part, "<table") == std::string_view::npos &&
                         last_of(part, "</table") == std::string_view::npos;
    if (!goes_on) context_ = std::move(next);
  }
  page_.erase(0, from);
  return ok();
}

Result<void> HtmlDocument::feed(ByteView piece) {
  // In pieces, so that the buffer stays small whatever comes.
  constexpr std::size_t kPiece = 1U << 20;
  while (!piece.empty()) {
    const ByteView one = piece.first(std::min(piece.size(), kPiece));
    piece = piece.subspan(one.size());
    decoder_->feed(one, page_);
    if (page_.size() >= kPart) {
      TRYV(read_begun());
    }
  }
  return ok();
}

Result<void> HtmlDocument::finish() {
  decoder_->finish(page_);
  TRYV(read_part(context_.empty() ? page_ : context_ + page_));
  page_ = {};
  warn_undecodable(reading_, info_.name, decoder_->dominant(), decoder_->undecodable());
  return ok();
}

}  // namespace hitokoe::matcher
