#include "text/price.h"

#include <cmath>
#include <initializer_list>
#include <string_view>

#include "text/tables/frequent_kanji.h"
#include "text/tables/tables.h"

namespace hitokoe::text {
namespace {

// Scripts: what follows what. A class is a script and how frequent the character is within it.
enum Script : std::uint8_t {
  kAscii,
  kControl,
  kHiragana,
  kKatakana,
  kKanji,
  kPunctuation,
  kFullWidth,
  kHalfKana,
  kLatin,
  kSymbol,
  kGreekCyrillic,
  kHangul,
  kPrivate,
  kPictures,
  kScripts
};

enum Name : std::uint8_t {
  kBeginning,
  kDigit,
  kLower,
  kUpper,
  kBlank,
  kMark,  // , - . / and others that rows of data are full of
  kOtherMark,
  kControlCharacter,
  kHiraganaOften,
  kHiraganaSome,
  kHiraganaRare,
  kKatakanaOften,
  kKatakanaSome,
  kKatakanaRare,
  kKanjiCommon,
  kKanjiPlace,
  kKanjiLevel1,
  kKanjiLevel2,
  kKanjiExtension,
  kKanjiBeyond,
  kPunctuationOften,
  kPunctuationSome,
  kPunctuationRare,
  kFullDigit,
  kFullLetter,
  kFullMark,
  kHalfVoiceable,  // takes a voiced sound mark
  kHalfHa,         // takes both marks
  kHalfOften,
  kHalfSome,
  kHalfRare,
  kHalfSmall,
  kHalfVoiced,
  kHalfSemiVoiced,
  kHalfMark,
  kLatinLetter,
  kLatinOther,
  kSymbolOften,
  kSymbolSome,
  kGreekOrCyrillic,
  kHangulSyllable,
  kPrivateUse,
  kEmojiAny,
  kBeyondAny,
  kNames
};

struct Entry {
  Script script;
  double bits;  // of one character within its script
};
constexpr std::array<Entry, kNames> kEntries = {{
    {kAscii, 5.0},       {kAscii, 3.4},       {kAscii, 4.3},       {kAscii, 4.8},
    {kAscii, 3.4},       {kAscii, 4.2},       {kAscii, 6.0},       {kControl, 17.0},
    {kHiragana, 4.4},    {kHiragana, 6.0},    {kHiragana, 9.5},    {kKatakana, 4.6},
    {kKatakana, 6.0},    {kKatakana, 9.0},    {kKanji, 8.2},       {kKanji, 10.8},
    {kKanji, 12.3},      {kKanji, 14.5},      {kKanji, 15.5},      {kKanji, 19.0},
    {kPunctuation, 2.6}, {kPunctuation, 5.5}, {kPunctuation, 8.5}, {kFullWidth, 4.0},
    {kFullWidth, 6.0},   {kFullWidth, 5.5},   {kHalfKana, 5.0},    {kHalfKana, 5.8},
    {kHalfKana, 4.3},    {kHalfKana, 5.4},    {kHalfKana, 8.0},    {kHalfKana, 6.0},
    {kHalfKana, 0.8},    {kHalfKana, 1.5},    {kHalfKana, 7.5},    {kLatin, 5.0},
    {kLatin, 8.5},       {kSymbol, 5.5},      {kSymbol, 10.5},     {kGreekCyrillic, 6.0},
    {kHangul, 12.0},     {kPrivate, 13.0},    {kPictures, 10.5},   {kPrivate, 18.0},
}};

// Bits of passing from one script to the next.
double passing(Script from, Script to) {
  if (to == kControl) return 0;
  if (from == kControl) return 5;
  if (from == to) {
    switch (to) {
      case kAscii:
      case kKatakana:
      case kHalfKana:
        return 0.5;
      case kLatin:
        return 5;
      case kPunctuation:
        return 3.5;
      case kSymbol:
      case kPictures:
        return 2.5;
      case kPrivate:
        return 4;
      default:
        return 0.8;
    }
  }
  switch (to) {
    case kAscii:
      return from == kLatin ? 0.6 : from == kHalfKana ? 1.5 : from == kHiragana ? 3.5 : 2.5;
    case kHiragana:
      return from == kKanji         ? 1.6
             : from == kPunctuation ? 2.5
             : from == kHalfKana    ? 9
             : from == kLatin       ? 13
                                    : 4;
    case kKatakana:
      return from == kPunctuation ? 2.5 : from == kHalfKana ? 9 : from == kLatin ? 13 : 3.8;
    case kKanji:
      return from == kHiragana      ? 2.2
             : from == kPunctuation ? 2.0
             : from == kFullWidth   ? 2.0
             : from == kHalfKana    ? 7
             : from == kLatin       ? 13
                                    : 3.3;
    case kPunctuation:
      return from == kAscii ? 5 : from == kLatin ? 13 : from == kHalfKana ? 5 : 2.6;
    case kFullWidth:
      return from == kAscii ? 5.5 : from == kHalfKana ? 7 : from == kLatin ? 13 : 3.4;
    case kHalfKana:
      return from == kAscii ? 4.6 : from == kPunctuation ? 5 : from == kLatin ? 13 : 8;
    case kLatin:
      return from == kAscii ? 5 : 12;
    case kSymbol:
      return from == kAscii ? 6 : from == kLatin ? 9 : 5;
    case kGreekCyrillic:
      return from == kAscii ? 9 : from == kLatin ? 12 : 10;
    case kHangul:
      return from == kAscii ? 9 : 13;
    case kPrivate:
      return 12;
    case kPictures:
      return 7;
    default:
      return 8;
  }
}

double price(Name from, Name to) {
  const double bits = passing(kEntries[from].script, kEntries[to].script) + kEntries[to].bits;
  const bool half_letter = from >= kHalfVoiceable && from <= kHalfSmall;
  switch (to) {
    // Two bytes of EUC-JP kanji look like two half-width kana, but not like a word: a mark stands
    // after a kana that takes it, a small kana never begins.
    case kHalfVoiced:
      return from == kHalfVoiceable || from == kHalfHa ? 2 : 22;
    case kHalfSemiVoiced:
      return from == kHalfHa ? 3 : 22;
    case kHalfSmall:
      return half_letter || from == kHalfVoiced || from == kHalfSemiVoiced ? bits : bits + 10;
    case kLatinLetter:
      // An accent stands in a word.
      return from == kLower || from == kUpper ? bits - 1 : bits + 1.5;
    default:
      return bits;
  }
}

class Classes {
 public:
  explicit Classes(std::vector<Prices::Class>& classes) : classes_(classes) {}

