#include "apps/hitokoe/text_input.h"

#include <cerrno>

#include "hitokoe/base/file.h"

namespace hitokoe::app {
namespace {

constexpr std::size_t kPiece = 64U << 10;

// Fills `buffer` as far as the input goes; it may come from a pipe in small parts.
Result<std::size_t> fill(std::FILE* file, Bytes& buffer, const std::string& name) {
  buffer.resize(kPiece);
  const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file);
  if (n < buffer.size() && std::ferror(file) != 0)
    return fail(Errc::kIo, "cannot read " + name, name + " を読めません");
  buffer.resize(n);
  return n;
}

}  // namespace

Result<TextInput> TextInput::open(const std::string& path, std::optional<text::Charset> charset) {
  std::FILE* file = stdin;
  std::string name = "stdin";
  if (path != "-") {
    name = shown(path);
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
      return fail(Errc::kBadInput, name + " is a folder", name + " はフォルダ");
    }
    file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
      return fail(errno == ENOENT ? Errc::kNotFound : Errc::kIo, "cannot open " + name,
                  name + " を開けません");
    }
  }
  TextInput input(std::move(name), file, charset.value_or(text::Charset::kUtf8));
  TRYV(fill(file, input.head_, input.name_));
  if (!charset) {
    const text::Detection found = text::detect_two(input.head_);
    input.charset_ = found.best;
    input.decoder_ = text::CharsetStream(found);
  }
  return input;
}

Result<bool> TextInput::read(std::string& utf8) {
  if (ended_) return false;
  if (head_.empty()) {
    TRY(const std::size_t n, fill(file_.get(), head_, name_));
    if (n == 0) {
      ended_ = true;
      decoder_.finish(utf8);
      return true;
    }
  }
  decoder_.feed(head_, utf8);
  head_.clear();
  return true;
}

}  // namespace hitokoe::app
