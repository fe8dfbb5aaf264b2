// Sites by XPath: the examples of config/sources over made-up pages in each forum's markup, threads
// page by page, and what is wrong in a configuration or a page.
#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "crawler/adapters/known_posts.h"
#include "crawler/links.h"
#include "hitokoe/base/file.h"
#include "hitokoe/crawler/frontier.h"
#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

Source example(const std::string& file, std::size_t which = 0) {
  auto all = load_sources(HITOKOE_SOURCE_DIR "/config/sources/" + file + ".example.yaml");
  EXPECT_TRUE(all) << (all ? "" : all.error().detail);
  return all.value().at(which);
}

struct Form {
  const char* file;
  std::size_t which;
  const char* list;
  const char* listed;  // as shown() says it
  const char* thread;
  const char* posts;  // what the capture must hold, in this order, separated by '|'
  const char* next;   // where it goes on; "" for nowhere
};

// Every id, date and count is made up.
const Form kForms[] = {
    {"phpbb", 0,
     R"(<ul class="topiclist topics"><li class="row"><dl class="row-item"><dt><div class="list-inner">
        <a href="./viewtopic.php?f=2&amp;t=12&amp;sid=0a" class="topictitle">a list</a></div></dt>
        <dd class="posts">7 <dfn>Replies</dfn></dd></dl></li></ul>
        <li class="arrow next"><a href="./viewforum.php?f=2&amp;start=25" rel="next">Next</a></li>)",
     "12 https://forum.example.org/phpbb/viewtopic.php?t=12 7 Replies\n"
     "next https://forum.example.org/phpbb/viewforum.php?f=2&start=25\n",
     R"(<div id="p31" class="post has-profile bg2"><p class="author">by
        <a class="username-coloured" href="u">甲野</a> <time datetime="2026-04-01T00:00:00+00:00">x</time></p>
        <div class="content">090-0000-0001<br>kou@mail.example</div>
        <dl class="attachbox"><dt>Attachments</dt><dd><dl class="file"><dt>
        <a class="postlink" href="./download/file.php?id=3&amp;sid=0a">list.zip</a></dt>
        <dd>Downloaded 5 times</dd></dl></dd></dl></div>
        <a href="./viewtopic.php?t=12&amp;start=10" rel="next">Next</a>)",
     "id=\"p31\"|<address>甲野</address>|2026-04-01T00:00:00+00:00|090-0000-0001|kou@mail.example|"
     "list.zip",
     "https://forum.example.org/phpbb/viewtopic.php?t=12&start=10"},
    {"mybb", 0,
     R"(<table><tr class="inline_row"><td><span class=" subject_new" id="tid_5"><a href="showthread.php?tid=5">t</a></span></td>
        <td><a href="misc.php?action=whoposted&amp;tid=5">3</a></td></tr></table>)",
     "5 https://forum.example.org/mybb/showthread.php?tid=5 3\n",
     R"(<div class="post classic" id="post_9"><div class="author_information"><strong>otsu</strong></div>
        <span class="post_date">2026-04-01, 01:00</span><div class="post_body scaleimages" id="pid_9">one line</div>
        <div class="post_controls" id="post_meta_9"></div></div>
        <a href="showthread.php?tid=5&amp;page=2" class="pagination_next">Next</a>)",
     "<address>otsu</address>|2026-04-01, 01:00|one line",
     "https://forum.example.org/mybb/showthread.php?tid=5&page=2"},
    {"xenforo", 0,
     R"(<div class="structItem structItem--thread js-threadListItem-4"><div class="structItem-title">
        <a href="/forums/general.2/?prefix_id=1" class="labelLink">p</a><a href="/threads/t.4/">t</a></div>
        <div class="structItem-cell structItem-cell--meta"><dl class="pairs"><dt>Replies:</dt><dd>2</dd></dl>
        <dl class="pairs"><dt>Views:</dt><dd>900</dd></dl></div></div>)",
     "/threads/t.4/ https://forum.example.org/threads/t.4/ 2\n",
     R"(<article class="message" data-author="hei" data-content="post-40"><time datetime="2026-04-01T00:00:00+0900"></time>
        <div class="message-content"><article class="message-body js-selectToQuote">body text</article></div></article>
        <a class="pageNav-jump pageNav-jump--next" href="/threads/t.4/page-2">Next</a>)",
     "<address>hei</address>|body text", "https://forum.example.org/threads/t.4/page-2"},
    {"xenforo", 1,
     R"(<head><base href="https://old-forum.example.org/"></head><ol><li id="thread-4" class="discussionListItem visible"><h3 class="title"><a href="threads/t.4/">t</a></h3>
        <dl class="major"><dt>Replies:</dt><dd>2</dd></dl></li></ol>)",
     "thread-4 https://old-forum.example.org/threads/t.4/ 2\n",
     R"(<head><base href="https://old-forum.example.org/"></head><ol id="messageList"><li id="post-7" data-author="tei"><blockquote class="messageText ugc">old text</blockquote>
        <span class="DateTime" title="Apr 1, 2026 at 1:00 AM"></span></li></ol>
        <div class="PageNav"><nav><a href="threads/t.4/page-2" class="text">Next &gt;</a></nav></div>)",
     "<address>tei</address>|Apr 1, 2026|old text",
     "https://old-forum.example.org/threads/t.4/page-2"},
    {"vbulletin", 0,
     R"(<li class="threadbit hot" id="thread_8"><a class="title" href="showthread.php?8-t&amp;s=0a">t</a>
        <ul class="threadstats td"><li>Replies: <a href="#">6</a></li><li>Views: 70</li></ul></li>)",
     "thread_8 https://forum.example.org/vb/showthread.php?t=8 6\n",
     R"(<li class="postbitlegacy postbitim" id="post_80"><span class="date">Today, 01:00</span>
        <a class="username offline" href="m"><strong>bo</strong></a>
        <div id="post_message_80"><blockquote>vb text</blockquote></div></li>)",
     "<address>bo</address>|vb text", ""},
    {"smf", 0,
     R"(<table><tr><td class="subject"><span id="msg_1"><a href="https://forum.example.org/smf/index.php?topic=3.0">t</a></span></td>
        <td class="stats">4 Replies<br>90 Views</td></tr></table>
        <div class="pagelinks">Pages: [<strong>1</strong>] <a class="navPages" href="index.php?board=1.20">2</a></div>)",
     "3 https://forum.example.org/smf/index.php?topic=3.0 4 Replies\n"
     "next https://forum.example.org/smf/index.php?board=1.20\n",
     R"(<div class="post_wrapper"><div class="poster"><h4><a href="u">ki</a></h4></div><div class="postarea">
        <div class="keyinfo"><div class="smalltext">April 01, 2026</div></div>
        <div class="post"><div class="inner" id="msg_33">smf text</div></div></div></div>)",
     "<address>ki</address>|April 01, 2026|smf text", ""},
    {"nodebb", 0,
     R"(<ul><li component="category/topic" data-tid="6"><span class="human-readable-number" title="1"></span>
        <div class="stats-postcount"><span title="12">12</span></div></li></ul>)",
     "6 https://forum.example.org/topic/6 12\n",
     R"(<html><head><link rel="next" href="?page=2"></head><body><ul><li component="post" data-pid="61" data-username="shin">
        <span class="timeago" title="2026-04-01T00:00:00.000Z"></span><div component="post/content" class="content"><p>bb text</p></div></li></ul>)",
     "<address>shin</address>|2026-04-01T00:00:00.000Z|bb text",
     "https://forum.example.org/recent?page=2"},
    {"fossil", 0,
     R"(<div class='forumPosts fileage'><table width="100%"><tr><td>current ago</td>
        <td><a href="/fossil/forumpost/e7a0417a43"> t</a></td><td>2 posts</td></tr></table></div>)",
     "e7a0417a43 https://forum.example.org/fossil/forumpost/e7a0417a43 2 posts\n",
     R"(<div id='forum2' class='forumTime forumSel'><h1>t</h1><h3 class='forumPostHdr'>(1) By
        <a href="/timeline?u=member">member</a> on 2026-11-27 06:57:08 <a href="/forumpost/e7a0?raw">[source]</a></h3>
        <div class='forumPostBody'><div class='fossilWiki'><p>hello</div></div></div>)",
     "<address>member</address>|<time>2026-11-27 06:57:08</time>|hello", ""},
};

