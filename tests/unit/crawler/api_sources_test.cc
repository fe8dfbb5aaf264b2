// Sources whose format is JSON: what is listed, what is new, and what keeps us out.
#include <gtest/gtest.h>

#include "crawler/adapters/known_posts.h"
#include "crawler/links.h"
#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

using What = ItemReading::What;

TEST(Pastebin, ListsPastesAndKnowsItsSentences) {
  const auto s = source_of("pastebin", "https://p.test/api_scraping.php?limit=2");
  EXPECT_EQ(s.schedule, std::chrono::minutes(5));
  EXPECT_EQ(
      shown(list_of(s, R"([{"scrape_url":"https://p.test/api_scrape_item.php?i=aB1","key":"aB1"},
                                 {"key":"x"},7,{"scrape_url":"/y"}])")),
      "aB1 https://p.test/api_scrape_item.php?i=aB1\n");
  EXPECT_EQ(shown(list_of(s, "YOUR IP: 192.0.2.1 DOES NOT HAVE ACCESS. VISIT: …")),
            "blind_no_access\n");
  EXPECT_EQ(shown(list_of(s, "<html>")), "blind_shape\n");
  const auto early = item_of(s, "File is not ready for scraping yet. Try again in 1 minute.", "");
  EXPECT_EQ(early.what, What::kLater);
  EXPECT_EQ(early.wait, std::chrono::minutes(1));
  EXPECT_EQ(item_of(s, "Error, we cannot find this paste.", "").what, What::kGone);
  EXPECT_EQ(item_of(s, "YOUR IP: 192.0.2.1 DOES NOT HAVE ACCESS.", "").what, What::kBlind);
  const std::string quoting(300, 'x');
  EXPECT_EQ(text_of(item_of(s, "File is not ready for scraping yet" + quoting, "")),
            "File is not ready for scraping yet" + quoting);
  EXPECT_FALSE(parse_sources(
      "sources: [{id: s, kind: pastebin, url: 'http://a.test/', schedule: 10s}]", "t"));
}

TEST(Gist, ListsFilesByContentAndTurnsPagesOnlyForWhatIsNew) {
  const auto s = source_of("gist", "https://g.test/gists/public?per_page=100");
  const char* body = R"([{"id":"g1","updated_at":"2026-04-01T00:00:02Z","files":{
      "a.txt":{"raw_url":"https://raw.test/g1/raw/1/a.txt","size":5000000,"truncated":true}}},
      {"id":"g2","updated_at":"2026-04-01T00:00:01Z","files":{}}])";
  const net::Headers link{{"Link",
                           "<https://g.test/x?page=1>; rel=\"prev\", "
                           "<https://g.test/gists/public?page=2>; rel=\"next\""}};
  ListMemory memory;
  auto listing = list_of(s, body, memory, link);
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing.value().items.size(), 1u);
  EXPECT_TRUE(listing.value().items[0].key.starts_with("g1/"));
  EXPECT_EQ(listing.value().items[0].url.text(), "https://raw.test/g1/raw/1/a.txt");
  EXPECT_TRUE(listing.value().next.empty()) << "the first time, one page is enough";
  EXPECT_EQ(memory.after, "2026-04-01T00:00:02Z");
  EXPECT_EQ(s.adapter->ask_list(s, memory.after).url,
            "https://g.test/gists/public?per_page=100&since=2026-04-01T00:00:02Z");
  ListMemory again{"2026-04-01T00:00:00Z", ""};
  EXPECT_EQ(list_of(s, body, again, link).value().next.size(), 1u);
  ListMemory later{"2026-04-01T00:00:02Z", ""};
  EXPECT_TRUE(list_of(s, body, later, link).value().next.empty());
  EXPECT_FALSE(list_of(s, R"({"message":"x"})"));
}

