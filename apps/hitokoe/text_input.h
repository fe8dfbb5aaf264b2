// Files and stdin as a stream of decoded text, for the commands that read text.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "hitokoe/text/charset_stream.h"

namespace hitokoe::app {

// Reads in pieces; holds one piece. Errors name the file, never its content.
class TextInput {
 public:
  // "-" is stdin. kNotFound, kIo. Reads the beginning, to detect the charset.
  static Result<TextInput> open(const std::string& path, std::optional<text::Charset> charset);

  text::Charset charset() const { return charset_; }  // of the beginning
  // Of most of what was read so far.
  text::Charset dominant() const { return decoder_.dominant(); }
  bool mixed() const { return decoder_.mixed(); }
  // Appends the next piece of text; false: the end was reached before.
  Result<bool> read(std::string& utf8);
  std::uint64_t undecodable() const { return decoder_.undecodable(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  TextInput(std::string name, std::FILE* file, text::Charset charset)
      : name_(std::move(name)),
        file_(file),
        charset_(charset),
        decoder_(text::CharsetStream::only(charset)) {}

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  Bytes head_;
  text::Charset charset_;
  text::CharsetStream decoder_;
  bool ended_ = false;
};

}  // namespace hitokoe::app
