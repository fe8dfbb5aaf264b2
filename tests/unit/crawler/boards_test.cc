// Boards of the 2channel family: what is asked for after a thread grew, lost posts, or went away.
#include <gtest/gtest.h>

#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

using What = ItemReading::What;

std::string post(const std::string& text) {
  return "nanashi<>sage<>2026/04/01(wed) 00:00:00.00 ID:x<> " + text + " <>\n";
}

Source board() { return source_of("5ch", "http://b.test/news/"); }

ItemReading part(const std::string& memory, const std::string& bytes, std::size_t from) {
  return item_of(board(), bytes, memory, 206,
                 {{"Content-Range", "bytes " + std::to_string(from) + "-9999/9999"}});
}

TEST(DatBoard, ListsThreadsByNumberAndPosts) {
  const auto s = board();
  EXPECT_EQ(s.adapter->ask_list(s, "").url, "http://b.test/news/subject.txt");
  EXPECT_EQ(shown(list_of(s,
                          "1700000001.dat<>\x98\x52\x89\x6b (1) (57)\n"
                          "1700000002.dat<>b (1001)\r\n"
                          "no thread\n1700000003.dat<>no count\nx.dat<>c (1)\n")),
            "1700000001 http://b.test/news/dat/1700000001.dat 57\n"
            "1700000002 http://b.test/news/dat/1700000002.dat 1001\n");
  EXPECT_EQ(shown(list_of(s, "<html>moved</html>")), "blind_shape\n");
  EXPECT_EQ(shown(list_of(s, "")), "");
}

TEST(DatBoard, AsksForOneByteBeforeTheEndAndTakesWhatIsNew) {
  const auto s = board();
  const auto old = post("1") + post("2");
  const auto first = item_of(s, old, "", 200, {{"Last-Modified", "Wed, 01 Apr 2026 00:00:00 GMT"}});
  EXPECT_EQ(text_of(first), old);
  const auto ask = s.adapter->ask_item(s, "http://b.test/x.dat", first.memory);
  ASSERT_EQ(ask.headers.size(), 1u);
  EXPECT_EQ(ask.headers[0].second, "bytes=" + std::to_string(old.size() - 1) + "-");
  EXPECT_EQ(ask.last_modified, "Wed, 01 Apr 2026 00:00:00 GMT");
  EXPECT_FALSE(ask.decode);

  const auto more = part(first.memory, "\n" + post("3") + "half a li", old.size() - 1);
  EXPECT_EQ(text_of(more), post("3"));
  const auto next = s.adapter->ask_item(s, "u", more.memory);
  EXPECT_EQ(next.headers[0].second,
            "bytes=" + std::to_string(old.size() + post("3").size() - 1) + "-");
  EXPECT_EQ(part(more.memory, "\n", old.size() + post("3").size() - 1).what, What::kNothingNew);
  EXPECT_EQ(item_of(s, "", more.memory, 304).what, What::kNothingNew);
}

TEST(DatBoard, AServerThatIgnoresRangesGivesNothingTwice) {
  const auto first = item_of(board(), post("1") + post("2"), "");
  EXPECT_EQ(text_of(item_of(board(), post("1") + post("2") + post("3"), first.memory)), post("3"));
  EXPECT_EQ(item_of(board(), post("1") + post("2"), first.memory).what, What::kNothingNew);
}

TEST(DatBoard, ADeletedPostIsNoticedAndOnlyNewOnesAreTaken) {
  const auto first = item_of(board(), post("1") + post("2") + post("3"), "");
  const auto size = (post("1") + post("2") + post("3")).size();
  for (const auto& noticed :
       {part(first.memory, "x" + post("4"), size - 1), item_of(board(), "", first.memory, 416),
        part(first.memory, "\n" + post("4"), 5)}) {
    ASSERT_EQ(noticed.what, What::kAgain);
    EXPECT_TRUE(board().adapter->ask_item(board(), "u", noticed.memory).headers.empty());
    // Post 2 is gone without a trace, then post 3 was made a notice: nothing of it is lost.
    EXPECT_EQ(text_of(item_of(board(), post("1") + post("3") + post("4"), noticed.memory)),
              post("4"));
    EXPECT_EQ(
        text_of(item_of(board(), post("1") + post("2") + post("del") + post("4"), noticed.memory)),
        post("del") + post("4"));
    EXPECT_EQ(text_of(item_of(board(), post("7") + post("8"), noticed.memory)),
              post("7") + post("8"));
  }
}

TEST(DatBoard, APageInsteadOfADatIsNoItem) {
  EXPECT_EQ(item_of(board(), "<html><title>dat ochi</title>", "").what, What::kBlind);
  EXPECT_EQ(item_of(board(), "<html>captcha", "").reason, "blind_captcha");
  for (const char* memory : {"x", "9", "99999999999999999999 a b", "5 , ", " "}) {
    EXPECT_EQ(text_of(item_of(board(), post("1"), memory)), post("1")) << memory;
  }
}

TEST(NumberedBoard, ShitarabaGivesPostsFromANumberOn) {
  const auto s = source_of("shitaraba", "https://b.test/game/123/");
  EXPECT_EQ(shown(list_of(s, "1700000001.cgi,a (b)(12)\n1700000002.cgi,c(3)\n")),
            "1700000001 https://b.test/bbs/rawmode.cgi/game/123/1700000001/ 12\n"
            "1700000002 https://b.test/bbs/rawmode.cgi/game/123/1700000002/ 3\n");
  const std::string one = "1<>n<>m<>d<>b<>t<>i\n";
  const std::string two = "3<>n<>m<>d<>b<><>i\n";
  const auto first = item_of(s, one + two, "");
  EXPECT_EQ(text_of(first), one + two);
  EXPECT_EQ(first.memory, "3");
  EXPECT_EQ(s.adapter->ask_item(s, "https://b.test/t/", first.memory).url, "https://b.test/t/4-");
  EXPECT_EQ(item_of(s, "", first.memory).what, What::kNothingNew);
  EXPECT_EQ(item_of(s, two, first.memory).what, What::kNothingNew);
  EXPECT_EQ(text_of(item_of(s, two + "7<>n<>m<>d<>b<><>i\n", first.memory)),
            "7<>n<>m<>d<>b<><>i\n");
  EXPECT_EQ(item_of(s, "", "3", 200, {{"ERROR", "THREAD NOT FOUND"}}).what, What::kGone);
  EXPECT_EQ(item_of(s, "<html>", "3").what, What::kBlind);
}

TEST(NumberedBoard, MachiHasItsOwnScript) {
  const auto s = source_of("machi", "https://b.test/tokyo/");
  EXPECT_EQ(shown(list_of(s, "1700000001.cgi,a(12)\n")),
            "1700000001 https://b.test/bbs/offlaw.cgi/2/tokyo/1700000001/ 12\n");
  EXPECT_EQ(item_of(s, "<ERROR>no such thread</ERROR>", "").what, What::kGone);
}

TEST(Boards, TheAddressIsTheBoards) {
  for (const char* url : {"http://b.test/", "http://b.test/a", "http://b.test/a/b/c/"}) {
    for (const char* kind : {"5ch", "shitaraba", "machi"}) {
      const auto yaml = std::string("sources: [{id: s, kind: ") + kind + ", url: '" + url + "'}]";
      EXPECT_FALSE(parse_sources(yaml, "t")) << kind << url;
    }
  }
}

}  // namespace
}  // namespace hitokoe::crawler
