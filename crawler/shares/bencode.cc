#include "crawler/shares/bencode.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace hitokoe::crawler {

namespace {

constexpr int kDeepest = 32;
constexpr std::size_t kMostValues = 400'000;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<Bencoded> value(int depth) {
    if (depth > kDeepest)
      return fail(Errc::kLimit, "nested deeper than 32", "入れ子が 32 を超えています");
    if (++values_ > kMostValues)
      return fail(Errc::kLimit, "more than 400000 values", "値が 400000 を超えています");
    if (at_ == bytes_.size()) return outcome::failure(wrong("a value"));
    Bencoded out;
    out.begin = at_;
    const char first = bytes_[at_];
    if (first == 'i') {
      ++at_;
      TRY(out.integer, number('e'));
    } else if (first == 'l') {
      TRYV(list(out, depth));
    } else if (first == 'd') {
      TRYV(map(out, depth));
    } else {
      out.kind = Bencoded::Kind::kText;
      TRY(out.text, text());
    }
    out.end = at_;
    return out;
  }

  Result<void> finish() const {
    if (at_ != bytes_.size()) return outcome::failure(wrong("the end"));
    return ok();
  }

 private:
  Error wrong(const char* expected) const {
    const auto n = std::to_string(at_);
    return {Errc::kBadInput, "byte " + n + ": expected " + expected + " of bencoding",
            n + " バイト目: bencode として読めません"};
  }
  Result<void> list(Bencoded& out, int depth) {
    ++at_;
    out.kind = Bencoded::Kind::kList;
    while (!ended()) {
      TRY(auto one, value(depth + 1));
      out.list.push_back(std::move(one));
    }
    return take('e');
  }

  Result<void> map(Bencoded& out, int depth) {
    ++at_;
    out.kind = Bencoded::Kind::kMap;
    while (!ended()) {
      TRY(const auto key, text());
      TRY(auto one, value(depth + 1));
      out.map.push_back({key, std::move(one)});
    }
    return take('e');
  }

  bool ended() const { return at_ >= bytes_.size() || bytes_[at_] == 'e'; }

  Result<void> take(char c) {
    if (at_ >= bytes_.size() || bytes_[at_] != c)
      return outcome::failure(wrong("the end of a value"));
    ++at_;
    return ok();
  }

  Result<std::int64_t> number(char end) {
    std::int64_t out = 0;
    const char* first = bytes_.data() + at_;
    const char* last = bytes_.data() + bytes_.size();
    const auto [stop, error] = std::from_chars(first, last, out);
    const auto length = static_cast<std::size_t>(stop - first);
    const std::string_view written(first, length);
    const bool zeros = (written.starts_with('0') && length > 1) || written.starts_with("-0");
    if (error != std::errc{} || zeros || stop == last || *stop != end)
      return outcome::failure(wrong("a number"));
    at_ += length + 1;
    return out;
  }

  Result<std::string_view> text() {
    if (at_ >= bytes_.size() || bytes_[at_] < '0' || bytes_[at_] > '9')
      return outcome::failure(wrong("a text"));
    TRY(const auto length, number(':'));
    if (static_cast<std::uint64_t>(length) > bytes_.size() - at_)
      return outcome::failure(wrong("as many bytes as a text says"));
    const auto out = bytes_.substr(at_, static_cast<std::size_t>(length));
    at_ += out.size();
    return out;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

const Bencoded* Bencoded::at(std::string_view key, Kind wanted) const {
  const auto found = std::ranges::find(map, key, &Entry::key);
  return found != map.end() && found->value.kind == wanted ? &found->value : nullptr;
}

Result<Bencoded> read_bencoded(ByteView bytes) {
  Reader reader(as_text(bytes));
  TRY(auto out, reader.value(0));
  TRYV(reader.finish());
  return out;
}

}  // namespace hitokoe::crawler
