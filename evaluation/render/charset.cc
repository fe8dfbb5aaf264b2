#include <iconv.h>

#include <algorithm>
#include <array>

#include "evaluation/render/values.h"

namespace hitokoe::evaluation {

namespace {

// Full width, half width.
constexpr std::array<std::pair<std::string_view, std::string_view>, 81> kKana = {
    {{"ア", "ｱ"},  {"イ", "ｲ"},  {"ウ", "ｳ"},  {"エ", "ｴ"},  {"オ", "ｵ"},  {"カ", "ｶ"},
     {"キ", "ｷ"},  {"ク", "ｸ"},  {"ケ", "ｹ"},  {"コ", "ｺ"},  {"サ", "ｻ"},  {"シ", "ｼ"},
     {"ス", "ｽ"},  {"セ", "ｾ"},  {"ソ", "ｿ"},  {"タ", "ﾀ"},  {"チ", "ﾁ"},  {"ツ", "ﾂ"},
     {"テ", "ﾃ"},  {"ト", "ﾄ"},  {"ナ", "ﾅ"},  {"ニ", "ﾆ"},  {"ヌ", "ﾇ"},  {"ネ", "ﾈ"},
     {"ノ", "ﾉ"},  {"ハ", "ﾊ"},  {"ヒ", "ﾋ"},  {"フ", "ﾌ"},  {"ヘ", "ﾍ"},  {"ホ", "ﾎ"},
     {"マ", "ﾏ"},  {"ミ", "ﾐ"},  {"ム", "ﾑ"},  {"メ", "ﾒ"},  {"モ", "ﾓ"},  {"ヤ", "ﾔ"},
     {"ユ", "ﾕ"},  {"ヨ", "ﾖ"},  {"ラ", "ﾗ"},  {"リ", "ﾘ"},  {"ル", "ﾙ"},  {"レ", "ﾚ"},
     {"ロ", "ﾛ"},  {"ワ", "ﾜ"},  {"ヲ", "ｦ"},  {"ン", "ﾝ"},  {"ャ", "ｬ"},  {"ュ", "ｭ"},
     {"ョ", "ｮ"},  {"ッ", "ｯ"},  {"ー", "ｰ"},  {"ガ", "ｶﾞ"}, {"ギ", "ｷﾞ"}, {"グ", "ｸﾞ"},
     {"ゲ", "ｹﾞ"}, {"ゴ", "ｺﾞ"}, {"ザ", "ｻﾞ"}, {"ジ", "ｼﾞ"}, {"ズ", "ｽﾞ"}, {"ゼ", "ｾﾞ"},
     {"ゾ", "ｿﾞ"}, {"ダ", "ﾀﾞ"}, {"ヂ", "ﾁﾞ"}, {"ヅ", "ﾂﾞ"}, {"デ", "ﾃﾞ"}, {"ド", "ﾄﾞ"},
     {"バ", "ﾊﾞ"}, {"ビ", "ﾋﾞ"}, {"ブ", "ﾌﾞ"}, {"ベ", "ﾍﾞ"}, {"ボ", "ﾎﾞ"}, {"パ", "ﾊﾟ"},
     {"ピ", "ﾋﾟ"}, {"プ", "ﾌﾟ"}, {"ペ", "ﾍﾟ"}, {"ポ", "ﾎﾟ"}, {"ァ", "ｧ"},  {"ィ", "ｨ"},
     {"ゥ", "ｩ"},  {"ェ", "ｪ"},  {"ォ", "ｫ"}}};

}  // namespace

std::string half_width(std::string_view kana) {
  std::string out;
  for (std::size_t i = 0; i < kana.size();) {
    const std::size_t length = static_cast<unsigned char>(kana[i]) < 0x80 ? 1 : 3;
    const auto one = kana.substr(i, length);
    const auto at =
        std::ranges::find(kKana, one, &std::pair<std::string_view, std::string_view>::first);
    out += at == kKana.end() ? one : at->second;
    i += length;
  }
  return out;
}

std::string encoded(std::string_view utf8, const char* charset) {
  const iconv_t converter = iconv_open(charset, "UTF-8");
  // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv's own error value
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::string(utf8);
  std::string out(2 * utf8.size() + 16, '\0');
  std::string text(utf8);  // iconv wants it writable
  char* in = text.data();
  std::size_t left = text.size();
  char* to = out.data();
  std::size_t room = out.size();
  while (left > 0 && iconv(converter, &in, &left, &to, &room) == static_cast<std::size_t>(-1)) {
    do {  // a character that the set does not have
      ++in;
      --left;
    } while (left > 0 && (static_cast<unsigned char>(*in) & 0xc0) == 0x80);
    *to++ = '?';
    --room;
  }
  iconv_close(converter);
  out.resize(out.size() - room);
  return out;
}

}  // namespace hitokoe::evaluation
