#include "matcher/decode/document.h"

#include <algorithm>
#include <optional>

#include "hitokoe/text/charset.h"
#include "matcher/decode/html_text.h"
#include "matcher/decode/kind.h"

namespace hitokoe::matcher {

namespace {

using How = DocumentKind::How;

constexpr std::size_t kHead = 64U << 10;

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
  RowReader rows;
  std::unique_ptr<TextObserver> observer;
  Bytes head;
  bool decided = false;
  DocumentKind kind;
  text::Charset charset = text::Charset::kUtf8;
  std::optional<text::StreamDecoder> decoder;
  std::string decoded;
  Bytes html;  // a page is parsed as a whole

  State(std::string n, std::string c, std::vector<Warning>& w, RowReader::OnRow on_row,
        std::unique_ptr<TextObserver> o)
      : name(std::move(n)),
        content_type(std::move(c)),
        warnings(w),
        rows(std::move(on_row)),
        observer(std::move(o)) {}

  void warn(Words what) { warnings.push_back({name, std::move(what)}); }

  Result<void> decide();
  Result<void> take(ByteView piece);
  Result<void> pass_on();
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
  charset = chosen ? *chosen : text::detect(head);
  if (charset == text::Charset::kBinary) {
    warn({"binary data: only the text in it was looked at",
          "バイナリデータ: 中の文字だけを調べました"});
    charset = text::Charset::kUtf8;
  }
  decoder.emplace(charset);
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
  decoder->feed(piece, decoded);
  return pass_on();
}

Result<void> DocumentReader::State::pass_on() {
  if (observer && !decoded.empty()) observer->text(decoded);
  const auto done = rows.feed(decoded);
  decoded.clear();
  return done;
}

Result<void> DocumentReader::State::finish_html() {
  decoder->feed(html, decoded);
  decoder->finish(decoded);
  html = {};
  if (auto text = html_text(decoded)) {
    decoded = std::move(*text);
  } else {
    warn({"page nested too deeply: read as plain text",
          "ページの入れ子が深すぎるため、文字として読みました"});
  }
  return pass_on();
}

DocumentReader::DocumentReader(std::string name, std::string content_type,
                               std::vector<Warning>& warnings, RowReader::OnRow on_row,
                               std::unique_ptr<TextObserver> observer)
    : state_(std::make_unique<State>(std::move(name), std::move(content_type), warnings,
                                     std::move(on_row), std::move(observer))) {}
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
  } else {
    s.decoder->finish(s.decoded);
    TRYV(s.pass_on());
  }
  if (s.observer) s.observer->end();
  TRYV(s.rows.finish());
  if (s.decoder->undecodable() > 0) {
    const auto bytes = std::to_string(s.decoder->undecodable());
    const std::string charset(text::iana_name(s.charset));
    s.warn({bytes + " bytes could not be decoded as " + charset,
            charset + " として読めないバイトが " + bytes + " あります"});
  }
  return ok();
}

}  // namespace hitokoe::matcher
