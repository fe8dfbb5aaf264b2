#include "matcher/terms/confusables.h"

#include <array>
#include <vector>

namespace hitokoe::matcher {
namespace {

// Groups between spaces: the first is what the others look like.
constexpr std::u32string_view kGroups =
    U"aàáâãäåāăąǎǟǡǻȁȃȧạảấầẩẫậắằẳẵặɑαаӑӓ4 bḃḅḇвьƅ68 cçćĉċčсϲҫƈ dďđḋḍḏḑḓԁɗ "
    U"eèéêëēĕėęěȅȇȩẹẻẽếềểễệеёєҽɛ3 fḟƒғ gĝğġģǧǵḡɡ9 hĥħḣḥḧḩḫһнհ "
    U"lìíîïĩīĭįıǐȉȋịỉіїιӏĺļľŀłḷḹḻḽ1i! jĵǰјϳ kķǩḱḳḵкκқҝ mḿṁṃм nñńņňŋǹṅṇṉṋпηռ "
    U"oòóôõöøōŏőơǒǫǭȍȏȫȭȯọỏốồổỗộớờởỡợоοσөօ0 pṕṗрρ qԛգ rŕŗřȑȓṙṛṝṟгɼ sśŝşšșṡṣѕʂ5$ "
    U"tţťŧțṫṭṯṱтτ7 uùúûüũūŭůűųưǔȕȗụủứừửữựυսцџ vṽṿνѵ wŵẁẃẅẇẉẘшωԝщ xẋẍхχ yýÿŷȳẏẙỳỵỷỹуүγ "
    U"zźżžẑẓẕʐƶ2 -‐‑‒–—−ｰ_ "
    U"ロ口囗 カ力か ー一―─ 二ニ ハ八 エ工ェ タ夕 ト卜 ヘへ 千チ ミ三 メ乄 べベ ぺペ りリ";

class Looks {
 public:
  Looks() : map_(0x10000) {
    for (std::size_t i = 0; i < map_.size(); ++i) map_[i] = static_cast<char16_t>(i);
    for (char32_t c = U'A'; c <= U'Z'; ++c) map_[c] = static_cast<char16_t>(c + 32);
    char32_t head = 0;
    for (const char32_t c : kGroups) {
      if (c == U' ') {
        head = 0;
      } else if (head == 0) {
        head = c;
      } else if (c < map_.size()) {
        map_[c] = static_cast<char16_t>(head);
      }
    }
    // Capitals of other scripts look as their own small letters do here.
    constexpr std::u32string_view kCapitals =
        U"АаВвЕеЅѕІіЈјКкМмНнОоРрСсТтХхУуΑαΒbΕeΖzΗhΙιΚκΜmΝnΟοΡρΤτΥyΧχ";
    for (std::size_t i = 0; i + 1 < kCapitals.size(); i += 2) {
      map_[kCapitals[i]] = map_[kCapitals[i + 1]];
    }
    for (char32_t c = 0xff01; c <= 0xff5e; ++c) map_[c] = map_[c - 0xfee0];
  }
  char32_t of(char32_t c) const { return c < map_.size() ? map_[c] : c; }

 private:
  std::vector<char16_t> map_;
};

const Looks& looks() {
  static const Looks all;
  return all;
}

}  // namespace

char32_t look_of(char32_t c) { return looks().of(c); }

std::u32string skeleton_of(std::u32string_view label) {
  std::u32string out;
  out.reserve(label.size());
  for (const char32_t raw : label) {
    const char32_t c = look_of(raw);
    const char32_t before = out.empty() ? 0 : out.back();
    if (before == U'r' && c == U'n') {
      out.back() = U'm';
    } else if (before == U'v' && c == U'v') {
      out.back() = U'w';
    } else if (before == U'c' && (raw == U'l' || raw == U'L' || raw == U'1')) {
      out.back() = U'd';
    } else {
      out.push_back(c);
    }
  }
  return out;
}

bool in_host(char32_t c) {
  if (c < 0x80) {
    return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9') ||
           c == U'-';
  }
  const char32_t look = look_of(c);
  return look != c && ((look >= U'a' && look <= U'z') || look == U'-');
}

}  // namespace hitokoe::matcher
