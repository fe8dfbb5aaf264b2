#include "hitokoe/net/url.h"

#include <gtest/gtest.h>

namespace hitokoe::net {
namespace {

struct Spelling {
  const char* url;
  const char* host;
};
class OddAddress : public testing::TestWithParam<Spelling> {};

TEST_P(OddAddress, BecomesTheAddressThatItMeans) {
  const auto url = Url::parse(GetParam().url);
  ASSERT_TRUE(url) << GetParam().url << ": " << url.error().detail;
  EXPECT_EQ(url.value().host(), GetParam().host) << GetParam().url;
  EXPECT_TRUE(url.value().literal().has_value()) << GetParam().url;
}

INSTANTIATE_TEST_SUITE_P(All, OddAddress,
                         testing::Values(Spelling{"http://127.0.0.1/", "127.0.0.1"},
                                         Spelling{"http://2130706433/", "127.0.0.1"},
                                         Spelling{"http://0x7f000001/", "127.0.0.1"},
                                         Spelling{"http://0177.0.0.1/", "127.0.0.1"},
                                         Spelling{"http://017700000001/", "127.0.0.1"},
                                         Spelling{"http://0x7f.1/", "127.0.0.1"},
                                         Spelling{"http://127.1/", "127.0.0.1"},
                                         Spelling{"http://127.0.1/", "127.0.0.1"},
                                         Spelling{"http://127.0.0.1./", "127.0.0.1"},
                                         Spelling{"http://2130706433.:80/", "127.0.0.1"},
                                         Spelling{"http://%31%32%37.0.0.1/", "127.0.0.1"},
                                         Spelling{"http://１２７.０.０.１/", "127.0.0.1"},
                                         Spelling{"http://127。0。0。1/", "127.0.0.1"},
                                         Spelling{"http://user:pw@127.0.0.1/", "127.0.0.1"},
                                         Spelling{"http://[::1]/", "::1"},
                                         Spelling{"http://[0:0:0:0:0:0:0:1]:81/", "::1"},
                                         Spelling{"http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"},
                                         Spelling{"http://[::FFFF:7F00:1]/", "::ffff:127.0.0.1"},
                                         Spelling{"HTTP://127.0.0.1:80/a#b", "127.0.0.1"}));

TEST(Url, HasOneNormalForm) {
  const auto text = [](const char* raw) { return Url::parse(raw).value().text(); };
  EXPECT_EQ(text("http://Example.JP"), "http://example.jp/");
  EXPECT_EQ(text("http://example.jp.:80/a/../b?x=1#frag"), "http://example.jp/b?x=1");
  EXPECT_EQ(text("https://u:p@example.jp:443/"), "https://example.jp/");
  EXPECT_EQ(text("https://example.jp:8443/a b"), "https://example.jp:8443/a%20b");
  EXPECT_EQ(text("http://日本語.jp/漏洩?q=名簿"),
            "http://xn--wgv71a119e.jp/%e6%bc%8f%e6%b4%a9?q=%e5%90%8d%e7%b0%bf");
  EXPECT_EQ(text("  http://example.jp/\n"), "http://example.jp/");
  EXPECT_EQ(Url::parse("http://[::1]:8080/").value().origin(), "http://[::1]:8080");
  EXPECT_EQ(Url::parse("https://a.jp/").value().origin(), "https://a.jp:443");
}

TEST(Url, NormalFormIsAFixedPoint) {
  for (const char* raw : {"http://a.jp/%7euser/?a=b&c=%20", "http://a.jp/+list?p=1",
                          "https://[2001:db8::1]:8443/x", "http://3232235777/%2e%2e/x"}) {
    const auto once = Url::parse(raw);
    ASSERT_TRUE(once) << raw;
    EXPECT_EQ(Url::parse(once.value().text()).value().text(), once.value().text());
  }
}

TEST(Url, RefusesWhatTheCrawlerMustNotFollow) {
  for (const char* raw :
       {"ftp://a.jp/", "file:///etc/passwd", "gopher://a.jp/", "javascript://a/", "ftps://a.jp/"}) {
    const auto url = Url::parse(raw);
    ASSERT_FALSE(url) << raw;
    EXPECT_EQ(url.error().code, Errc::kForbidden) << raw;
  }
  for (const char* raw : {"", "/relative", "http://", "http://a.jp:0/", "http://a.jp:99999/",
                          "http://[fe80::1%25eth0]/", "http://a..jp/", "http://a.jp/\x01",
                          "http://a\nb/", "http://[::1", "http://exa mple.jp/"}) {
    EXPECT_FALSE(Url::parse(raw)) << raw;
  }
  EXPECT_FALSE(Url::parse("http://a.jp/" + std::string(Url::kLongest, 'x')));
}

TEST(Url, ResolvesReferencesAsABrowserDoes) {
  const auto base = Url::parse("http://a.jp/dir/page?x=1").value();
  const auto text = [&](const char* reference) { return base.resolve(reference).value().text(); };
  EXPECT_EQ(text("/abc/+inline"), "http://a.jp/abc/+inline");
  EXPECT_EQ(text("other"), "http://a.jp/dir/other");
  EXPECT_EQ(text("../up"), "http://a.jp/up");
  EXPECT_EQ(text("?page=2"), "http://a.jp/dir/page?page=2");
  EXPECT_EQ(text("//b.jp/y"), "http://b.jp/y");
  EXPECT_EQ(text("https://c.jp"), "https://c.jp/");
  EXPECT_FALSE(base.resolve("javascript:alert(1)"));
  EXPECT_FALSE(base.resolve("mailto:a@b.jp"));
}

TEST(Url, KnowsOverlayNames) {
  EXPECT_TRUE(Url::parse("http://abc.onion/").value().is_overlay());
  EXPECT_TRUE(Url::parse("http://ABC.Onion./").value().is_overlay());
  EXPECT_TRUE(Url::parse("http://abc。onion/").value().is_overlay());
  EXPECT_TRUE(Url::parse("http://site.i2p/").value().is_overlay());
  EXPECT_FALSE(Url::parse("http://onion.example.jp/").value().is_overlay());
  EXPECT_FALSE(Url::parse("http://notonion/").value().is_overlay());
}

}  // namespace
}  // namespace hitokoe::net
