// Posts that say something else than before: noticed where they are shown again, taken once.
#include <gtest/gtest.h>

#include "crawler/adapters/known_posts.h"
#include "hitokoe/crawler/frontier.h"
#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

using What = ItemReading::What;
using Seen = KnownPosts::Seen;

TEST(Edits, AreTheWordsOfAPostNotItsMarkUp) {
  EXPECT_EQ(said_digest("<p>a list</p>"), said_digest("<div class=x>a\n <b>list</b></div>"));
  EXPECT_NE(said_digest("<p>090-0000-0001</p>"), said_digest("<p>090-0000-0002</p>"));
  EXPECT_EQ(said_digest("<img src='x.png'>"), "");
  EXPECT_EQ(said_digest("x").size(), 8u);
}

TEST(Edits, AreKnownByTheMemoryAndNotForPostsWhoseWordsItDoesNotHold) {
  KnownPosts first("");
  EXPECT_EQ(first.look("1", "00000001"), Seen::kNew);
  first.keep("1", "00000001");
  EXPECT_EQ(first.look("1", "00000002"), Seen::kSame) << "one page shows it twice";
  KnownPosts second(first.memory());
  EXPECT_EQ(second.look("1", "00000001"), Seen::kSame);
  EXPECT_EQ(second.look("1", "00000002"), Seen::kEdited);
  EXPECT_EQ(second.look("1", ""), Seen::kSame) << "it came without its words";
  second.keep("1", "00000002");
  EXPECT_EQ(KnownPosts(second.memory()).look("1", "00000001"), Seen::kEdited);
  // A memory of ids alone, as it was kept before.
  const auto ids = first.memory().substr(0, first.memory().size() - 9);
  KnownPosts old(ids);
  EXPECT_EQ(old.memory(), ids);
  EXPECT_EQ(old.look("1", "00000009"), Seen::kSame);
  old.keep("1", "00000009");
  EXPECT_EQ(KnownPosts(old.memory()).look("1", "00000001"), Seen::kEdited);
  EXPECT_EQ(KnownPosts("\n0123456789abcdef 0123\n").memory(), "") << "no line of ours";
}

TEST(Edits, OfAThreadAreTakenWithTheWholePostWhenItsPageIsReadAgain) {
  const auto s = source_of("xpath", "https://a.test/t",
                           "    item: {each: '//li', url: '.'}\n"
                           "    posts: {each: '//li', id: '@id', date: 'i', body: 'p'}\n");
  const auto first = item_of(s, "<li id=1><p>one</p></li><li id=2><p>two</p></li>", "");
  EXPECT_EQ(first.pieces.size(), 1u);
  const auto same = item_of(
      s, "<li id=1><i>an hour ago</i><p><b>one</b></p></li><li id=2><p>two</p></li>", first.memory);
  EXPECT_EQ(same.what, What::kNothingNew) << "a date that is written anew is no edit";
  const auto edited =
      item_of(s, "<li id=1><p>one</p></li><li id=2><p>two, 090-0000-0001</p></li>", same.memory);
  ASSERT_EQ(edited.what, What::kTaken);
  EXPECT_EQ(edited.pieces[0].posts, 1u);
  EXPECT_NE(text_of(edited).find("two, 090-0000-0001"), std::string::npos);
  EXPECT_EQ(item_of(s, "<li id=2><p>two, 090-0000-0001</p></li>", edited.memory).what,
            What::kNothingNew);
}

std::string message(int id, const std::string& text) {
  return "<div class='tgme_widget_message' data-post='c/" + std::to_string(id) +
         "'><div class='tgme_widget_message_text'>" + text + "</div></div>";
}

TEST(Edits, OfAMessageAreTakenWhileTheChannelsPageShowsIt) {
  const auto s = source_of("telegram", "https://t.test/s/c");
  ListMemory first;
  EXPECT_EQ(list_of(s, message(5, "a") + message(6, "b"), first).value().items.size(), 2u);
  ListMemory second{first.after, first.after};
  const auto listing = list_of(s, message(5, "a, more") + message(6, "b"), second);
  ASSERT_EQ(listing.value().items.size(), 1u);
  EXPECT_EQ(listing.value().items[0].key, "5");
  EXPECT_EQ(listing.value().seen, 2u);
  ListMemory third{second.after, second.after};
  EXPECT_TRUE(list_of(s, message(5, "a, more") + message(6, "b"), third).value().items.empty());
  ListMemory old{"6", "6"};  // a memory of before: nothing is taken for an edit
  EXPECT_TRUE(list_of(s, message(5, "x"), old).value().items.empty());
}

