#include "hitokoe/text/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace hitokoe::text {
namespace {

constexpr std::int64_t kMemory = 8LL << 20;
constexpr std::size_t kLongestPattern = 16384;

std::string_view view(const re2::StringPiece& piece) {
  return piece.data() == nullptr ? std::string_view{}
                                 : std::string_view{piece.data(), piece.size()};
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

// The pattern comes from an operator's configuration: RE2's text names the part that is wrong.
Words what_is_wrong(const re2::RE2& pattern) {
  Words text = Words::same(pattern.error());
  if (!pattern.error_arg().empty()) {
    const auto at = pattern.pattern().find(pattern.error_arg());
    if (at != std::string::npos)
      text = text + Words{" (at byte ", "（"} + std::to_string(at) + Words{")", " バイト目）"};
  }
  return text;
}

}  // namespace

struct Regex::State {
  State(std::string_view pattern, const re2::RE2::Options& options) : re(piece(pattern), options) {}

  // False where nothing matches; the view {} stands for a group that took no part.
  bool match(std::string_view text, std::size_t from, std::vector<re2::StringPiece>& groups) const {
    groups.assign(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1, {});
    return re.Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, groups.data(),
                    static_cast<int>(groups.size()));
  }

  re2::RE2 re;
};

Regex::Regex(std::unique_ptr<State> state) : state_(std::move(state)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  if (pattern.size() > kLongestPattern) {
    return fail(Errc::kBadInput, "pattern is longer than 16384 bytes",
                "正規表現が 16384 バイトを超えています");
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  auto state = std::make_unique<State>(pattern, options);
  if (!state->re.ok())
    return fail(Errc::kBadInput, Words{"pattern: ", "正規表現: "} + what_is_wrong(state->re));
  return Regex{std::move(state)};
}

bool Regex::matches_all(std::string_view text) const {
  return re2::RE2::FullMatch(piece(text), state_->re);
}

std::optional<std::vector<std::string_view>> Regex::search(std::string_view text,
                                                           std::size_t from) const {
  std::vector<re2::StringPiece> groups;
  if (from > text.size() || !state_->match(text, from, groups)) return std::nullopt;
  std::vector<std::string_view> found(groups.size());
  std::transform(groups.begin(), groups.end(), found.begin(), view);
  return found;
}

std::vector<std::vector<std::string_view>> Regex::find_all(std::string_view text) const {
  std::vector<std::vector<std::string_view>> all;
  std::vector<re2::StringPiece> groups;
  std::size_t from = 0;
  while (from <= text.size() && state_->match(text, from, groups)) {
    std::vector<std::string_view> found(groups.size());
    std::transform(groups.begin(), groups.end(), found.begin(), view);
    const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
    std::size_t end = begin + found[0].size();
    if (found[0].empty()) {
      ++end;  // an empty match must not be found for ever; the next one starts at a character
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) ++end;
    }
    from = end;
    all.push_back(std::move(found));
  }
  return all;
}

int Regex::groups() const { return state_->re.NumberOfCapturingGroups(); }

}  // namespace hitokoe::text
