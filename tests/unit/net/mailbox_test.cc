#include "hitokoe/net/mailbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

#include "tests/scratch_folder.h"

namespace hitokoe::net {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> mails_of(const std::string& text, std::size_t most = 1000) {
  std::istringstream in(text);
  std::vector<std::string> out;
  const auto n = read_mbox(in, most, [&](ByteView mail) -> Result<bool> {
    out.emplace_back(as_text(mail));
    return true;
  });
  EXPECT_EQ(n.value(), out.size());
  return out;
}

TEST(Mailbox, CutsAnMboxAtItsEnvelopeLines) {
  EXPECT_THAT(
      mails_of("From a Mon\nSubject: 1\n\nx\nFrom here it goes on\n>From there\n\nFrom b "
               "Tue\nSubject: 2\n\ny\n"),
      ElementsAre("Subject: 1\n\nx\nFrom here it goes on\nFrom there\n\n", "Subject: 2\n\ny\n"));
}

TEST(Mailbox, TakesWhatIsNoMboxAsOneMail) {
  EXPECT_THAT(mails_of("Subject: 1\n\nFrom x\n\nFrom y\n"),
              ElementsAre("Subject: 1\n\nFrom x\n\nFrom y\n"));
  EXPECT_THAT(mails_of(""), ElementsAre());
}

TEST(Mailbox, KeepsOnlyTheBeginningOfALongMail) {
  const auto mails =
      mails_of("From a\nSubject: " + std::string(5000, 'x') + "\n\nFrom b\nS: 2\n", 100);
  ASSERT_EQ(mails.size(), 2U);
  EXPECT_EQ(mails[0].size(), 100U);
  EXPECT_EQ(mails[1], "S: 2\n");
}

class Maildir {
 public:
  Maildir() {
    for (const char* name : {"new", "cur", "tmp"}) std::filesystem::create_directory(dir / name);
  }
  void put(const std::string& name, const std::string& text) {
    std::ofstream(dir / ("new/" + name)) << text;
  }
  std::size_t count(const char* folder) const {
    const std::filesystem::directory_iterator all(dir / folder);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  ScratchFolder dir;
};

TEST(Mailbox, TwoReadersOfOneMaildirDoNotStopEachOther) {
  Maildir m;
  for (int i = 0; i < 7; ++i) m.put("1." + std::to_string(i), "Subject: x\n\n");
  const auto take = [](ByteView) -> Result<bool> { return true; };
  const auto done = []() -> Result<void> { return ok(); };
  bool second = false;
  const auto first = read_maildir(m.dir.path(), 1000, 3, take, [&]() -> Result<void> {
    if (!second) {
      EXPECT_EQ(read_maildir(m.dir.path(), 1000, 3, take, done).value(), 7U);
    }
    second = true;
    return ok();
  });
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(m.count("cur"), 7U);
  EXPECT_EQ(m.count("new"), 0U);
}

// A disk that fails says of no mail that it is gone. `new` as a link to itself does so to root,
// too.
TEST(Mailbox, AFolderThatCannotBeReadIsAnErrorAndNoFasterReader) {
  Maildir m;
  for (int i = 0; i < 7; ++i) m.put("1." + std::to_string(i), "Subject: x\n\n");
  const auto read = read_maildir(
      m.dir.path(), 1000, 3, [](ByteView) -> Result<bool> { return true; },
      [&]() -> Result<void> {
        std::filesystem::rename(m.dir / "new", m.dir / "away");
        std::filesystem::create_symlink("new", m.dir / "new");
        return ok();
      });
  ASSERT_FALSE(read) << "nothing was moved";
  EXPECT_EQ(read.error().code, Errc::kIo);
  EXPECT_EQ(m.count("cur"), 0U);
  EXPECT_EQ(m.count("away"), 7U);
}

TEST(Mailbox, MovesWhatWasKeptAndLeavesTheRest) {
  Maildir m;
  for (int i = 0; i < 7; ++i) m.put("1." + std::to_string(i), "Subject: x\n\n");
  std::filesystem::create_symlink("/etc/passwd", m.dir / "new/link");
  ASSERT_EQ(::mkfifo((m.dir / "new/pipe").c_str(), 0600), 0);
  std::uint64_t taken = 0, groups = 0;
  const auto failed = read_maildir(
      m.dir.path(), 1000, 3, [&](ByteView) -> Result<bool> { return ++taken, true; },
      [&]() -> Result<void> {
        if (++groups == 2) return fail(Errc::kIo, "disk full", "容量不足");
        return ok();
      });
  EXPECT_FALSE(failed);
  EXPECT_EQ(m.count("cur"), 3U);
  EXPECT_EQ(m.count("new"), 4U + 2U) << "what was not kept is there at the next time";
  taken = 0;
  EXPECT_EQ(read_maildir(
                m.dir.path(), 1000, 3, [&](ByteView) -> Result<bool> { return ++taken, true; },
                [&]() -> Result<void> { return ok(); })
                .value(),
            4U);
  EXPECT_EQ(m.count("cur"), 7U);
  EXPECT_EQ(m.count("new"), 2U) << "a link and a pipe are no mails";
  m.put("2.0", "Subject: later\n\n");
  EXPECT_TRUE(read_maildir(
      m.dir.path(), 1000, 3, [](ByteView) -> Result<bool> { return false; },
      []() -> Result<void> { return ok(); }));
  EXPECT_EQ(m.count("new"), 3U) << "what is to be read again stays new";
  EXPECT_EQ(read_maildir(m.dir / "new", 1, 1, {}, {}).error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace hitokoe::net
