#include "crawler/listing.h"

#include <gtest/gtest.h>

#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

Source source(const std::string& item, const std::string& kind = "list",
              const std::string& more = "") {
  const auto yaml = "sources:\n  - {id: s, kind: " + kind + ", url: 'http://a.jp/+list'" +
                    (item.empty() ? "" : ", item: " + item) + more + "}\n";
  auto sources = parse_sources(yaml, "t.yaml");
  EXPECT_TRUE(sources) << (sources ? "" : sources.error().detail);
  return std::move(sources.value().at(0));
}

std::string read(const Source& s, std::string_view body) {
  const auto listing = list_of(s, body);
  if (!listing) return listing.error().detail;
  std::string out;
  for (const auto& item : listing.value().items) out += item.key + " " + item.url.text() + "\n";
  if (listing.value().too_long) out += "too long\n";
  return out;
}

TEST(Listing, FindsItemsByPattern) {
  const auto s = source(R"y({link: 'href="/([A-Za-z0-9]{8})"', key: '\1', url: '/\1/+inline'})y");
  EXPECT_EQ(read(s, R"(<a href="/QzhVtyhw">x</a><a href="/QzhVtyhw">again</a>
                       <a href="/duhpoeQW"> <a href="/other/page">)"),
            "QzhVtyhw http://a.jp/QzhVtyhw/+inline\nduhpoeQW http://a.jp/duhpoeQW/+inline\n");
  EXPECT_EQ(read(s, ""), "");
}

TEST(Listing, ReadsLinksAsHtmlWritesThem) {
  const auto s = source(R"y({link: 'href="([^"]+)"', url: '\1'})y");
  EXPECT_EQ(read(s, R"(<a href="/v?a=1&amp;b=2"><a href="x&#47;y"><a href="javascript:x">)"),
            "http://a.jp/v?a=1&b=2 http://a.jp/v?a=1&b=2\nhttp://a.jp/x/y http://a.jp/x/y\n");
}

TEST(Listing, ReadsPagesInOtherCharsets) {
  const auto s = source(R"y({link: '漏洩 <a href="([^"]+)">', url: '\1'})y");
  EXPECT_EQ(read(s, "\x98\x52\x89\x6b <a href=\"/1\"> \x82\xb1\x82\xea\x82\xcd\x96\xbc\x95\xeb"),
            "http://a.jp/1 http://a.jp/1\n");
}

TEST(Listing, SaysWhenAListIsLongerThanTheLimit) {
  const auto s =
      source(R"y({link: '<(\d)>', key: '\1', url: '/\1'})y", "list", ", limits: {items: 2}");
  EXPECT_EQ(read(s, "<1><1><2>"), "1 http://a.jp/1\n2 http://a.jp/2\n");
  EXPECT_EQ(read(s, "<1><2><3>"), "1 http://a.jp/1\n2 http://a.jp/2\ntoo long\n");
}

TEST(Listing, TakesTheDigestOfAKeyOrVersionThatADatabaseCannotKeep) {
  const auto s = source("", "feed");
  Collector out(s, s.url);
  const std::string with_nul("a\0b", 3);
  const std::string no_utf8 = "a\xff";
  ASSERT_TRUE(out.add(with_nul, "/1", no_utf8));
  ASSERT_TRUE(out.add(no_utf8, "/2", with_nul));
  ASSERT_TRUE(out.add(with_nul, "/3"));
  ASSERT_TRUE(out.add("漏洩", "/4", "更新"));
  const auto items = out.take().items;
  ASSERT_EQ(items.size(), 3U) << "the same key is the same item";
  EXPECT_NE(items[0].key, items[1].key);
  for (const auto& item : {items[0], items[1]}) {
    EXPECT_TRUE(item.key.starts_with("sha256-")) << "by which it is known again";
    EXPECT_EQ(item.key.size(), 7U + 64U);
    EXPECT_EQ(item.version.size(), 64U);
  }
  EXPECT_EQ(items[2].key, "漏洩");
  EXPECT_EQ(items[2].version, "更新");
}

TEST(Listing, ShortensLongKeys) {
  const auto s = source(R"y({link: '<(a+)>', key: '\1', url: '/x'})y");
  const auto listing = list_of(s, "<" + std::string(600, 'a') + ">");
  EXPECT_LE(listing.value().items.at(0).key.size(), kLongestKey);
}

TEST(Listing, EndsWithAPatternThatMatchesNothing) {
  const auto s = source(R"y({link: 'x*', url: '/a'})y");
  EXPECT_FALSE(read(s, "some page").empty());
}

TEST(Listing, ReadsFeedsWithAndWithoutPattern) {
  const std::string feed =
      "<rss><channel><item><link>http://a.jp/view/17</link><guid isPermaLink=\"false\">g17</guid>"
      "</item><item><link>/about</link></item></channel></rss>";
  EXPECT_EQ(read(source("", "feed"), feed),
            "g17 http://a.jp/view/17\nhttp://a.jp/about http://a.jp/about\n");
  EXPECT_EQ(read(source(R"y({link: '/view/(\d+)$', key: '\1', url: '/raw/\1'})y", "feed"), feed),
            "17 http://a.jp/raw/17\n");
  EXPECT_EQ(read(source("", "feed"), "<html/>"), "feed: neither RSS nor Atom");
}

TEST(Template, PutsGroupsIn) {
  EXPECT_EQ(expand(R"(/\1/\2\\\0)", {"all", "one", "two"}), R"(/one/two\all)");
  EXPECT_EQ(expand(R"(\9)", {"all"}), "");
  EXPECT_EQ(greatest_group("/x"), -1);
  EXPECT_EQ(greatest_group(R"(\1\3\\2)"), 3);
  EXPECT_EQ(greatest_group(R"(\x)"), std::nullopt);
  EXPECT_EQ(greatest_group("\\"), std::nullopt);
}

TEST(UnescapeHtml, KnowsTheUsualOnesAndLeavesTheRest) {
  EXPECT_EQ(unescape_html("a&amp;b&lt;&gt;&quot;&#39;&#x3042;&#12354;"), "a&b<>\"'ああ");
  EXPECT_EQ(unescape_html("&nope; & &; &#0; &#xd800; &#x110000; &amp"),
            "&nope; & &; &#0; &#xd800; &#x110000; &amp");
}

}  // namespace
}  // namespace hitokoe::crawler