TEST(Imageboard, TakesOnlyNewPostsOfAThreadThatGrew) {
  const auto s = source_of("4chan", "https://i.test/b/threads.json");
  EXPECT_EQ(s.delay, std::chrono::seconds(1));
  EXPECT_EQ(shown(list_of(s, R"([{"page":1,"threads":[{"no":10,"last_modified":5,"replies":2}]},
                                 {"page":2,"threads":[{"no":11,"last_modified":6}]}])")),
            "10 https://i.test/b/thread/10.json 5\n11 https://i.test/b/thread/11.json 6\n");
  const auto first = item_of(s, R"({"posts":[{"no":10,"com":"a<br>b"},{"no":12,"com":"c"}]})", "",
                             200, {{"Last-Modified", "Wed, 01 Apr 2026 00:00:00 GMT"}});
  EXPECT_NE(text_of(first).find("a<br>b"), std::string::npos);
  EXPECT_EQ(s.adapter->ask_item(s, "u", first.memory).last_modified,
            "Wed, 01 Apr 2026 00:00:00 GMT");
  const auto more = item_of(
      s,
      R"({"posts":[{"no":10,"com":"a<br>b"},{"no":13,"com":"new","filename":"f","ext":".csv"}]})",
      first.memory);
  EXPECT_EQ(text_of(more).find("a<br>b"), std::string::npos);
  EXPECT_NE(text_of(more).find("new"), std::string::npos);
  EXPECT_NE(text_of(more).find("f.csv"), std::string::npos);
  EXPECT_EQ(item_of(s, R"({"posts":[{"no":10}]})", more.memory).what, What::kNothingNew);
  EXPECT_EQ(item_of(s, "", more.memory, 304).what, What::kNothingNew);
  EXPECT_EQ(item_of(s, "<html>", "").what, What::kBlind);
}

TEST(Imageboard, SaysWhichFilesAreTheSameAndWhereTheyAre) {
  // The MD5 of nothing at all, d41d8cd9….
  const std::string post =
      R"({"posts":[{"no":10,"filename":"f","ext":".pdf","fsize":7,"tim":1712345678901,)"
      R"("md5":"1B2M2Y8AsgTpgAmY7PhCfg==","extra_files":[{"filename":"g","ext":".zip",)"
      R"("tim":"1712345678901-1","md5":"1B2M2Y8AsgTpgAmY7PhCfg=="}]}]})";
  const auto other = source_of("4chan", "https://i.test/b/threads.json");
  const auto thread = net::Url::parse("https://i.test/b/thread/10.json").value();
  const auto reading = other.adapter->read_item(
      other, {200, {}, as_bytes(post), net::Cut::kNone, thread}, thread.text(), "");
  const auto text = text_of(reading);
  EXPECT_NE(text.find("MD5 d41d8cd98f00b204e9800998ecf8427e, 7 bytes"), std::string::npos) << text;
  EXPECT_EQ(links_of(reading.pieces.at(0), "", thread.text()),
            (std::vector<std::string>{
                "https://i.test/b/src/1712345678901.pdf#md5-d41d8cd98f00b204e9800998ecf8427e",
                "https://i.test/b/src/1712345678901-1.zip#md5-d41d8cd98f00b204e9800998ecf8427e"}));
  const auto four = net::Url::parse("https://a.4cdn.org/g/thread/10.json").value();
  const auto there = other.adapter->read_item(
      other, {200, {}, as_bytes(post), net::Cut::kNone, four}, four.text(), "");
  EXPECT_EQ(links_of(there.pieces.at(0), "", four.text()).at(0),
            "https://i.4cdn.org/g/1712345678901.pdf#md5-d41d8cd98f00b204e9800998ecf8427e");
  // A linked source takes it once, by its MD5, and asks for it without.
  const auto files =
      source_of("linked", "https://i.4cdn.org/",
                "    item: {link: '^https://i\\.4cdn\\.org/g/\\d+\\.pdf#md5-([0-9a-f]{32})$', key: "
                "'md5-\\1'}\n");
  const auto found = files.adapter->linked(files, links_of(there.pieces[0], "", four.text())[0]);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, "md5-d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(found->url, "https://i.4cdn.org/g/1712345678901.pdf");
  const auto odd = item_of(other, R"({"posts":[{"no":1,"filename":"f","ext":".a/b","tim":"../x",
                                     "md5":"1B2M2Y8AsgTpgAmY7PhCfg=="},
                                     {"no":2,"filename":"g","ext":".a","tim":1,"md5":"no"}]})",
                           "");
  EXPECT_EQ(text_of(odd).find("href"), std::string::npos) << "neither a path nor a digest";
}