TEST(XPathExamples, ReadTheListsOfTheirForums) {
  for (const auto& form : kForms) {
    const auto source = example(form.file, form.which);
    EXPECT_EQ(shown(list_of(source, form.list)), form.listed) << form.file;
  }
}

TEST(XPathExamples, ReadThreadsPostByPostAndKnowWhereTheyGoOn) {
  for (const auto& form : kForms) {
    const auto source = example(form.file, form.which);
    const auto reading = item_of(source, form.thread, "");
    ASSERT_EQ(reading.pieces.size(), 1u) << form.file << " " << reading.reason;
    const auto text = text_of(reading);
    std::size_t at = 0;
    for (std::string_view rest = form.posts; !rest.empty();) {
      const auto part = rest.substr(0, rest.find('|'));
      at = text.find(part, at);
      EXPECT_NE(at, std::string::npos) << form.file << ": " << part << "\n" << text;
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      if (at == std::string::npos) break;
    }
    EXPECT_EQ(reading.what == ItemReading::What::kMore, *form.next != '\0') << form.file;
    EXPECT_EQ(KnownPosts(reading.memory).page(), form.next) << form.file;
    // The same page again: nothing is taken twice.
    EXPECT_TRUE(item_of(source, form.thread, reading.memory).pieces.empty()) << form.file;
  }
}