TEST(Edits, OfAPostAreTakenWhileTheNewestShowIt) {
  const auto s = source_of("discourse", "https://d.test/");
  const auto page = [](const std::string& text) {
    return R"({"latest_posts":[{"id":2,"cooked":"<p>)" + text +
           R"(</p>"},{"id":1,"cooked":"<p>y</p>"}]})";
  };
  ListMemory first;
  EXPECT_EQ(list_of(s, page("x"), first).value().items.size(), 2u);
  ListMemory second{first.after, first.after};
  const auto listing = list_of(s, page("x2"), second);
  ASSERT_EQ(listing.value().items.size(), 1u);
  EXPECT_EQ(listing.value().items[0].key, "2");
  ListMemory third{second.after, second.after};
  EXPECT_TRUE(list_of(s, page("x2"), third).value().items.empty());
}

constexpr const char* kTopic = "https://d.test/t/12.json";

TEST(DiscourseTopics, AreListedWithWhenTheyWereBumpedAndPagesTurnedForWhatIsNew) {
  const auto s = source_of("discourse_topics", "https://d.test/");
  EXPECT_EQ(s.adapter->ask_list(s, "").url, "https://d.test/latest.json");
  const char* body = R"({"topic_list":{"more_topics_url":"/latest?page=1","topics":[
      {"id":1,"bumped_at":"2026-04-09T00:00:00.000Z","highest_post_number":4,"pinned":true},
      {"id":12,"bumped_at":"2026-04-02T00:00:00.000Z","highest_post_number":3,"pinned":false}]}})";
  ListMemory first;
  EXPECT_EQ(shown(list_of(s, body, first)),
            "1 https://d.test/t/1.json 2026-04-09T00:00:00.000Z 4\n"
            "12 https://d.test/t/12.json 2026-04-02T00:00:00.000Z 3\n"
            "next https://d.test/latest.json?page=1\n");
  ListMemory known{"2026-04-02T00:00:00.000Z", ""};
  EXPECT_TRUE(list_of(s, body, known).value().next.empty()) << "a pinned one says nothing";
  ListMemory older{"2026-04-01T00:00:00.000Z", ""};
  EXPECT_EQ(list_of(s, body, older).value().next.size(), 1u);
  EXPECT_FALSE(list_of(s, R"({"errors":["x"]})"));
  EXPECT_FALSE(
      parse_sources("sources: [{id: s, kind: discourse_topics, url: 'https://d.test/x'}]", "t"));
}

std::string numbers(int from, int to, const std::string& before, const std::string& after) {
  std::string out;
  for (int i = from; i <= to; ++i)
    out.append(i > from ? "," : "").append(before).append(std::to_string(i)).append(after);
  return out;
}

// The posts `from` … `to` of a topic, with the numbers of all, or as a chunk.
std::string posts(int from, int to, int all = 0) {
  const auto shown = numbers(from, to, R"({"cooked":"<p>post</p>","id":)", "}");
  return R"({"post_stream":{"posts":[)" + shown + "]" +
         (all > 0 ? R"(,"stream":[)" + numbers(1, all, "", "") + "]" : "") + "}}";
}

std::string asked(const Source& s, const std::string& memory) {
  auto url = s.adapter->ask_item(s, kTopic, memory).url;
  for (auto at = url.find("post_ids%5B%5D="); at != std::string::npos;
       at = url.find("post_ids%5B%5D="))
    url.erase(at, 15);
  return url;
}

TEST(DiscourseTopics, AreReadBeyondTheFirstPostsAChunkAtATime) {
  const auto s = source_of("discourse_topics", "https://d.test/");
  EXPECT_EQ(asked(s, ""), kTopic);
  auto reading = item_of(s, posts(1, 20, 43), "");
  EXPECT_EQ(reading.what, What::kMore);
  EXPECT_EQ(reading.pieces.at(0).posts, 20u);
  EXPECT_EQ(
      asked(s, reading.memory), "https://d.test/t/12/posts.json?" + [] {
        std::string ids;
        for (int i = 21; i <= 40; ++i) ids += (i > 21 ? "&" : "") + std::to_string(i);
        return ids;
      }());
  reading = item_of(s, posts(21, 40), reading.memory);
  EXPECT_EQ(reading.what, What::kMore);
  EXPECT_EQ(asked(s, reading.memory), "https://d.test/t/12/posts.json?41&42&43");
  reading = item_of(s, posts(41, 43), reading.memory);
  EXPECT_EQ(reading.what, What::kTaken);
  EXPECT_EQ(asked(s, reading.memory), kTopic) << "the next time from the topic itself";
  // It grew: only what is new is asked for.
  reading = item_of(s, posts(1, 20, 44), reading.memory);
  EXPECT_EQ(reading.what, What::kMore);
  EXPECT_TRUE(reading.pieces.empty());
  EXPECT_EQ(asked(s, reading.memory), "https://d.test/t/12/posts.json?44");
}

