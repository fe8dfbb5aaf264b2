// Encrypted archives, and where their passwords come from.
#include <gmock/gmock.h>

#include "hitokoe/base/crypto/archive_ciphers.h"
#include "tests/places.h"
#include "tests/unit/matcher/archive_reading.h"

namespace hitokoe::matcher::test {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(PasswordWords, AreFoundAsPeopleWriteThem) {
  const std::pair<const char*, const char*> kCases[] = {
      {"pass: hunter2", "hunter2"},
      {"Password is hunter2", "hunter2"},
      {"the password for the archive is: hunter2", "hunter2"},
      {"PW=hunter2", "hunter2"},
      {"pw hunter2", "hunter2"},
      {"key：hunter2", "hunter2"},
      {"パスワード：hunter2", "hunter2"},
      {"パスワードは「hunter2」です。", "hunter2"},
      {"解凍パス　hunter2", "hunter2"},
      {"解凍PW→hunter2", "hunter2"},
      {"パスは hunter2 です", "hunter2"},
      {"ＰＷ：ｈｕｎｔｅｒ２", "hunter2"},
      {"dump [pw=hunter2]", "hunter2"},
      {"leak(pass_hunter2)", "hunter2"},
      {"Pass: \"hunter2\".", "hunter2"},
      {"password: two words", "two words"},
      {"解凍パスは「two words」です", "two words"},
      {"password: \"two words\" thanks", "two words"},
      {"Password: ひみつ123", "ひみつ123"},
      {"DL http://example.jp/x.zip  pass:hunter2 thanks", "hunter2"},
      {"pass: p@ss.w0rd!", "p@ss.w0rd!"},
  };
  for (const auto& [line, password] : kCases)
    EXPECT_THAT(passwords_in(line), Contains(password)) << line;
  EXPECT_THAT(passwords_in("パスワード：", "hunter2"), Contains("hunter2"));
  EXPECT_THAT(passwords_in("compass: north"), IsEmpty());
  EXPECT_THAT(passwords_in("nothing to see"), IsEmpty());
}

TEST(PasswordWords, AnyLineEndsSoon) {
  EXPECT_LE(passwords_in(std::string(4'000, 'p')).size(), 2'000U);
  std::string many;
  while (many.size() < 4'000) many += "pass:pw:key is ";
  EXPECT_FALSE(passwords_in(many).empty());
}

// RAR archives are made by a script of ours; 7-Zip, which reads them, agrees that they are right.
class ArchiveKeysTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.put("list.csv", as_bytes(made_csv(200)));
    folder_.put("page.txt",
                as_bytes("名簿です。\n解凍パスは「Himitu-42」です\nDL→ http://example.jp/x\n"));
    folder_.put("other.txt", as_bytes("password: wrong-one\npass: another\n"));
  }
  static constexpr const char* kLocked[] = {"crypto.zip", "aes.zip", "aes128.zip", "stored.zip",
                                            "plain.7z",   "all.7z",  "copy.7z",    "bzip.7z"};
  void lock(const std::string& password) {
    const std::string p = "'" + password + "'";
    shell(folder_, "zip -q -P " + p + " crypto.zip list.csv; zip -q -0 -P " + p +
                       " stored.zip list.csv; 7z a -tzip -mem=AES256 -p" + p +
                       " aes.zip list.csv; 7z a -tzip -mem=AES128 -p" + p +
                       " aes128.zip list.csv; 7z a -p" + p + " plain.7z list.csv; 7z a -mhe=on -p" +
                       p + " all.7z list.csv; 7z a -m0=Copy -p" + p +
                       " copy.7z list.csv; 7z a -m0=BZip2 -p" + p + " bzip.7z list.csv");
  }
  void rar(const std::string& arguments) {
    shell(folder_, "python3 " HITOKOE_SOURCE_DIR "/tests/unit/matcher/make_rar.py " + arguments);
  }
  ScratchFolder folder_;
};

TEST_F(ArchiveKeysTest, RarOfBothKindsPlainAndEncrypted) {
  for (const std::string version : {"4", "5"}) {
    rar("p" + version + ".rar --version " + version + " list.csv page.txt");
    rar("e" + version + ".rar --version " + version + " --password another list.csv page.txt");
    rar("h" + version + ".rar --version " + version + " --password another --headers list.csv");
    for (const std::string kind : {"p", "e", "h"}) {
      const std::string file = kind + version + ".rar";
      shell(folder_, "7z t -panother " + file);
      const auto out = read_exposure(folder_, {file, "other.txt"});
      EXPECT_THAT(out.rows, SizeIs(200)) << file;
      EXPECT_THAT(out.warnings, IsEmpty()) << file;
      EXPECT_EQ(read_exposure(folder_, {"other.txt", file}), out) << file;
      if (kind == "p") continue;
      const auto locked = read_exposure(folder_, {file, "page.txt"});
      EXPECT_THAT(locked.rows, IsEmpty()) << file;
      EXPECT_THAT(locked.warnings, ElementsAre(HasSubstr("encrypted, and none of"))) << file;
    }
  }
}

TEST_F(ArchiveKeysTest, PartsOfASplitRarSayWhatTheyAre) {
  for (const std::string version : {"4", "5"}) {
    rar("first.rar --volume 1 --version " + version + " list.csv");
    rar("later.rar --volume 2 --version " + version + " list.csv");
    EXPECT_THAT(read_exposure(folder_, {"first.rar"}).warnings,
                Contains(HasSubstr("split archive")))
        << version;
    EXPECT_THAT(read_exposure(folder_, {"later.rar"}).warnings,
                Contains(HasSubstr("split archive")))
        << version;
  }
}

TEST_F(ArchiveKeysTest, OpenWithThePasswordOfThePageBeforeOrAfterIt) {
  lock("Himitu-42");
  for (const char* file : kLocked) {
    const auto before = read_exposure(folder_, {"page.txt", file});
    EXPECT_THAT(before.rows, SizeIs(200)) << file;
    EXPECT_THAT(before.warnings, IsEmpty()) << file;
    EXPECT_EQ(read_exposure(folder_, {file, "page.txt"}), before) << file;
  }
}

TEST_F(ArchiveKeysTest, PasswordsMayBeJapanese) {
  folder_.put("page.txt", as_bytes("解凍パスは「ひみつ-42」です\n"));
  shell(folder_,
        "zip -q -P 'ひみつ-42' j.zip list.csv && 7z a -p'ひみつ-42' -mhe=on j.7z list.csv");
  for (const char* file : {"j.zip", "j.7z"}) {
    EXPECT_THAT(read_exposure(folder_, {"page.txt", file}).rows, SizeIs(200)) << file;
  }
}

TEST_F(ArchiveKeysTest, WithoutThePasswordGiveNoRowAndOneWarning) {
  lock("Himitu-42");
  for (const char* file : kLocked) {
    const auto out = read_exposure(folder_, {"other.txt", file});
    EXPECT_THAT(out.rows, IsEmpty()) << file;
    EXPECT_THAT(out.warnings,
                ElementsAre(HasSubstr(std::string(file) + ": encrypted, and none of")))
        << file;
    EXPECT_THAT(out.warnings, Each(Not(HasSubstr("wrong-one"))));
    // A document by itself.
    EXPECT_THAT(read_file_out(folder_, file).warnings, ElementsAre(HasSubstr("encrypted"))) << file;
  }
}

TEST_F(ArchiveKeysTest, TheNameTheConfigurationAndTheUsualOnesAreTried) {
  shell(folder_,
        "zip -q -P Tokyo2 'dump [pw=Tokyo2].zip' list.csv; zip -q -P kept kept.zip list.csv;"
        "7z a -p1234 usual.7z list.csv; zip -q -P infected usual.zip list.csv");
  EXPECT_THAT(read_exposure(folder_, {"dump [pw=Tokyo2].zip"}).rows, SizeIs(200));
  EXPECT_THAT(read_exposure(folder_, {"usual.7z"}).rows, SizeIs(200));
  EXPECT_THAT(read_exposure(folder_, {"usual.zip"}).rows, SizeIs(200));
  EXPECT_THAT(read_exposure(folder_, {"kept.zip"}).rows, IsEmpty());
  std::vector<SecretText> configured;
  configured.emplace_back(std::string("kept"));
  EXPECT_THAT(read_exposure(folder_, {"kept.zip"}, std::move(configured)).rows, SizeIs(200));
}

TEST_F(ArchiveKeysTest, WhatIsNotEncryptedIsReadAtOnceAndEachMemberHasItsOwnPassword) {
  folder_.put("second.csv", as_bytes(made_csv(100, 1000)));
  folder_.put("third.csv", as_bytes(made_csv(50, 2000)));
  shell(folder_,
        "zip -q mixed.zip list.csv; zip -q -P another mixed.zip second.csv; zip -q -P unknown "
        "mixed.zip third.csv");
  auto out = read_exposure(folder_, {"mixed.zip", "other.txt"});
  EXPECT_THAT(out.rows, SizeIs(300));
  EXPECT_THAT(out.warnings, ElementsAre(HasSubstr("(1 parts not read)")));
}

TEST_F(ArchiveKeysTest, APasswordInsideOneLockedArchiveOpensTheNext) {
  folder_.put("note.txt", as_bytes("pass: second-key\n"));
  shell(folder_, "zip -q -P second-key inner.zip list.csv; zip -q -P another outer.zip note.txt");
  EXPECT_THAT(read_exposure(folder_, {"inner.zip", "outer.zip", "other.txt"}).rows, SizeIs(200));
  EXPECT_THAT(read_exposure(folder_, {"other.txt", "outer.zip", "inner.zip"}).rows, SizeIs(200));
  // And where it lies beside the note, in one archive.
  shell(folder_, "zip -q -P another both.zip inner.zip note.txt");
  EXPECT_THAT(read_exposure(folder_, {"both.zip", "other.txt"}).rows, SizeIs(200));
}

// The check byte of ZIP's own cipher lets one in 256 wrong passwords pass.
TEST_F(ArchiveKeysTest, AWrongPasswordThatPassesTheShortCheckGivesNoRow) {
  std::string words;
  for (int i = 0; i < 450; ++i) words += "pass: guess" + std::to_string(i) + "\n";
  folder_.put("guesses.txt", as_bytes(words));
  shell(folder_,
        "zip -q -0 -P zq81 one.zip list.csv; zip -q -P zq82 two.zip list.csv; zip -q -0 -P zq83 "
        "three.zip list.csv");
  const auto out = read_exposure(folder_, {"guesses.txt", "one.zip", "two.zip", "three.zip"});
  EXPECT_THAT(out.rows, IsEmpty());
  EXPECT_THAT(out.warnings, SizeIs(3));
}

TEST_F(ArchiveKeysTest, AnArchiveThatMakesEveryTryCostlyIsTriedLessOften) {
  // The rounds of the key stand in the first byte of the properties.
  shell(folder_, "7z a -psecret slow.7z list.csv");
  Bytes bytes = read_file(folder_ / "slow.7z").value();
  const std::string aes = "\x06\xf1\x07\x01";
  for (auto at = as_text(bytes).find(aes); at != std::string_view::npos;
       at = as_text(bytes).find(aes, at + 1)) {
    bytes[at + 5] = static_cast<std::uint8_t>((bytes[at + 5] & 0xC0U) | 40U);
  }
  folder_.put("slow.7z", bytes);
  EXPECT_THAT(read_exposure(folder_, {"slow.7z", "other.txt"}).rows, IsEmpty());
}

}  // namespace
}  // namespace hitokoe::matcher::test