TEST(XPathExamples, ASignInPageInPlaceOfAThreadIsBlindNotEmpty) {
  for (const auto& form : kForms) {
    const auto source = example(form.file, form.which);
    const auto login = item_of(source, "<form><input type=\"password\"></form>", "");
    EXPECT_EQ(login.what, ItemReading::What::kBlind) << form.file;
    EXPECT_EQ(login.reason, "blind_login") << form.file;
    EXPECT_EQ(item_of(source, "<p>a new design</p>", "").reason, "blind_shape") << form.file;
  }
}

TEST(HyperKittyExample, TakesTheMessagesOfTheFeed) {
  const auto source = example("hyperkitty");
  EXPECT_EQ(
      shown(list_of(source,
                    "<rss version=\"2.0\"><channel><item><link>https://lists.example.org/archives/"
                    "list/news@lists.example.org/message/ABC2/</link></item></channel></rss>")),
      "ABC2 https://lists.example.org/archives/list/news@lists.example.org/message/ABC2/\n");
}

TEST(PhpbbExample, FollowsTheFilesOfPostsWithoutTheSessionInTheirLinks) {
  const auto topics = example("phpbb");
  const auto files = example("phpbb", 1);
  const auto topic = net::Url::parse("https://forum.example.org/phpbb/viewtopic.php?t=12").value();
  const net::Headers none;
  const auto reading = topics.adapter->read_item(
      topics, {200, none, as_bytes(std::string_view(kForms[0].thread)), net::Cut::kNone, topic},
      topic.text(), "");
  ASSERT_EQ(reading.pieces.size(), 1u);
  EXPECT_EQ(text_of(reading).find("Downloaded"), std::string::npos) << "that changes by itself";
  std::vector<std::string> found;
  for (const auto& link : links_of(reading.pieces[0], "", topic.text())) {
    const auto file = files.adapter->linked(files, link);
    if (file) found.push_back(file->key + " " + file->url);
  }
  EXPECT_EQ(found,
            std::vector<std::string>{"3 https://forum.example.org/phpbb/download/file.php?id=3"});
}

TEST(PnopasteExample, FollowsLinksToTheTextItself) {
  const auto source = example("pnopaste");
  const auto found = source.adapter->linked(source, "https://paste.example.net/?17");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, "17");
  EXPECT_EQ(found->url, "https://paste.example.net/?17&download");
}

const char* const kWithText =
    "    item: {each: '//li', id: '@id', body: './p', next: '//a/@href'}\n";

TEST(XPathSite, RefusesARuleThatIsNoneAndSaysWhere) {
  const auto refused = [](const std::string& more) {
    const auto got = parse_sources(
        "sources:\n  - id: s\n    kind: xpath\n    url: 'https://a.test/'\n" + more, "t.yaml");
    return got ? std::string() : got.error().detail;
  };
  EXPECT_NE(refused("    item: {each: '//li[', url: '.'}\n").find("t.yaml:5: item: each"),
            std::string::npos);
  EXPECT_NE(refused("    item: {each: '//li'}\n").find("item: url is missing"), std::string::npos);
  EXPECT_NE(refused("    item: {url: '.'}\n").find("item: each is missing"), std::string::npos);
  EXPECT_NE(refused("").find("item"), std::string::npos);
  EXPECT_NE(refused("    item: {each: '//li', url: '.', links: 'x'}\n").find("links"),
            std::string::npos);
  EXPECT_NE(refused("    item: {each: '//li', url: '.', body: '.'}\n    posts: {each: '//p', body: "
                    "'.'}\n")
                .find("posts: not beside"),
            std::string::npos);
  EXPECT_NE(refused("    item: {each: '//li', url: '.'}\n    posts: {each: '//p'}\n")
                .find("posts: body is missing"),
            std::string::npos);
  EXPECT_NE(refused("    item: {each: '" + std::string(3000, '(') + "', url: '.'}\n").find("2000"),
            std::string::npos);
  EXPECT_EQ(refused(kWithText), "");
}

