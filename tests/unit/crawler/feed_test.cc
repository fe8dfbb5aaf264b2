#include "crawler/feed.h"

#include <gtest/gtest.h>

namespace hitokoe::crawler {
namespace {

constexpr std::string_view kRss = R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>t</title>
<link>http://a.jp/</link><atom:link href="http://a.jp/rss" rel="self"/>
<item><title>x</title><link>http://a.jp/1?a=1&amp;b=2</link><guid isPermaLink="false">id-1</guid></item>
<item><link><![CDATA[ http://a.jp/2 ]]></link></item>
<item><guid>http://a.jp/3</guid></item>
<item><guid isPermaLink="false">id-4</guid><enclosure url="http://a.jp/4.txt" type="text/plain"/></item>
<item><title>neither</title></item>
</channel></rss>)";

constexpr std::string_view kAtom = R"(<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:f</id><link rel="self" href="/self"/>
<entry><id>urn:1</id><link rel="edit" href="/edit"/><link href="/one"/></entry>
<entry><id>urn:2</id><link rel="alternate" href="http://a.jp/two"/></entry>
<entry><id>urn:3</id><link rel="enclosure" href="/three"/></entry>
</feed>)";

std::string read(std::string_view xml, std::size_t most = 100) {
  const auto entries = parse_feed(as_bytes(xml), most);
  if (!entries) return entries.error().detail;
  std::string out;
  for (const auto& entry : entries.value()) out += entry.id + "|" + entry.link + "\n";
  return out;
}

TEST(Feed, ReadsRss) {
  EXPECT_EQ(read(kRss),
            "id-1|http://a.jp/1?a=1&b=2\n"
            "|http://a.jp/2\n"
            "http://a.jp/3|http://a.jp/3\n"
            "id-4|http://a.jp/4.txt\n");
}

TEST(Feed, ReadsAtom) {
  EXPECT_EQ(read(kAtom), "urn:1|/one\nurn:2|http://a.jp/two\nurn:3|/three\n");
}

TEST(Feed, ReadsRss1AndOtherCharsets) {
  EXPECT_EQ(read(R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
                     xmlns="http://purl.org/rss/1.0/"><channel/>
                     <item rdf:about="http://a.jp/1"><link>http://a.jp/1</link></item></rdf:RDF>)"),
            "http://a.jp/1|http://a.jp/1\n");
  EXPECT_EQ(read("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><rss><channel><item><guid "
                 "isPermaLink=\"false\">\x98\x52</guid></item></channel></rss>"),
            "漏|\n");
}

TEST(Feed, TakesNoMoreThanAskedFor) {
  std::string many = "<rss><channel>";
  for (int i = 0; i < 1000; ++i) many += "<item><link>http://a.jp/x</link></item>";
  many += "</channel></rss>";
  EXPECT_EQ(parse_feed(as_bytes(many), 7).value().size(), 7u);
}

TEST(Feed, SurvivesEveryCut) {
  for (const auto whole : {kRss, kAtom}) {
    std::size_t before = 0;
    for (std::size_t n = 0; n <= whole.size(); ++n) {
      const auto entries = parse_feed(as_bytes(whole.substr(0, n)), 100);
      if (!entries) continue;
      EXPECT_LE(entries.value().size(), 4u);
      EXPECT_GE(entries.value().size(), before);  // what was readable stays readable
      before = entries.value().size() > 0 ? entries.value().size() - 1 : 0;
    }
  }
}

// libxml2 would, of bytes that are not of the charset that is declared.
TEST(Feed, PrintsNothingOfWhatItCannotDecode) {
  testing::internal::CaptureStderr();
  for (const std::string charset : {"EUC-JP", "Shift_JIS", "ISO-2022-JP", "UTF-16"}) {
    const std::string text = "<?xml version=\"1.0\" encoding=\"" + charset +
                             "\"?><rss><channel><item><link>http://a/b</link><title>\x8f\xff\xff "
                             "090</title></item></channel></rss>";
    (void)read(text);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Feed, RefusesWhatIsNoFeed) {
  EXPECT_EQ(read("<html><body/></html>"), "feed: neither RSS nor Atom");
  EXPECT_EQ(read(""), "feed: no XML");
  EXPECT_EQ(read("plain text"), "feed: no XML");
  EXPECT_EQ(read(std::string(100, '\0')), "feed: no XML");
}

TEST(Feed, ExpandsNothingAndLoadsNothing) {
  EXPECT_EQ(read(R"(<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
                     <rss><channel><item><guid>&x;</guid></item></channel></rss>)"),
            "feed: it declares entities");
  std::string laughs = "<!DOCTYPE r [<!ENTITY a0 \"ha\">";
  for (int i = 1; i < 30; ++i) {
    const auto inner = "&a" + std::to_string(i - 1) + ";";
    laughs += "<!ENTITY a" + std::to_string(i) + " \"" + inner + inner + inner + "\">";
  }
  laughs += "]><rss><channel><item><guid>&a29;</guid></item></channel></rss>";
  EXPECT_FALSE(parse_feed(as_bytes(laughs), 10));
  EXPECT_FALSE(read(R"(<!DOCTYPE rss SYSTEM "file:///nowhere/x.dtd"><rss><channel><item>
                       <guid>g</guid></item></channel></rss>)")
                   .empty());
}

TEST(Feed, IsBoundedAgainstDepth) {
  std::string deep = "<rss><channel>";
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  (void)parse_feed(as_bytes(deep), 10);
}

}  // namespace
}  // namespace hitokoe::crawler