TEST(DiscourseTopics, AnEditOfAFirstOrALastPostIsTaken) {
  const auto s = source_of("discourse_topics", "https://d.test/");
  auto reading = item_of(s, posts(1, 20, 22), "");
  reading = item_of(s, posts(21, 22), reading.memory);
  ASSERT_EQ(reading.what, What::kTaken);
  auto edited = posts(1, 20, 22);
  edited.replace(edited.find("post</p>"), 4, "edit");
  reading = item_of(s, edited, reading.memory);
  EXPECT_EQ(reading.pieces.at(0).posts, 1u);
  ASSERT_EQ(reading.what, What::kMore) << "nothing was added: the last ones may say something else";
  EXPECT_EQ(asked(s, reading.memory), "https://d.test/t/12/posts.json?21&22");
  edited = posts(21, 22);
  edited.replace(edited.find("post</p>"), 4, "edit");
  reading = item_of(s, edited, reading.memory);
  EXPECT_EQ(reading.what, What::kTaken);
  EXPECT_EQ(reading.pieces.at(0).posts, 1u);
}

TEST(DiscourseTopics, OfManyPostsAreReadToTheirEndAndNothingTwice) {
  const auto s = source_of("discourse_topics", "https://d.test/");
  constexpr int kAll = 2500;  // more than a memory knows
  std::string memory;
  std::uint64_t taken = 0;
  const auto read = [&](int all) {
    for (int requests = 1;; ++requests) {
      const auto url = asked(s, memory);
      std::string body = posts(1, 20, all);
      if (url != kTopic) {
        const auto ids = url.substr(url.find('?') + 1);
        body = posts(std::stoi(ids), std::stoi(ids.substr(ids.rfind('&') + 1)));
      }
      const auto reading = item_of(s, body, memory);
      for (const auto& piece : reading.pieces) taken += piece.posts;
      memory = reading.memory;
      EXPECT_LE(memory.size(), kLongestMemory);
      if (reading.what != What::kMore || requests > 1000) return requests;
    }
  };
  EXPECT_LT(read(kAll), 140);
  EXPECT_EQ(taken, static_cast<std::uint64_t>(kAll));
  taken = 0;
  EXPECT_EQ(read(kAll + 1), 2);
  EXPECT_EQ(taken, 1u) << "the first ones are shown each time, and forgotten by the memory";
}

TEST(DiscourseTopics, PostsThatWereMovedThereAreAskedForThoughTheirNumbersAreSmaller) {
  const auto s = source_of("discourse_topics", "https://d.test/");
  const auto first =
      item_of(s, R"({"post_stream":{"posts":[{"id":50,"cooked":"a"}],"stream":[50,51]}})", "");
  const auto read =
      item_of(s, R"({"post_stream":{"posts":[{"id":51,"cooked":"b"}]}})", first.memory);
  const auto grown = item_of(
      s, R"({"post_stream":{"posts":[{"id":50,"cooked":"a"}],"stream":[50,51,7]}})", read.memory);
  EXPECT_EQ(asked(s, grown.memory), "https://d.test/t/12/posts.json?7");
  // It is not shown to us: once is enough.
  const auto hidden = item_of(s, R"({"post_stream":{"posts":[]}})", grown.memory);
  const auto again = item_of(
      s, R"({"post_stream":{"posts":[{"id":50,"cooked":"a"}],"stream":[50,51,7]}})", hidden.memory);
  EXPECT_EQ(asked(s, again.memory), "https://d.test/t/12/posts.json?7&51") << "the last ones";
}

TEST(DiscourseTopics, GoOnWhereAChunkIsGoneAndAreBlindWhereTheAnswerIsNoTopic) {
  const auto s = source_of("discourse_topics", "https://d.test/");
  const auto reading = item_of(s, posts(1, 20, 43), "");
  const auto less = s.adapter->memory_without_page(reading.memory);
  ASSERT_TRUE(less);
  EXPECT_EQ(asked(s, *less), "https://d.test/t/12/posts.json?41&42&43");
  EXPECT_FALSE(s.adapter->memory_without_page("")) << "then the topic itself is gone";
  EXPECT_EQ(item_of(s, "<html>", "").what, What::kBlind);
  EXPECT_EQ(item_of(s, R"({"errors":["x"]})", "").what, What::kBlind);
}

}  // namespace
}  // namespace hitokoe::crawler
