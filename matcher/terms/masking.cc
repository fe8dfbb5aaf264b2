#include "matcher/terms/masking.h"

#include <vector>

#include "matcher/terms/automaton.h"
#include "matcher/terms/folding.h"
#include "matcher/terms/utf8.h"

namespace hitokoe::matcher {
namespace {

// None of them is, or is part of, a person's name, an address or a number.
constexpr std::string_view kHarmless[] = {"顧客",           "名簿",       "流出",
                                          "漏洩",           "漏えい",     "漏れ",
                                          "情報",           "個人情報",   "データ",
                                          "データベース",   "リスト",     "販売",
                                          "売ります",       "買います",   "譲ります",
                                          "譲渡",           "価格",       "万件",
                                          "件数",           "会員",       "契約",
                                          "携帯",           "電話番号",   "氏名",
                                          "住所",           "生年月日",   "郵便番号",
                                          "メールアドレス", "パスワード", "ログイン",
                                          "アカウント",     "暗証番号",   "クレジットカード",
                                          "お客様",         "委託先",     "社員",
                                          "従業員",         "システム",   "サーバー",
                                          "脆弱性",         "攻撃",       "公開",
                                          "入手",           "最新",       "株式会社",
                                          "有限会社",       "合同会社",   "コールセンター",
                                          "database",       "dump",       "leak",
                                          "leaked",         "breach",     "customer",
                                          "customers",      "list",       "sale",
                                          "for sale",       "sell",       "selling",
                                          "price",          "password",   "passwords",
                                          "combo",          "fullz",      "login",
                                          "email",          "phone",      "fresh"};

enum class Letter { kNone, kAscii, kDigit, kOther };

Letter kind_of(char32_t c) {
  if (c < 0x80) {
    if (c >= U'0' && c <= U'9') return Letter::kDigit;
    return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') ? Letter::kAscii : Letter::kNone;
  }
  // Signs that are known not to be letters; everything else is taken for one.
  if (c < 0xa0 || c == 0xa0 || c == 0xb7 || (c >= 0x2000 && c <= 0x206f) ||
      (c >= 0x2190 && c <= 0x245f) || (c >= 0x2500 && c <= 0x27ff) ||
      (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) || c == 0x30fb ||
      (c >= 0xff01 && c <= 0xff0f) || (c >= 0xff1a && c <= 0xff20) ||
      (c >= 0xff3b && c <= 0xff40) || (c >= 0xff5b && c <= 0xff65) || c == 0xfffd) {
    return Letter::kNone;
  }
  return c >= 0xff10 && c <= 0xff19 ? Letter::kDigit : Letter::kOther;
}

void put_masked(char32_t c, std::string& out) {
  switch (kind_of(c)) {
    case Letter::kAscii:
      out += 'x';
      break;
    case Letter::kDigit:
      out += '9';
      break;
    case Letter::kOther:
      out += "＊";
      break;
    case Letter::kNone:
      if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || (c >= 0x2000 && c <= 0x200f) ||
          (c >= 0x2028 && c <= 0x202f) || (c >= 0x2060 && c <= 0x206f)) {
        c = U' ';  // control characters, and those that turn the direction of text
      }
      append_code_point(c, out);
      break;
  }
}

}  // namespace

Masking::Masking() : folding_(std::make_unique<Folding>()) {
  std::vector<std::string> words;
  for (const auto word : kHarmless) words.push_back(folding_->of(word));
  words_ = std::make_unique<Automaton>(words);
}
Masking::~Masking() = default;

std::string Masking::masked(std::string_view text) const {
  std::string folded;
  std::vector<std::uint32_t> offsets;
  Folding::State state;
  folding_->fold(text, state, folded, &offsets);
  const std::size_t size = folded.size();
  folded.append(Automaton::kPadding, '\0');
  offsets.push_back(static_cast<std::uint32_t>(text.size()));
  std::vector<bool> harmless(text.size(), false);
  words_->search(
      std::string_view(folded).substr(0, size), [&](std::uint32_t word, std::size_t end) {
        const std::size_t begin = end - words_->length(word);
        // A word of ASCII letters that goes on is another word; at the edge nobody knows.
        if (is_ascii_word(folded[begin]) && (begin == 0 || is_ascii_word(folded[begin - 1])))
          return;
        if (is_ascii_word(folded[end - 1]) && (end == size || is_ascii_word(folded[end]))) return;
        const std::size_t until = offsets[end];
        if (end < size && until <= offsets[end - 1]) return;  // a part of one character
        for (std::size_t i = offsets[begin]; i < until; ++i) harmless[i] = true;
      });
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = code_point_at(text, i);
    if (harmless[i] && kind_of(c.value) != Letter::kNone) {
      append_code_point(c.value, out);
    } else {
      put_masked(c.value, out);
    }
    i += c.length;
  }
  return out;
}

std::string Masking::around(std::string_view text, std::size_t begin, std::size_t end,
                            bool shown) const {
  std::string out = masked(text.substr(0, begin));
  out += "[";
  if (shown) {
    for (std::size_t i = begin; i < end;) {
      const auto c = code_point_at(text, i);
      if (kind_of(c.value) == Letter::kNone) {
        put_masked(c.value, out);
      } else {
        append_code_point(c.value, out);
      }
      i += c.length;
    }
  } else {
    // Not a word of it: a pattern is mostly about numbers of people.
    for (std::size_t i = begin; i < end;) {
      const auto c = code_point_at(text, i);
      put_masked(c.value, out);
      i += c.length;
    }
  }
  out += "]";
  out += masked(text.substr(end));
  return out;
}

}  // namespace hitokoe::matcher
