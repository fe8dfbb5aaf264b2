// Bytes of a text → rows: character sets (which may change on the way), escapes, rows. A short text
// that may be in either of two character sets is read as both; rows that come out alike count once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "hitokoe/text/charset_stream.h"
#include "hitokoe/text/escapes.h"
#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher {

class TextRows {
 public:
  // `on_embedded` gets documents that stand in the text as base64; `on_text` sees the text as it
  // was decoded, before its escapes are undone. Both may be empty.
  struct Hooks {
    RowSink sink;
    text::Escapes::OnEmbedded on_embedded = {};
    std::function<void(std::string_view utf8)> on_text = {};
    std::function<void(std::string_view utf8)> on_undone = {};  // the same with its escapes undone
    bool backslashes = true;                                    // text::Escapes::Options
  };
  TextRows(const text::Detection& expected, Hooks hooks);
  TextRows(const TextRows&) = delete;
  TextRows& operator=(const TextRows&) = delete;

  Result<void> feed(ByteView piece);              // an Error of a hook
  Result<void> feed_text(std::string_view utf8);  // what is decoded already: the text of a page
  Result<void> finish();

  // For a page, which is parsed as a whole: appends its text, without escapes or rows.
  void decode(ByteView whole, std::string& utf8);

  std::uint64_t undecodable() const { return bytes_.undecodable(); }
  std::uint64_t cut() const { return rows_.cut(); }            // RowReader::cut()
  text::Charset charset() const { return bytes_.dominant(); }  // of most of the text

 private:
  static constexpr std::size_t kMostTwice = 1U << 20;  // bytes of a text that is read as both

  Result<void> on_row(std::span<const identity::FieldValue> values);
  Result<void> read_as_second();

  std::function<void(std::string_view)> on_text_, on_undone_;
  bool backslashes_;
  RowSink sink_;
  std::unique_ptr<text::Detection> second_;  // where it is thin, until the text is too long
  Bytes kept_;
  std::set<std::string> seen_;  // rows of the first reading
  bool again_ = false;
  text::CharsetStream bytes_;
  RowReader rows_;
  text::Escapes escapes_;
  std::string decoded_;
};

}  // namespace hitokoe::matcher