TEST(XPathSite, AThreadThatTheCapCutIsTakenAsFarAsItGoesAndOneThatBrokeOffComesAgain) {
  const auto s = source_of("xpath", "https://a.test/t",
                           "    item: {each: '//a', url: '@href'}\n"
                           "    posts: {each: '//li', id: '@id', body: './p'}\n");
  const std::string page = "<ul><li id=1><p>one</p></li><li id=2><p>two, and then";
  for (const auto cut : {net::Cut::kConnection, net::Cut::kTimeout}) {
    const auto broken_off = cut_item_of(s, page, "", cut);
    EXPECT_EQ(broken_off.what, ItemReading::What::kLater);
    EXPECT_EQ(broken_off.reason, "cut");
    EXPECT_EQ(text_of(broken_off).find("two"), std::string::npos) << "half a post";
  }
  const auto capped = cut_item_of(s, page, "", net::Cut::kCap);
  EXPECT_EQ(capped.what, ItemReading::What::kTaken) << "the next try would be cut there, too";
  EXPECT_EQ(capped.reason, "cut");
  EXPECT_NE(text_of(capped).find("one"), std::string::npos);
  EXPECT_NE(text_of(capped).find("two, and then"), std::string::npos);
  const auto again = cut_item_of(s, page, capped.memory, net::Cut::kCap);
  EXPECT_EQ(again.what, ItemReading::What::kNothingNew);
  EXPECT_EQ(again.reason, "cut");
}

TEST(XPathSite, TakesEntriesWhoseTextStandsInTheListOnce) {
  const auto s = source_of("xpath", "https://a.test/book", kWithText);
  const std::string page = "<ul><li id=1><p>one</p></li><li id=2><p>two</p></li></ul><a href=?p=2>";
  ListMemory memory;
  const auto first = list_of(s, page, memory);
  ASSERT_EQ(first.value().items.size(), 2u);
  EXPECT_NE(as_text(first.value().items[0].piece->body).find("<p>one</p>"), std::string_view::npos);
  EXPECT_EQ(first.value().next.size(), 1u);
  const std::string kept = memory.after;
  ListMemory again{kept, kept};
  const auto second = list_of(s, page, again);
  EXPECT_TRUE(second.value().items.empty());
  EXPECT_EQ(second.value().seen, 2u);
  EXPECT_TRUE(second.value().next.empty()) << "nothing new: no reason to turn the page";
}

TEST(XPathSite, APageFullOfEntriesWithoutAddressesIsBlind) {
  const auto s =
      source_of("xpath", "https://a.test/", "    item: {each: '//li', url: 'a/@href'}\n");
  EXPECT_EQ(list_of(s, "<li>x</li><li>y</li>").value().blind, "blind_shape");
  EXPECT_EQ(list_of(s, "<li><a href=/x>x</a></li><li>y</li>").value().blind, "");
}

TEST(XPathSite, GoesOnOnItsOwnHostOnlyAndNeverToTheSamePage) {
  const auto s = source_of("xpath", "https://a.test/t",
                           "    item: {each: '//li', url: '.'}\n"
                           "    posts: {each: '//li', body: '.', next: '//a/@href'}\n");
  const auto to = [&](const std::string& link) {
    const auto reading = item_of(s, "<li>x</li><a href='" + link + "'>", "");
    return reading.what == ItemReading::What::kMore ? KnownPosts(reading.memory).page() : "";
  };
  EXPECT_EQ(to("?p=2"), "https://a.test/t?p=2");
  EXPECT_EQ(to("https://b.test/t"), "");
  EXPECT_EQ(to("http://a.test/t"), "");
  EXPECT_EQ(to("/t"), "");
  EXPECT_EQ(to("javascript:alert(1)"), "");
}

TEST(XPathSite, ForgetsAPageThatIsGoneButNotThePosts) {
  const auto s = source_of("xpath", "https://a.test/t",
                           "    item: {each: '//li', url: '.'}\n"
                           "    posts: {each: '//li', id: '@id', body: '.', next: '//a/@href'}\n");
  const auto reading = item_of(s, "<li id=1>x</li><a href=?p=2>", "");
  EXPECT_EQ(s.adapter->ask_item(s, "https://a.test/t", reading.memory).url, "https://a.test/t?p=2");
  const auto less = s.adapter->memory_without_page(reading.memory);
  ASSERT_TRUE(less);
  EXPECT_EQ(s.adapter->ask_item(s, "https://a.test/t", *less).url, "https://a.test/t");
  EXPECT_TRUE(item_of(s, "<li id=1>x</li>", *less).pieces.empty());
  EXPECT_FALSE(s.adapter->memory_without_page(*less)) << "then the thread itself is gone";
}