  void range(char32_t first, char32_t last, Name name) {
    for (char32_t c = first; c <= last; ++c) classes_[c] = name;
  }
  void each(std::u16string_view characters, Name name) {
    for (const char16_t c : characters) classes_[c] = name;
  }

 private:
  std::vector<Prices::Class>& classes_;
};

void classify(std::vector<Prices::Class>& all) {
  Classes set(all);
  set.range(0x00, 0x7f, kControlCharacter);
  set.range(0x20, 0x7e, kOtherMark);
  set.range('0', '9', kDigit);
  set.range('a', 'z', kLower);
  set.range('A', 'Z', kUpper);
  set.each(u" \n\r\t", kBlank);
  set.each(u",-./:@_\"|'=", kMark);
  set.range(0x80, 0x9f, kControlCharacter);
  set.range(0xa0, 0xbf, kLatinOther);
  set.range(0xc0, 0x17f, kLatinLetter);
  set.range(0x180, 0x2ff, kLatinOther);
  set.range(0x370, 0x52f, kGreekOrCyrillic);
  set.range(0x2000, 0x2bff, kSymbolSome);
  set.each(u"―…●○■□★☆※→①②③④⑤⑥⑦⑧⑨⑩㈱№℡◆◇▼▲△▽◎‐−", kSymbolOften);
  set.range(0x3000, 0x303f, kPunctuationRare);
  set.each(u"々〒〇〜『』【】〔〕《》", kPunctuationSome);
  set.each(u"、。　「」", kPunctuationOften);
  set.range(0x3041, 0x309e, kHiraganaSome);
  set.each(u"のにはをたがでてとしれさるいなかもっすませおくこらりんうあきよけ", kHiraganaOften);
  set.each(u"ぁぃぅぇぉゎゐゑゔゕゖゝゞぢ", kHiraganaRare);
  set.range(0x30a1, 0x30fe, kKatakanaSome);
  set.each(u"ーンストルアイリラクタカマシロコサキドレナテハミヤオツフ・", kKatakanaOften);
  set.each(u"ヮヰヱヲヴヵヽヾヂヅヌ", kKatakanaRare);
  set.range(0x31f0, 0x31ff, kKatakanaRare);
  set.range(0x3200, 0x33ff, kSymbolSome);
  set.each(u"㈱㈲㎡", kSymbolOften);
  set.range(0x3400, 0x4dbf, kKanjiBeyond);
  set.range(0x4e00, 0x9fff, kKanjiBeyond);
  for (unsigned row = 15; row < 94; ++row) {
    for (unsigned cell = 0; cell < 94; ++cell) {
      const char16_t c = tables::kJisX0208[row * 94 + cell];
      if (c < 0x4e00 || c >= 0xa000) continue;
      all[c] = row < 47 ? kKanjiLevel1 : row < 84 ? kKanjiLevel2 : kKanjiExtension;
    }
  }
  set.each(tables::kPlaceKanji, kKanjiPlace);
  set.each(tables::kCommonKanji, kKanjiCommon);
  set.each(u"髙﨑德濵", kKanjiPlace);
  set.range(0xac00, 0xd7a3, kHangulSyllable);
  set.range(0xe000, 0xf8ff, kPrivateUse);
  set.range(0xf900, 0xfaff, kKanjiExtension);
  set.range(0xff01, 0xff5e, kFullMark);
  set.range(0xff10, 0xff19, kFullDigit);
  set.range(0xff21, 0xff3a, kFullLetter);
  set.range(0xff41, 0xff5a, kFullLetter);
  set.range(0xff61, 0xff65, kHalfMark);
  set.range(0xff66, 0xff9d, kHalfSome);
  set.range(0xff67, 0xff6f, kHalfSmall);
  set.range(0xff76, 0xff84, kHalfVoiceable);
  set.range(0xff8a, 0xff8e, kHalfHa);
  set.each(u"ｲﾝｼﾐﾔﾏﾅｵﾘﾗﾖｱﾓｴ", kHalfOften);
  set.each(u"ｼｶｷｺｻﾀﾄｳ", kHalfVoiceable);
  set.each(u"ｦﾇﾑﾛ", kHalfRare);
  set.each(u"ﾞ", kHalfVoiced);
  set.each(u"ﾟ", kHalfSemiVoiced);
}

}  // namespace

const Prices::Class Prices::kEmoji = kEmojiAny;
const Prices::Class Prices::kBeyond = kBeyondAny;

Prices::Prices() : classes_(0x10000, kBeyondAny) {
  static_assert(kNames <= kMostClasses && kBeginning == kStart);
  static_assert(kControlCharacter == kLastPlain && kHiraganaOften == kLastPlain + 1);
  classify(classes_);
  for (std::size_t from = 0; from < kNames; ++from) {
    for (std::size_t to = 0; to < kNames; ++to) {
      const double bits = price(static_cast<Name>(from), static_cast<Name>(to));
      after_[from][to] = static_cast<std::uint8_t>(std::lround(bits * kBit));
    }
  }
}

const Prices& Prices::model() {
  static const Prices made;
  return made;
}

}  // namespace hitokoe::text