TEST(Discourse, TakesPostsFromTheListAndTurnsBackToWhatIsKnown) {
  const auto s = source_of("discourse", "https://d.test/");
  EXPECT_EQ(s.adapter->ask_list(s, "").url, "https://d.test/posts.json");
  ListMemory memory{"7", "7"};
  const auto listing = list_of(
      s, R"({"latest_posts":[{"id":10,"cooked":"<p>x</p>"},{"id":9,"cooked":"y"}]})", memory);
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing.value().items.size(), 2u);
  EXPECT_EQ(listing.value().items[0].url.text(), "https://d.test/p/10");
  ASSERT_TRUE(listing.value().items[0].piece);
  EXPECT_EQ(KnownPosts(memory.after).page(), "10");
  ASSERT_EQ(listing.value().next.size(), 1u);
  EXPECT_EQ(listing.value().next[0].text(), "https://d.test/posts.json?before=8");
  ListMemory known{"9", "9"};
  const auto less = list_of(s, R"({"latest_posts":[{"id":10},{"id":9}]})", known);
  EXPECT_EQ(less.value().items.size(), 1u);
  EXPECT_EQ(less.value().seen, 2u);
  EXPECT_TRUE(less.value().next.empty());
  EXPECT_FALSE(list_of(s, R"({"errors":["x"]})"));
}

TEST(RansomFeed, WhatIsNewIsOneCaptureWithoutPictures) {
  const auto s = source_of("ransomlook", "https://r.test/api/recent/100");
  const char* body = R"([{"post_title":"one","group_name":"g","discovered":"2026-04-01 00:00:01.5"},
    {"post_title":"two","group_name":"h","discovered":"2026-04-02 00:00:00","screen":"AAAA"}])";
  ListMemory memory;
  auto listing = list_of(s, body, memory);
  ASSERT_EQ(listing.value().items.size(), 1u);
  const std::string text(as_text(listing.value().items[0].piece->body));
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_EQ(text.find("AAAA"), std::string::npos);
  ListMemory later{memory.after, memory.after};
  listing = list_of(s, body, later);
  EXPECT_TRUE(listing.value().items.empty());
  EXPECT_EQ(listing.value().seen, 2u) << "quiet, not blind";
}

TEST(RansomFeed, ListsTheSitesOfGangsAndTellsWhatWentUpOrDown) {
  const auto s = source_of("ransomwatch", "https://r.test/groups.json");
  const auto gangs = [](const std::string& first, const std::string& second) {
    return R"([{"name":"gang","locations":[{"fqdn":"a.onion","slug":"http://a.onion","available":)" +
           first + R"(},{"fqdn":"b.onion","slug":"http://b.onion","available":)" + second +
           R"(}]},{"name":"none","locations":[]}])";
  };
  ListMemory memory;
  auto listing = list_of(s, gangs("true", "false"), memory);
  ASSERT_EQ(listing.value().items.size(), 1u);
  EXPECT_EQ(listing.value().items[0].piece->posts, 2u);
  ListMemory same{memory.after, memory.after};
  listing = list_of(s, gangs("true", "false"), same);
  EXPECT_TRUE(listing.value().items.empty());
  EXPECT_EQ(listing.value().seen, 2u) << "quiet, not blind";
  ListMemory later{same.after, same.after};
  listing = list_of(s, gangs("true", "true"), later);
  ASSERT_EQ(listing.value().items.size(), 1u);
  const std::string text(as_text(listing.value().items[0].piece->body));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_NE(text.find("b.onion"), std::string::npos);
  EXPECT_NE(text.find("\"group_name\":\"gang\""), std::string::npos);
  EXPECT_EQ(text.find("a.onion"), std::string::npos);
}

