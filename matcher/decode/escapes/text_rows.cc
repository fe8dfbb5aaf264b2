#include "matcher/decode/escapes/text_rows.h"

namespace hitokoe::matcher {

TextRows::TextRows(const text::Detection& expected, Hooks hooks)
    : on_text_(std::move(hooks.on_text)),
      on_undone_(std::move(hooks.on_undone)),
      backslashes_(hooks.backslashes),
      sink_(std::move(hooks.sink)),
      bytes_(expected),
      rows_(sink_.by_way_of(
          [this](std::span<const identity::FieldValue> values) { return on_row(values); })),
      escapes_(
          [this](std::string_view utf8) {
            if (on_undone_) on_undone_(utf8);
            return rows_.feed(utf8);
          },
          std::move(hooks.on_embedded), {hooks.backslashes}) {
  const bool text =
      expected.second != text::Charset::kBinary && expected.second != text::Charset::kWindows1252;
  if (!expected.thin() || !text) return;
  second_ = std::make_unique<text::Detection>();
  second_->best = second_->second = expected.second;
}

Result<void> TextRows::on_row(std::span<const identity::FieldValue> values) {
  if (second_) {
    std::string row;
    for (const auto& value : values) {
      row += std::to_string(static_cast<int>(value.field));
      row += '=';
      row.append(value.raw) += '\n';
    }
    if (again_ && seen_.contains(row)) return ok();
    if (!again_) seen_.insert(std::move(row));
  }
  return sink_(values);
}

Result<void> TextRows::feed(ByteView piece) {
  if (second_) {
    kept_.insert(kept_.end(), piece.begin(), piece.end());
    if (kept_.size() > kMostTwice) {
      second_.reset();
      kept_ = {};
      seen_.clear();
    }
  }
  bytes_.feed(piece, decoded_);
  const auto done = feed_text(decoded_);
  decoded_.clear();
  return done;
}

Result<void> TextRows::feed_text(std::string_view utf8) {
  if (on_text_) on_text_(utf8);
  return escapes_.feed(utf8);
}

Result<void> TextRows::finish() {
  bytes_.finish(decoded_);
  TRYV(feed_text(decoded_));
  decoded_.clear();
  TRYV(escapes_.finish());
  TRYV(rows_.finish());
  return second_ && !kept_.empty() ? read_as_second() : Result<void>(ok());
}

Result<void> TextRows::read_as_second() {
  again_ = true;
  std::string utf8;
  auto reading = text::CharsetStream::only(second_->best);
  reading.feed(kept_, utf8);
  reading.finish(utf8);
  kept_ = {};
  if (reading.undecodable() > 0) return ok();  // it cannot be
  RowReader rows(sink_.by_way_of(
      [this](std::span<const identity::FieldValue> values) { return on_row(values); }));
  text::Escapes escapes([&](std::string_view text) { return rows.feed(text); }, {}, {backslashes_});
  TRYV(escapes.feed(utf8));
  TRYV(escapes.finish());
  return rows.finish();
}

void TextRows::decode(ByteView whole, std::string& utf8) {
  bytes_.feed(whole, utf8);
  bytes_.finish(utf8);
}

}  // namespace hitokoe::matcher
