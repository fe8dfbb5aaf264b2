// Transfer and literal escapes inside text are undone, so that the values hidden in them are found:
// HTML entities, URL-encoding, quoted-printable, encoded words of mail headers, base64, \u \x and
// octal escapes, hexadecimal strings of SQL dumps. Bytes that come out are decoded in whatever
// character set makes them plausible text (UTF-8, CP932, EUC-JP, ISO-2022-JP, UTF-16).
//
// What comes out is text of the same lines, each decoded value in the place of its escape:
//   - A line stays a line and a cell a cell. A line end or control character that was escaped
//     becomes a space. An escaped delimiter or quote (, ; | : tab " ') becomes its full-width form
//     where the line has that character unescaped too, else it could not be a delimiter there;
//     values are folded to half width before they are compared, so nothing is lost by it.
//   - Where the escape may be no escape, both forms stand there with a space between: an escaped
//     letter or digit (no program escapes those: "%41" may be part of a password), "\n" after a
//     word (it may be a user of a domain), base64 of plain ASCII.
//   - What is no well-formed escape, or does not give plausible text, stays as it is.
//   - Soft line breaks of quoted-printable join lines. Base64 of several lines, or with line ends
//   in
//     it, is a document of its own: it goes to `on_embedded`, and stays in the text.
// Escapes in escapes are undone three times. The result of each is at most twice as long.
//
// Streaming and bounded: what comes out depends on the text only, not on the pieces. A text without
// escapes is not copied; seen were 430 to 2,350 MB/s (tests/bench/README.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"

namespace hitokoe::text {

class Escapes {
 public:
  // Text of any length; valid during the call. An Error ends the stream.
  using OnText = std::function<Result<void>(std::string_view utf8)>;
  // Bytes of an embedded document, in pieces; `last` with the last one, which may be empty.
  using OnEmbedded = std::function<Result<void>(ByteView piece, bool last)>;

  struct Options {
    // \n \t \" \' \\ and \/ too. Off where whoever reads the rows undoes them (SQL, JSON): an
    // undone quote would end a string there.
    bool backslashes = true;
  };

  static constexpr std::size_t kLongestLine = 1U << 20;  // a longer line is worked on in parts
  static constexpr int kDepth = 3;

  explicit Escapes(OnText on_text, OnEmbedded on_embedded, Options options);
  explicit Escapes(OnText on_text) : Escapes(std::move(on_text), {}, {}) {}
  ~Escapes();
  Escapes(const Escapes&) = delete;
  Escapes& operator=(const Escapes&) = delete;

  Result<void> feed(std::string_view utf8);  // an Error of a callback
  Result<void> finish();

  std::uint64_t lines_changed() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The same for one line by itself, without its end: what a stream would give for it. False: nothing
// was undone, and `out` is not to be used.
bool undo_escapes(std::string_view line, std::string& out);

}  // namespace hitokoe::text
