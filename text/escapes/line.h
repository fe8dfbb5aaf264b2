// The escapes of one line.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "text/escapes/bytes.h"

namespace hitokoe::text {

// Undoes the escapes of a line, once; see escapes.h for the form of what comes out.
class LineUnescaper {
 public:
  struct Options {
    bool backslashes = true;
    bool quoted_printable = false;  // it is: its escapes of ASCII are undone too
  };
  // Base64 whose bytes are a document of their own.
  using OnDocument = std::function<void(std::string bytes)>;

  // `raw`: the line as it came, before anything in it was undone.
  LineUnescaper(std::string_view raw, const Options& options, OnDocument on_document);

  // False: nothing to undo; `out` is then not to be used. What one call keeps of the original
  // beside the undone form, the next call, which takes the `out` of the last, leaves alone.
  bool undo(std::string_view line, std::string& out);

 private:
  void step();
  bool entity();
  bool entities_of_bytes();
  bool percent();
  bool percent_u();
  bool backslash();
  bool backslash_letter(std::size_t at, char letter);
  bool code_point(std::size_t at);
  bool byte_escapes();
  bool encoded_words();
  bool quoted_printable();
  bool base64();
  bool hexadecimal();

  char at(std::size_t i) const { return i < line_.size() ? line_[i] : '\0'; }
  int hex(std::size_t i, std::size_t digits) const;  // -1: no such digits
  // Replaces line_[begin, end) by `text`. Both: keeps what stood there as well.
  void put(std::size_t begin, std::size_t end, std::string_view text, bool both);
  void put_protected(std::string_view text);
  void copy_to(std::size_t end);
  void skip_kept();

  std::string_view line_;
  std::string* out_ = nullptr;
  std::size_t at_ = 0;      // looked at up to here
  std::size_t copied_ = 0;  // and copied or replaced up to here
  bool changed_ = false;
  struct Range {
    std::size_t begin, end;
  };
  std::vector<Range> kept_;       // of line_
  std::vector<Range> kept_next_;  // of *out_
  std::size_t next_kept_ = 0;
  std::array<bool, 128> has_{};  // of the raw line
  Options options_;
  OnDocument on_document_;
};

}  // namespace hitokoe::text
