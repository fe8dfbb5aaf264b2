// File sharing in captures: magnet links, torrent files and links to file hosts.
#include "hitokoe/crawler/file_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/base/crypto/sha1.h"
#include "hitokoe/base/file.h"
#include "hitokoe/crawler/share_store.h"
#include "hitokoe/text/csv.h"
#include "tests/places.h"
#include "tests/sanitized.h"

namespace hitokoe::crawler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kHash = "0123456789abcdef0123456789abcdef01234567";

std::string benc(const std::string& text) { return std::to_string(text.size()) + ":" + text; }

std::string torrent(const std::string& info, const std::string& rest = "") {
  return "d" + rest + "4:info" + info + "e";
}

std::string trouble(const std::string& file) {
  const auto read = read_torrent(as_bytes(file));
  return read ? "none" : read.error().detail;
}

TEST(Sha1, IsThatOfTheStandard) {
  EXPECT_EQ(to_hex(crypto::sha1(as_bytes(std::string("abc")))),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Magnet, SaysWhatItsLinkTells) {
  const auto share = read_magnet(std::string("MAGNET:?dn=kokyaku+list%E3%81%82.zip&xt=urn:btih:") +
                                 "0123456789ABCDEF0123456789ABCDEF01234567&xl=1234&tr=udp%3A%2F%2F"
                                 "T.example%3A80%2Fannounce&tr.1=http://b.example/a&ws=nonsense");
  ASSERT_TRUE(share);
  EXPECT_EQ(share->key, std::string("btih:") + kHash);
  EXPECT_THAT(share->names, ElementsAre("kokyaku listあ.zip"));
  EXPECT_EQ(share->size, 1234u);
  EXPECT_THAT(share->hosts, ElementsAre("b.example", "t.example"));
}

TEST(Magnet, TheSameTorrentInHexAndInBase32IsOne) {
  const auto hex = read_magnet(std::string("magnet:?xt=urn:btih:") + kHash);
  const auto base32 = read_magnet("magnet:?xt=urn:btih:AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH");
  ASSERT_TRUE(hex && base32);
  EXPECT_EQ(hex->key, base32->key);
  const std::string second(64, 'b');
  const auto both = read_magnet("magnet:?xt=urn:btmh:1220" + second + "&xt=urn:btih:" + kHash);
  EXPECT_EQ(both->key, hex->key);
  EXPECT_EQ(both->other_key, "btmh:" + second);
  EXPECT_EQ(read_magnet("magnet:?xt=urn:btmh:1220" + second)->key, "btmh:" + second);
  EXPECT_FALSE(read_magnet("magnet:?xt=urn:btih:123"));
  EXPECT_FALSE(read_magnet("magnet:?xt=urn:sha1:" + std::string(32, 'A')));
  EXPECT_FALSE(read_magnet("magnet:?dn=x"));
}

TEST(Torrent, HasItsHashOverTheBytesOfInfoAsTheyStand) {
  const std::string info =
      "d6:lengthi12e4:name8:list.csv12:piece lengthi16384e6:pieces20:" + std::string(20, 'x') + "e";
  const auto share = read_torrent(
      as_bytes(torrent(info,
                       "8:announce27:udp://t.example:80/announce7:comment5:hello10:created by"
                       "4:tool13:creation datei1775000000e")));
  ASSERT_TRUE(share) << share.error().detail;
  EXPECT_EQ(share.value().key, "btih:" + to_hex(crypto::sha1(as_bytes(info))));
  EXPECT_THAT(share.value().names, ElementsAre("list.csv"));
  EXPECT_EQ(share.value().size, 12u);
  EXPECT_EQ(share.value().files, (std::vector<SharedFile>{{"list.csv", 12}}));
  EXPECT_THAT(share.value().hosts, ElementsAre("t.example"));
  EXPECT_EQ(share.value().comment, "hello");
  EXPECT_EQ(share.value().created_by, "tool");
  EXPECT_EQ(share.value().created, UtcTime(std::chrono::seconds(1'775'000'000)));
}

TEST(Torrent, NamesAreReadInTheirCharacterSet) {
  const std::string sjis = "\x8c\xda\x8b\x71\x96\xbc\x95\xeb.csv";  // 顧客名簿.csv
  const std::string pieces = "6:pieces20:" + std::string(20, 'x');
  const auto by_detection =
      read_torrent(as_bytes(torrent("d6:lengthi1e4:name" + benc(sjis) + pieces + "e")));
  ASSERT_TRUE(by_detection);
  EXPECT_THAT(by_detection.value().names, ElementsAre("顧客名簿.csv"));
  const auto by_key = read_torrent(as_bytes(
      torrent("d6:lengthi1e4:name3:???10:name.utf-8" + benc("顧客名簿.csv") + pieces + "e")));
  EXPECT_THAT(by_key.value().names, ElementsAre("顧客名簿.csv"));
  const std::string euc = "\xb8\xdc\xb5\xd2";
  const auto by_name = read_torrent(
      as_bytes(torrent("d6:lengthi1e4:name" + benc(euc) + pieces + "e", "8:encoding6:EUC-JP")));
  EXPECT_THAT(by_name.value().names, ElementsAre("顧客"));
}

TEST(Torrent, FilesAreListedInBothVersions) {
  const std::string first =
      "d5:filesld6:lengthi3e4:pathl1:a5:b.csveed6:lengthi4e4:pathl5:c.csvee"
      "d4:attr1:p6:lengthi9e4:pathl4:.padeee4:name1:d6:pieces20:" +
      std::string(20, 'x') + "e";
  const auto one = read_torrent(as_bytes(torrent(first)));
  ASSERT_TRUE(one) << one.error().detail;
  EXPECT_EQ(one.value().files, (std::vector<SharedFile>{{"a/b.csv", 3}, {"c.csv", 4}}));
  EXPECT_EQ(one.value().size, 7u);
  const std::string second =
      "d9:file treed1:ad5:b.csvd0:d6:lengthi3eeeee12:meta versioni2e4:name1:de";
  const auto two = read_torrent(as_bytes(torrent(second)));
  ASSERT_TRUE(two) << two.error().detail;
  EXPECT_EQ(two.value().files, (std::vector<SharedFile>{{"a/b.csv", 3}}));
  EXPECT_TRUE(two.value().key.starts_with("btmh:"));
}

TEST(Torrent, WhatIsNoneIsRefusedWithItsByte) {
  EXPECT_THAT(trouble(""), HasSubstr("byte 0"));
  EXPECT_THAT(trouble("d4:infod"), HasSubstr("byte 8"));
  EXPECT_THAT(trouble("i03e"), HasSubstr("a number"));
  EXPECT_THAT(trouble("i-0e"), HasSubstr("a number"));
  EXPECT_THAT(trouble("99:abc"), HasSubstr("as many bytes"));
  EXPECT_THAT(trouble("i1ei2e"), HasSubstr("byte 3: expected the end"));
  EXPECT_THAT(trouble("99999999999999999999:x"), HasSubstr("a number"));
  EXPECT_THAT(trouble("de"), HasSubstr("\"info\""));
  EXPECT_THAT(trouble("d4:infodee"), HasSubstr("\"pieces\""));
  EXPECT_THAT(trouble(std::string(100, 'l') + std::string(100, 'e')), HasSubstr("32"));
  std::string many = "l";
  for (int i = 0; i < 400'001; ++i) many += "i1e";
  EXPECT_THAT(trouble(many + "e"), HasSubstr("400000"));
  const std::string whole =
      torrent("d6:lengthi12e4:name8:list.csv6:pieces20:" + std::string(20, 'x') + "e");
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    EXPECT_FALSE(read_torrent(as_bytes(whole.substr(0, cut)))) << cut;
  }
}

TEST(Shares, AreFoundInTextEachOnce) {
  const auto hosts = load_file_hosts(HITOKOE_SOURCE_DIR "/config/file-hosts.yaml");
  ASSERT_TRUE(hosts) << hosts.error().detail;
  const std::string text =
      std::string("<a href=\"magnet:?xt=urn:btih:") + kHash +
      "&amp;dn=one\">x</a> and magnet:?xt=urn:btih:" + kHash +
      "&dn=two, see https://mega.nz/file/AbC#thekey or https://mega.nz/file/AbC and "
      "https://news.example/file/x https://www.mediafire.com/file/k/%E5%90%8D%E7%B0%BF.zip";
  const auto found = find_shares(text, hosts.value());
  ASSERT_EQ(found.size(), 3u);
  EXPECT_THAT(found[0].names, ElementsAre("one", "two,"));
  EXPECT_EQ(found[1].key, "https://mega.nz/file/AbC") << "the key after # is not kept";
  EXPECT_THAT(found[2].names, ElementsAre("名簿.zip"));
  EXPECT_TRUE(find_shares(":?xt= magnet:? :?:?", {}).empty());
}

TEST(Shares, AMagnetLinkKeepsTheNameThatStandsInItAsItIs) {
  const std::string hash = std::string("magnet:?xt=urn:btih:") + kHash;
  const auto names = [](const std::string& text) {
    const auto found = find_shares(text, {});
    return found.size() == 1 ? found[0].names : std::vector<std::string>{"none found"};
  };
  EXPECT_THAT(names("magnet:?dn=顧客名簿&xt=urn:btih:" + std::string(kHash)),
              ElementsAre("顧客名簿"));
  EXPECT_THAT(names("<a href=\"" + hash + "&amp;dn=顧客名簿.zip\">"), ElementsAre("顧客名簿.zip"));
  EXPECT_THAT(names("こちら" + hash + "&dn=名簿　です"), ElementsAre("名簿"));
  EXPECT_THAT(names(hash + "。どうぞ"), IsEmpty()) << "what follows the hash is not the link's";
  EXPECT_THAT(names(hash + "\x81"), IsEmpty());
  std::string wide = "x";
  for (int i = 0; i < 3000; ++i) wide += "あ";
  const auto longest = names(hash + "&dn=" + wide);
  ASSERT_EQ(longest.size(), 1u);
  EXPECT_TRUE(longest[0].ends_with("あ")) << "cut within a character";
}

TEST(Shares, AreLookedForOnceAByteWhateverATextIsMadeOf) {
  constexpr std::size_t kSize = test::kSanitized ? 1u << 20 : 16u << 20;
  for (const std::string part : {":?", "magnet:?", "magnet:?x ", "xmagnet:?&amp;"}) {
    std::string text;
    text.reserve(kSize + part.size());
    while (text.size() < kSize) text += part;
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(find_shares(text, {}).empty());
    // Thousands of looks at each byte would be minutes.
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10)) << part;
  }
}

TEST(Shares, FilesWhoseNamesWereLostAreTakenAgain) {
  FileShare kept;
  kept.file_count = 2;  // the names went with a key
  FileShare seen;
  seen.file_count = 2;
  seen.files = {{"a.csv", 1}, {"b.csv", 2}};
  merge_share(kept, seen);
  EXPECT_EQ(kept.files, seen.files);
  EXPECT_EQ(kept.file_count, 2u);
}

TEST(Shares, ALinkThatHidesIdentifiersInEscapesIsMasked) {
  SeenShare seen;
  seen.share.kind = ShareKind::kFileHost;
  seen.share.key = "https://files.example/f/taro%40mail.example.zip";
  EXPECT_THAT(to_json(seen), Not(HasSubstr("taro%40mail")));
  EXPECT_THAT(to_json(seen), Not(HasSubstr("taro@mail")));
  seen.share.key = "https://files.example/f/taro%2540mail.example.zip";
  EXPECT_THAT(masked_key(seen.share), Not(HasSubstr("taro")));
  seen.share.key = "https://files.example/f/%E5%90%8D";
  EXPECT_EQ(masked_key(seen.share), seen.share.key) << "nothing to hide: as it is";
  seen.share.key = "https://11.gigafile.nu/%1B%5D0%3B%8C%DA-taro%40mail.example";
  const auto shown = masked_key(seen.share);
  EXPECT_THAT(shown, Not(HasSubstr("taro")));
  EXPECT_EQ(shown.find('\x1b'), std::string::npos) << "it is shown on terminals";
  EXPECT_TRUE(text::is_utf8(shown)) << "it is part of JSON";
}

TEST(Shares, ATorrentFileThatIsACaptureIsReadAsOne) {
  const std::string file =
      torrent("d6:lengthi12e4:name8:list.csv6:pieces20:" + std::string(20, 'x') + "e");
  const auto found = shares_of_capture(as_bytes(file), {});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, ShareKind::kTorrent);
  auto link = *read_magnet("magnet:?xt=urn:btih:" + found[0].key.substr(5) + "&dn=other");
  merge_share(link, found[0]);
  EXPECT_EQ(link.kind, ShareKind::kTorrent);
  EXPECT_EQ(link.size, 12u);
  EXPECT_THAT(link.names, ElementsAre("other", "list.csv"));
}

TEST(Shares, IdentifiersInNamesAreMaskedAndTheRestIsNot) {
  SeenShare seen;
  seen.share.names = {"顧客 090-1234-5678 taro@mail.example.zip"};
  seen.share.files = {{"090-1234-5678.csv", 1}};
  const auto text = to_json(seen);
  EXPECT_THAT(text, HasSubstr("顧客"));
  EXPECT_THAT(text, Not(HasSubstr("090-1234-5678")));
  EXPECT_THAT(text, Not(HasSubstr("taro@")));
  EXPECT_THAT(text, HasSubstr("\"content_fetched\":false"));
  FileShare back;
  ASSERT_TRUE(unpack(packed(seen.share), back));
  EXPECT_EQ(back.names, seen.share.names);
  EXPECT_EQ(back.files, seen.share.files);
}

TEST(FileHosts, AWrongPatternIsToldWithItsLine) {
  const auto wrong = parse_file_hosts("hosts:\n  - {name: a, link: '('}\n", "h.yaml");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().detail, HasSubstr("h.yaml:2"));
}

}  // namespace
}  // namespace hitokoe::crawler
