// Which host names are taken for a watched one.
#include "matcher/terms/domains.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/text/fold.h"
#include "matcher/terms/confusables.h"
#include "matcher/terms/punycode.h"

namespace hitokoe::matcher {
namespace {

std::vector<Term> watched(std::vector<std::string> domains) {
  Term term;
  term.id = "d";
  term.kind = TermKind::kDomain;
  for (const auto& d : domains) term.texts.push_back(text::host_to_ascii(d));
  return {term};
}

// "" where nothing is found.
std::string likeness(std::string_view host, const std::vector<Term>& terms) {
  std::vector<DomainWatch::Match> found;
  DomainWatch(terms).check(host, found);
  return found.empty() ? "" : std::string(to_string(found[0].likeness));
}

TEST(Domains, LookAlikesAreToldByTheirKind) {
  const auto terms = watched({"kou-tele.co.jp"});
  const std::pair<const char*, const char*> kCases[] = {
      {"kou-tele.co.jp", "same"},
      {"www.kou-tele.co.jp", "below"},
      {"k0u-tele.co.jp", "confusable"},  // 0 for o
      {"kou-te1e.co.jp", "confusable"},  // 1 for l
      {"kou-teie.co.jp", "confusable"},  // i for l
      {"kоu-tele.co.jp", "confusable"},  // a Cyrillic o
      {"kóu-tele.co.jp", "confusable"},
      {"kou-tle.co.jp", "typo"},    // missing
      {"koou-tele.co.jp", "typo"},  // doubled
      {"kou-telex.co.jp", "typo"},  // added
      {"kou-tale.co.jp", "typo"},   // another
      {"kuo-tele.co.jp", "typo"},   // in turn
      {"koutele.co.jp", "hyphen"},
      {"kou-te-le.co.jp", "hyphen"},
      {"kou-tele.com", "other_ending"},
      {"kou-tele.ne.jp", "other_ending"},
      {"k0utele.com", "confusable"},
      {"login.kou-tle.com", "typo"},
      {"kou-tele.co.jp.example.com", "embedded"},
      {"kou-tele-login.com", "embedded"},
      {"my-kou-tele.net", "embedded"},
      {"kou-tele.evil.example", "embedded"},
      {"kou.co.jp", ""},
      {"tele.co.jp", ""},
      {"co.jp", ""},
      {"kou-television.co.jp", ""},
      {"example.com", ""},
      {"1.5", ""},
      {"192.0.2.1", ""},
  };
  for (const auto& [host, kind] : kCases) EXPECT_EQ(likeness(host, terms), kind) << host;
}

TEST(Domains, TwoLettersThatLookLikeOneAreOne) {
  EXPECT_EQ(likeness("rnusen.jp", watched({"musen.jp"})), "confusable");
  EXPECT_EQ(likeness("vvatch.jp", watched({"watch.jp"})), "confusable");
  EXPECT_EQ(likeness("clenwa.jp", watched({"denwa.jp"})), "confusable");
}

TEST(Domains, PunycodeIsReadAsPeopleSeeIt) {
  EXPECT_EQ(likeness(text::host_to_ascii("раура1.com"), watched({"paypal.com"})), "confusable");
  EXPECT_EQ(likeness(text::host_to_ascii("甲コ一ル.jp"), watched({"甲コール.jp"})), "confusable");
  EXPECT_EQ(likeness(text::host_to_ascii("甲コール.jp"), watched({"甲コール.jp"})), "same");
}

TEST(Domains, KnownOnesAreNoLookAlikes) {
  auto terms = watched({"kou-tele.co.jp"});
  terms[0].except = {"kou-tele.com"};
  EXPECT_EQ(likeness("kou-tele.com", terms), "");
  EXPECT_EQ(likeness("shop.kou-tele.com", terms), "");
  EXPECT_EQ(likeness("kou-tele.net", terms), "other_ending");
  terms[0].lookalikes = false;
  EXPECT_EQ(likeness("kou-tele.net", terms), "");
  EXPECT_EQ(likeness("kou-tele.co.jp", terms), "same");
}

TEST(Domains, OfShortNamesNearlyEverythingIsOneLetterAway) {
  EXPECT_EQ(likeness("kau.jp", watched({"kou.jp"})), "");
  EXPECT_EQ(likeness("k0u.jp", watched({"kou.jp"})), "confusable");
}

std::vector<std::string> hosts_in(std::string_view text) {
  std::vector<std::string> out;
  DomainWatch::hosts(text, 0, text.size(), [&](std::size_t begin, std::size_t end) {
    out.emplace_back(text.substr(begin, end - begin));
  });
  return out;
}

TEST(Domains, HostsStandInUrlsMailAddressesAndSentences) {
  EXPECT_THAT(hosts_in("see https://www.kou.jp/x?y=1.2 or taro.y@mail.kou.jp. 詳細はkou.jpで"),
              testing::ElementsAre("www.kou.jp", "1.2", "taro.y", "mail.kou.jp", "kou.jp"));
  EXPECT_THAT(hosts_in("..a.b.. .c d."), testing::ElementsAre("a.b"));
}

TEST(Punycode, IsReadAsRfc3492SaysAndNothingElseIs) {
  EXPECT_EQ(decode_punycode("wgv71a"), U"日本");
  EXPECT_EQ(decode_punycode("fiqs8s"), U"中国");
  EXPECT_EQ(decode_punycode("mnchen-3ya"), U"münchen");
  for (const auto* bad : {"", "日本", "a-\x80", "99999999", "zzzzzzzzzzzzzzzzzzzz"}) {
    EXPECT_FALSE(decode_punycode(bad)) << bad;
  }
}

// Any two labels that one change makes of each other are near, and the look-up finds them.
TEST(Domains, EveryOneLetterChangeIsFound) {
  const std::string name = "hitokoe";
  const auto terms = watched({name + ".jp"});
  for (std::size_t i = 0; i <= name.size(); ++i) {
    for (char c = 'a'; c <= 'z'; ++c) {
      std::string more = name;
      more.insert(i, 1, c);
      EXPECT_NE(likeness(more + ".jp", terms), "") << more;
      if (i == name.size()) continue;
      std::string other = name;
      other[i] = c;
      EXPECT_NE(likeness(other + ".jp", terms), "") << other;
    }
    if (i == name.size()) continue;
    std::string less = name;
    less.erase(i, 1);
    EXPECT_NE(likeness(less + ".jp", terms), "") << less;
    if (i + 1 < name.size()) {
      std::string turned = name;
      std::swap(turned[i], turned[i + 1]);
      EXPECT_NE(likeness(turned + ".jp", terms), "") << turned;
    }
  }
}

}  // namespace
}  // namespace hitokoe::matcher
