// Telegram's preview, pages that keep us out, links, and sites that have no list.
#include <gtest/gtest.h>

#include "crawler/adapters/known_posts.h"
#include "crawler/blindness.h"
#include "crawler/links.h"
#include "hitokoe/crawler/reasons.h"
#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

std::string message(int id, const std::string& text) {
  return R"(<div class="tgme_widget_message_wrap"><div class="tgme_widget_message js-x" data-post="chan/)" +
         std::to_string(id) +
         R"("><div class="tgme_widget_message_text js-message_text" dir="auto">)" + text +
         R"(</div><span class="tgme_widget_message_meta"><time datetime="2026-04-01T00:00:00+00:00">
            </time></span></div></div>)";
}

TEST(Telegram, TakesMessagesByNumberAndGoesBackToWhatIsKnown) {
  const auto s = source_of("telegram", "https://t.test/s/chan");
  ListMemory memory{"3", "3"};
  const auto page = message(5, "a<br>b") + message(6, "c") +
                    R"(<div class="tgme_widget_message" data-post="chan/7"></div>)";
  const auto listing = list_of(s, page, memory);
  ASSERT_EQ(listing.value().items.size(), 2u);
  EXPECT_EQ(listing.value().items[0].key, "5");
  EXPECT_EQ(listing.value().items[0].url.text(), "https://t.test/chan/5");
  EXPECT_EQ(KnownPosts(memory.after).page(), "7");
  ASSERT_EQ(listing.value().next.size(), 1u);
  EXPECT_EQ(listing.value().next[0].text(), "https://t.test/s/chan?before=5");
  ListMemory known{"6", "6"};
  const auto less = list_of(s, page, known);
  EXPECT_TRUE(less.value().items.empty());
  EXPECT_EQ(less.value().seen, 3u);
  EXPECT_TRUE(less.value().next.empty());
}

TEST(Telegram, AChannelWithoutPreviewIsBlind) {
  const auto s = source_of("telegram", "https://t.test/s/chan");
  const auto elsewhere = net::Url::parse("https://t.test/chan").value();
  ListMemory memory;
  const auto listing = s.adapter->read_list(s, {200, {}, {}, net::Cut::kNone, elsewhere}, memory);
  EXPECT_EQ(listing.value().blind, "blind_no_preview");
  EXPECT_FALSE(parse_sources("sources: [{id: s, kind: telegram, url: 'https://t.me/x'}]", "t"));
}

TEST(Blindness, KnowsPagesThatKeepVisitorsOut) {
  EXPECT_EQ(why_blind(as_bytes("<input TYPE=\"password\" name=p>")), "blind_login");
  EXPECT_EQ(why_blind(as_bytes("<div class=\"g-recaptcha\">")), "blind_captcha");
  EXPECT_EQ(why_blind(as_bytes("Please enable JavaScript and reload")), "blind_javascript");
  EXPECT_EQ(why_blind(as_bytes("JavaScriptを有効にしてください")), "blind_javascript");
  EXPECT_EQ(why_blind(as_bytes("<p>nothing here yet</p>")), "");
  for (const char* reason : {"blind?", "blind_login", "blind_captcha", "blind_javascript",
                             "blind_shape", "blind_no_preview", "blind_no_access", "bad_feed"}) {
    EXPECT_TRUE(is_blind(reason)) << reason;
    EXPECT_FALSE(in_words(reason).en.empty()) << reason;
    EXPECT_FALSE(in_words(reason).ja.empty()) << reason;
  }
  EXPECT_FALSE(is_blind("timeout"));
  EXPECT_EQ(in_words("another").en, "");
}

