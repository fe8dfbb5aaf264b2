#include "matcher/decode/document.h"

#include <algorithm>
#include <optional>

#include "hitokoe/text/charset.h"
#include "matcher/decode/escapes/text_rows.h"
#include "matcher/decode/html_text.h"
#include "matcher/decode/kind.h"

namespace hitokoe::matcher {

namespace {

using How = DocumentKind::How;

constexpr std::size_t kHead = 64U << 10;
constexpr unsigned kMostEmbedded = 3;  // documents in documents

std::optional<text::Charset> by_bom(ByteView head) {
  const std::string_view text = as_text(head);
  if (text.starts_with("\xEF\xBB\xBF")) return text::Charset::kUtf8;
  if (text.starts_with("\xFF\xFE")) return text::Charset::kUtf16Le;
  if (text.starts_with("\xFE\xFF")) return text::Charset::kUtf16Be;
  return std::nullopt;
}

std::optional<text::Charset> by_name(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto charset = text::charset_by_name(name);
  if (!charset || charset.value() == text::Charset::kBinary) return std::nullopt;
  return charset.value();
}

}  // namespace

struct DocumentReader::State {
  std::string name, content_type;
  std::vector<Warning>& warnings;
  RowReader::OnRow on_row;
  unsigned depth;
  Bytes head;
  bool decided = false;
  DocumentKind kind;
  std::optional<TextRows> rows;
  std::unique_ptr<DocumentReader> embedded;  // in the text as base64
  Bytes html;                                // a page is parsed as a whole

  State(std::string n, std::string c, std::vector<Warning>& w, RowReader::OnRow r, unsigned d)
      : name(std::move(n)),
        content_type(std::move(c)),
        warnings(w),
        on_row(std::move(r)),
        depth(d) {}

  void warn(Words what) { warnings.push_back({name, std::move(what)}); }

  Result<void> decide();
  Result<void> take(ByteView piece);
  Result<void> take_embedded(ByteView piece, bool last);
  Result<void> finish_html();
};

Result<void> DocumentReader::State::decide() {
  decided = true;
  kind = kind_of(head, content_type);
  if (kind.how == How::kUnreadable) {
    warn({std::string(kind.what) + ": cannot be read yet",
          std::string(kind.what_ja) + ": まだ読めません"});
    head.clear();
    return ok();
  }
  if (kind.how == How::kAsPlainText) {
    warn({std::string(kind.what) +
              ": cannot be read yet as such; read as plain text, rows may be missed",
          std::string(kind.what_ja) + ": "
                                      "まだその形式としては読めません。文字として読んだため、取りこ"
                                      "ぼした行があるかもしれません"});
  }
  auto chosen = by_bom(head);
  if (!chosen) chosen = by_name(charset_parameter(content_type));
  if (!chosen && kind.how == How::kHtml) chosen = by_name(html_charset(head));
  text::Detection found;
  found.best = found.second = chosen.value_or(text::Charset::kUtf8);
  if (!chosen) found = text::detect_two(head);
  if (found.best == text::Charset::kBinary) {
    warn({"binary data: only the text in it was looked at",
          "バイナリデータ: 中の文字だけを調べました"});
    found.best = text::Charset::kUtf8;
  }
  rows.emplace(
      found,
      TextRows::Hooks{
          on_row, [this](ByteView piece, bool last) { return take_embedded(piece, last); }, {}});
  const Bytes first = std::move(head);
  head = {};
  return take(first);
}

Result<void> DocumentReader::State::take(ByteView piece) {
  if (kind.how == How::kUnreadable) return ok();
  if (kind.how == How::kHtml) {
    if (html.size() + piece.size() > kMostHtml) {
      const auto most = std::to_string(kMostHtml >> 20);
      warn({"page over " + most + " MiB: read as plain text",
            "ページが " + most + " MiB を超えるため、文字として読みました"});
      kind.how = How::kText;
      const Bytes so_far = std::move(html);
      TRYV(take(so_far));
      return take(piece);
    }
    html.insert(html.end(), piece.begin(), piece.end());
    return ok();
  }
  return rows->feed(piece);
}

Result<void> DocumentReader::State::take_embedded(ByteView piece, bool last) {
  if (depth >= kMostEmbedded) return ok();
  if (!embedded) {
    embedded =
        std::make_unique<DocumentReader>(name + " > base64", "", warnings, on_row, depth + 1);
  }
  TRYV(embedded->feed(piece));
  return last ? std::exchange(embedded, nullptr)->finish() : Result<void>(ok());
}

Result<void> DocumentReader::State::finish_html() {
  std::string page;
  rows->decode(html, page);
  html = {};
  if (auto text = html_text(page)) {
    page = std::move(*text);
  } else {
    warn({"page nested too deeply: read as plain text",
          "ページの入れ子が深すぎるため、文字として読みました"});
  }
  return rows->feed_text(page);
}

DocumentReader::DocumentReader(std::string name, std::string content_type,
                               std::vector<Warning>& warnings, RowReader::OnRow on_row,
                               unsigned depth)
    : state_(std::make_unique<State>(std::move(name), std::move(content_type), warnings,
                                     std::move(on_row), depth)) {}
DocumentReader::~DocumentReader() = default;

bool DocumentReader::refused() const {
  return state_->decided && state_->kind.how == How::kUnreadable;
}

Result<void> DocumentReader::feed(ByteView piece) {
  State& s = *state_;
  if (!s.decided) {
    const std::size_t n = std::min(piece.size(), kHead - s.head.size());
    s.head.insert(s.head.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
    piece = piece.subspan(n);
    if (s.head.size() < kHead) return ok();
    TRYV(s.decide());
  }
  return piece.empty() ? Result<void>(ok()) : s.take(piece);
}

Result<void> DocumentReader::finish() {
  State& s = *state_;
  if (!s.decided) {
    TRYV(s.decide());
  }
  if (s.kind.how == How::kUnreadable) return ok();
  if (s.kind.how == How::kHtml) {
    TRYV(s.finish_html());
  }
  TRYV(s.rows->finish());
  if (s.rows->undecodable() > 0) {
    const auto bytes = std::to_string(s.rows->undecodable());
    const std::string charset(text::iana_name(s.rows->charset()));
    s.warn({bytes + " bytes could not be decoded as " + charset,
            charset + " として読めないバイトが " + bytes + " あります"});
  }
  return ok();
}

}  // namespace hitokoe::matcher