TEST(RansomFeed, AsksForTheDaysThatTheNewestPostsDoNotReachBackTo) {
  const auto s = source_of("ransomlook", "https://r.test/api/recent/2");
  const auto post = [](const std::string& title, const std::string& at) {
    return R"({"post_title":")" + title + R"(","group_name":"g","discovered":")" + at + "\"}";
  };
  const auto recent =
      "[" + post("d", "2026-03-31 09:00:00") + "," + post("c", "2026-03-31 08:00:00") + "]";
  ListMemory first;
  EXPECT_TRUE(list_of(s, recent, first).value().next.empty()) << "the first time it begins here";
  ListMemory known{"2026-03-31 08:00:00", "2026-03-31 08:00:00"};
  EXPECT_TRUE(list_of(s, recent, known).value().next.empty());
  ListMemory gap{"2026-03-29 01:00:00", "2026-03-29 01:00:00"};
  const auto listing = list_of(s, recent, gap);
  ASSERT_EQ(listing.value().next.size(), 1u);
  EXPECT_EQ(listing.value().next[0].text(),
            "https://r.test/api/posts/period/2026-03-29/2026-04-01");
  const auto period = "[" + post("c", "2026-03-31 08:00:00") + "," +
                      post("b", "2026-03-30 00:00:00") + "," + post("a", "2026-03-29 01:00:00") +
                      "]";
  const net::Headers none;
  const auto between = s.adapter->read_list(
      s, {200, none, as_bytes(period), net::Cut::kNone, listing.value().next[0]}, gap);
  ASSERT_EQ(between.value().items.size(), 1u);
  const std::string text(as_text(between.value().items[0].piece->body));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1) << "neither what was known nor the first page's";
  EXPECT_NE(text.find("\"b\""), std::string::npos);
  EXPECT_NE(between.value().items[0].key, listing.value().items[0].key);
  EXPECT_EQ(gap.after, "2026-03-31 09:00:00");
}

TEST(JsonFeed, ReadsItems) {
  const auto s = source_of("json_feed", "https://f.test/feed.json", "    item: {again: updated}\n");
  EXPECT_EQ(shown(list_of(s, R"({"items":[{"id":"1","url":"/a","date_modified":"m"},
      {"id":2,"external_url":"https://x.test/b","date_published":"p"},{"title":"no"}]})")),
            "1 https://f.test/a m\n2 https://x.test/b p\n");
  EXPECT_FALSE(list_of(s, "[]"));
}

TEST(Sitemap, ReadsSetsTextsAndTheChangedPartsOfAnIndex) {
  const auto s = source_of("sitemap", "https://m.test/sitemap.xml",
                           "    item: {again: updated}\n    limits: {pages: 2}\n");
  EXPECT_EQ(shown(list_of(s,
                          "<urlset><url><loc>https://m.test/a?x=1&amp;y=2</loc>"
                          "<lastmod>2026-04-01</lastmod></url><url/></urlset>")),
            "https://m.test/a?x=1&y=2 https://m.test/a?x=1&y=2 2026-04-01\n");
  EXPECT_EQ(shown(list_of(s, "https://m.test/a\r\nhttps://m.test/b\n")),
            "https://m.test/a https://m.test/a\nhttps://m.test/b https://m.test/b\n");
  const char* index =
      "<sitemapindex><sitemap><loc>https://m.test/1.xml</loc><lastmod>1</lastmod></sitemap>"
      "<sitemap><loc>https://m.test/2.xml</loc><lastmod>1</lastmod></sitemap></sitemapindex>";
  ListMemory first;
  EXPECT_EQ(shown(list_of(s, index, first)), "next https://m.test/1.xml\n");
  ListMemory second{first.after, ""};
  EXPECT_EQ(shown(list_of(s, index, second)), "next https://m.test/2.xml\n");
  ListMemory third{second.after, ""};
  EXPECT_EQ(shown(list_of(s, index, third)), "");
  EXPECT_FALSE(list_of(s, "<html/>"));
}

}  // namespace
}  // namespace hitokoe::crawler