TEST(Links, AreFoundInTextHtmlAndJson) {
  const auto links = find_links(as_bytes(
      "see HTTPS://a.test/x?b=1#Key. <a href=\"https://b.test/?p=1&amp;q=2\"> "
      "{\"u\":\"https:\\/\\/c.test\\/d\"} (http://a.test/y) ahttp:x https://a.test/x?b=1#Key "
      "https://a.test/\xe6\x97\xa5"));
  EXPECT_EQ(links, (std::vector<std::string>{"HTTPS://a.test/x?b=1#Key", "https://b.test/?p=1&q=2",
                                             "https://c.test/d", "http://a.test/y",
                                             "https://a.test/x?b=1#Key", "https://a.test/"}));
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "http://x.test/" + std::to_string(i) + " ";
  EXPECT_EQ(find_links(as_bytes(many)).size(), 1000u);
  EXPECT_TRUE(find_links(as_bytes("http://" + std::string(5000, 'a'))).empty());
}

TEST(References, AreSeenFromThePageAsBrowsersSeeThem) {
  const auto base = net::Url::parse("https://f.test/forum/view.php?t=1").value();
  const auto found = [&](std::string_view page) { return find_references(as_bytes(page), base); };
  EXPECT_EQ(found("<a href=\"attachment.php?id=1&amp;k=2\"><A HREF = './download/file.php?id=3'>"
                  "<img src=/i.png><a class=x href=?p=2><a href='//cdn.test/a#Key'>"),
            (std::vector<std::string>{"https://f.test/forum/attachment.php?id=1&k=2",
                                      "https://f.test/forum/download/file.php?id=3",
                                      "https://f.test/i.png", "https://f.test/forum/view.php?p=2",
                                      "https://cdn.test/a#Key"}));
  EXPECT_EQ(found("<a href='#top'><a href=''><a href='mailto:a@f.test'><a href='javascript:x()'>"
                  "<i data-href='a'><i data-src='b'>href='c'"),
            (std::vector<std::string>{}))
      << "the page itself, other schemes, and what is no attribute";
  EXPECT_EQ(found("<a href=' a b.zip\n'><a href='\xe5\x90\x8d.csv'><a href='a b.zip'>"),
            (std::vector<std::string>{"https://f.test/forum/a%20b.zip",
                                      "https://f.test/forum/%E5%90%8D.csv"}));
  // 名簿 in Shift_JIS, with enough of it to be told.
  EXPECT_EQ(found("<p>\x96\xbc\x95\xeb\x82\xcc\x88\xea\x97\x97\x82\xc5\x82\xb7</p>"
                  "<a href='\x96\xbc\x95\xeb.csv'>"),
            (std::vector<std::string>{"https://f.test/forum/%E5%90%8D%E7%B0%BF.csv"}));
  std::string many;
  for (int i = 0; i < 5000; ++i) many.append("<a href=").append(std::to_string(i)).append(">");
  EXPECT_EQ(found(many).size(), 2000u);
  EXPECT_TRUE(found("<a href='" + std::string(5000, 'a') + "'>").empty());
  EXPECT_TRUE(found("<a href").empty());
  EXPECT_TRUE(found("<a href='open").empty());
}

TEST(References, AreSeenFromTheFirstBaseWithAnAddress) {
  const auto from = net::Url::parse("https://f.test/a/b").value();
  const auto base = [&](std::string_view page) {
    return base_of_page(as_bytes(page), from).text();
  };
  EXPECT_EQ(base("<BASE target=_top><base target=x href='/c/'><base href='/d/'>"),
            "https://f.test/c/");
  EXPECT_EQ(base("<basefont href='/c/'><p>"), from.text());
  EXPECT_EQ(base("<base href='javascript:x'>"), from.text());
  // A piece that says what it is relative to is not asked itself: it may quote anything.
  Piece piece{.body = Bytes(), .content_type = "text/html", .base = "https://f.test/own/"};
  const std::string_view text = "<base href='https://evil.test/'><a href=x.zip>";
  piece.body.assign(as_bytes(text).begin(), as_bytes(text).end());
  EXPECT_EQ(links_of(piece, "", "https://f.test/a"),
            (std::vector<std::string>{"https://evil.test/", "https://f.test/own/x.zip"}));
  piece.content_type = "text/plain";
  EXPECT_EQ(links_of(piece, "text/html", "https://f.test/a"),
            (std::vector<std::string>{"https://evil.test/"}))
      << "no page: nothing in it is relative";
}