// Pages 0 … last, each with one post; the last one names `back` as the next.
std::size_t pages_read(std::size_t last, std::optional<std::size_t> back,
                       std::set<std::string>& taken) {
  const auto s = source_of("xpath", "https://a.test/t",
                           "    item: {each: '//li', url: '.'}\n"
                           "    posts: {each: '//li', id: '@id', body: '.', next: '//a/@href'}\n");
  std::string memory;
  for (std::size_t read = 1;; ++read) {
    const auto url = s.adapter->ask_item(s, "https://a.test/t?p=0", memory).url;
    const std::size_t number = std::stoull(url.substr(url.find("p=") + 2));
    std::string page = "<li id=" + std::to_string(number) + ">x</li>";
    const auto next = number < last ? std::optional(number + 1) : back;
    // A number that is new each time: it is what a page says that counts, not its address.
    if (next) page += "<a href='?s=" + std::to_string(read) + "&p=" + std::to_string(*next) + "'>";
    const auto reading = item_of(s, page, memory);
    for (const auto& piece : reading.pieces)
      EXPECT_TRUE(taken.insert(std::string(as_text(piece.body))).second) << "taken twice";
    memory = reading.memory;
    if (reading.what != ItemReading::What::kMore) return read;
    if (read > 10'000) return read;
  }
}

TEST(XPathSite, AThreadWhosePagesLeadInACircleIsReadToItsEnd) {
  for (const std::size_t last : {0U, 1U, 2U, 6U, 39U, 300U}) {
    for (const std::size_t back : {std::size_t{0}, last / 2, last}) {
      std::set<std::string> taken;
      const auto read = pages_read(last, back, taken);
      EXPECT_LE(read, 3 * (last + 1) + 2) << last << " " << back;
      EXPECT_EQ(taken.size(), last + 1) << last << " " << back;
    }
    std::set<std::string> taken;
    EXPECT_EQ(pages_read(last, std::nullopt, taken), last + 1) << "no page is taken for another";
    EXPECT_EQ(taken.size(), last + 1);
  }
}

TEST(KnownPosts, KeepsTheMarkOfAReadingAndTakesNothingElseForOne) {
  KnownPosts known("");
  EXPECT_TRUE(known.turn_page("a"));
  EXPECT_TRUE(known.turn_page("b"));
  KnownPosts again(known.memory());
  EXPECT_EQ(again.memory(), known.memory());
  EXPECT_FALSE(again.turn_page("a"));
  again.reading_is_over();
  EXPECT_EQ(again.memory(), "");
  for (const char* line : {"~", "~x", "~0123456789abcdef", "~0123456789abcdef 1",
                           "~0123456789abcdef 2 1", "~0123456789abcdef 0 99999999999"}) {
    EXPECT_EQ(KnownPosts("\n" + std::string(line)).memory(), "") << line;
  }
}

TEST(KnownPosts, KeepsTheNewestAndReadsNothingIntoForeignText) {
  KnownPosts known("");
  known.go_on_from("https://a.test/?p=9");
  for (int i = 0; i < 5000; ++i) known.keep(std::to_string(i), "0123abcd");
  const auto memory = known.memory();
  EXPECT_LE(memory.size(), kLongestMemory);
  const KnownPosts again(memory);
  EXPECT_EQ(again.page(), "https://a.test/?p=9");
  EXPECT_TRUE(again.contains("4999"));
  EXPECT_TRUE(again.contains("3000"));
  EXPECT_FALSE(again.contains("2999"));
  EXPECT_EQ(again.memory(), memory);
  EXPECT_EQ(KnownPosts("12\x01\nabc").page(), "");
  EXPECT_EQ(KnownPosts("\nnot-a-digest\n").memory(), "");
}

TEST(XPathSite, AQueryWithoutEndFindsNothing) {
  const auto s = source_of("xpath", "https://a.test/",
                           "    item: {each: '//*[count(//*[count(//*)>0])>0]', url: '.'}\n");
  std::string page;
  for (int i = 0; i < 3000; ++i) page += "<b>x</b>";
  EXPECT_TRUE(list_of(s, page).value().items.empty());
}

}  // namespace
}  // namespace hitokoe::crawler