std::string linked(const Source& s, const std::string& link) {
  const auto found = s.adapter->linked(s, link);
  return found ? found->key + " " + found->url : "";
}

TEST(LinkedPages, AreThoseOfTheirSite) {
  const auto haste = source_of("haste", "https://h.test/");
  EXPECT_EQ(linked(haste, "https://h.test/abcdef.php"), "abcdef https://h.test/raw/abcdef");
  EXPECT_EQ(linked(haste, "https://h.test/raw/abcdef"), "abcdef https://h.test/raw/abcdef");
  EXPECT_EQ(linked(haste, "https://h.test/about/us"), "");
  EXPECT_EQ(linked(haste, "https://other.test/abcdef"), "");
  const auto rentry = source_of("rentry", "https://r.test/");
  EXPECT_EQ(linked(rentry, "https://r.test/some-page/raw"), "some-page https://r.test/some-page");
  const auto own = source_of("linked", "https://p.test/",
                             "    item: {link: '^https://p\\.test/(\\w{8})$', key: '\\1', "
                             "url: '/raw/\\1'}\n");
  EXPECT_EQ(linked(own, "https://p.test/aBcDeFgH"), "aBcDeFgH https://p.test/raw/aBcDeFgH");
  EXPECT_EQ(linked(own, "https://p.test/u/someone"), "");
  EXPECT_FALSE(parse_sources("sources: [{id: s, kind: linked, url: 'https://a.test/'}]", "t"));
}

TEST(ItemType, APageOfTheSitesOwnIsNoItem) {
  const auto s =
      source_of("linked", "https://p.test/", "    item: {link: 'x', type: text/plain}\n");
  const auto read = [&](const char* body, const net::Headers& headers) {
    return item_of(s, body, "", 200, headers);
  };
  EXPECT_EQ(read("<p>", {{"Content-Type", "Text/Plain; charset=utf-8"}}).pieces.size(), 1U);
  const net::Headers html = {{"Content-Type", "text/html"}};
  const auto form = read("<input type=password>", html);
  EXPECT_EQ(form.what, ItemReading::What::kForeign);
  EXPECT_EQ(form.reason, "item_type");
  EXPECT_FALSE(is_blind(form.reason)) << "a dead link";
  EXPECT_FALSE(in_words(form.reason).en.empty());
  EXPECT_FALSE(in_words(form.reason).ja.empty());
  EXPECT_TRUE(form.pieces.empty());
  EXPECT_EQ(read("gone", html).reason, "item_type");
  EXPECT_EQ(read("gone", {}).reason, "item_type");
}

TEST(ItemType, IsRefusedWhereTheKindWouldNotHeedIt) {
  const auto with_type = [](const std::string& kind) {
    return parse_sources("sources:\n  - {id: s, kind: " + kind +
                             ", url: 'https://a.test/b/', item: {link: 'x', url: 'y', type: "
                             "text/plain}}\n",
                         "t");
  };
  for (const char* kind :
       {"5ch", "shitaraba", "machi", "4chan", "privatebin", "ransomwatch", "ransomlook"}) {
    const auto refused = with_type(kind);
    ASSERT_FALSE(refused) << kind;
    EXPECT_NE(refused.error().detail.find("item: type has no meaning for kind"), std::string::npos)
        << refused.error().detail;
  }
  for (const char* kind : {"list", "feed", "sitemap", "linked", "haste", "gist"})
    EXPECT_TRUE(with_type(kind)) << kind;
}

}  // namespace
}  // namespace hitokoe::crawler
