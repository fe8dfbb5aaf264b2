// `sources account …` as people run it: nothing secret on the screen, in an argument or on the
// disk.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>

#include "hitokoe/base/file.h"
#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/shell_run.h"
#include "tests/server_folder.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::CrawlWorld;
using ::testing::HasSubstr;
using ::testing::Not;

class AccountCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder / "club.yaml") << "sources:\n  - id: club\n    kind: feed\n    url: "
                                           "https://club.test/feed\n    account: watch-1\n    "
                                           "login: {page: /enter}\n";
    std::ofstream(folder / "conf.yaml")
        << "crawler: {sources: '" << (folder / "club.yaml").string() << "'}\n";
  }
  Ran run(const std::string& what, const std::string& input = "",
          const std::string& language = "en") {
    auto ran = run_in_shell(folder,
                            "--data '" + world.data.string() + "' --config '" +
                                (folder / "conf.yaml").string() + "' " + what,
                            language, input);
    return ran;
  }
  std::string everything() {
    std::string out = hitokoe::testing::outside_folder(world.data);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.data)) {
      if (!entry.is_regular_file()) continue;
      const auto bytes = read_file(entry.path()).value();
      out += as_text(bytes);
    }
    return out;
  }

  ScratchFolder folder;
  CrawlWorld world;
};

TEST_F(AccountCommands, ACrawlWithAccountsDoesNotRunBesideAnotherCrawler) {
  ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
  const auto lock = (world.data / "crawler.lock").string();
  const int held = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(held, 0);
  ASSERT_EQ(::flock(held, LOCK_EX | LOCK_NB), 0);
  const auto second = run("crawl --once");
  EXPECT_NE(second.exit, 0);
  EXPECT_THAT(second.err, HasSubstr("has the role crawler"));
  ::close(held);
  EXPECT_THAT(run("crawl --once").out, HasSubstr("blind_account"));
}

TEST_F(AccountCommands, APasswordComesFromStdinAndIsNowhereToBeSeen) {
  ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
  EXPECT_THAT(run("sources account list").out, HasSubstr("not added yet"));
  const auto unasked = run("sources account add club watch-1 --username kou-user");
  EXPECT_EQ(unasked.exit, 2);
  EXPECT_THAT(unasked.err, HasSubstr("HITOKOE_SOURCE_PASSWORD_FILE"));
  const auto added = run("sources account add club watch-1 --username kou-user --password-stdin",
                         "made-up-word\n", "ja");
  EXPECT_EQ(added.exit, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("未使用"));
  EXPECT_THAT(added.out + added.err, Not(HasSubstr("made-up-word")));
  EXPECT_THAT(added.out + added.err, Not(HasSubstr("kou-user")));
  const auto disk = everything();
  EXPECT_EQ(disk.find("made-up-word"), std::string::npos);
  EXPECT_EQ(disk.find("kou-user"), std::string::npos);
  EXPECT_THAT(disk, HasSubstr("source.account_added"));
  EXPECT_EQ(world.accounts().open("club", "watch-1").value().secrets.password.expose(),
            "made-up-word");
  EXPECT_EQ(run("sources account add club other --username x --password-stdin", "y\n").exit, 3);
  EXPECT_EQ(run("sources account remove club watch-1").exit, 0);
  EXPECT_EQ(run("sources account remove club watch-1").exit, 3);
}

TEST_F(AccountCommands, CookiesAreTakenForTheSourcesHostsAndTheRestIsTold) {
  ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
  const auto file = folder / "cookies.txt";
  std::ofstream(file) << "# Netscape HTTP Cookie File\n"
                      << "club.test\tFALSE\t/\tFALSE\t0\tsid\tsecret-value\n"
                      << ".bank.test\tTRUE\t/\tTRUE\t0\tsid\tother-value\n";
  const auto taken = run("sources account import-cookies club watch-1 '" + file.string() + "'");
  EXPECT_EQ(taken.exit, 0) << taken.err;
  EXPECT_THAT(taken.err, HasSubstr("Cookies taken: 1"));
  EXPECT_THAT(taken.err, HasSubstr("bank.test (1)"));
  EXPECT_THAT(taken.out + taken.err, Not(HasSubstr("-value")));
  EXPECT_EQ(everything().find("secret-value"), std::string::npos);
  EXPECT_EQ(world.account("club", "watch-1").state, AccountState::kCookies);
  std::ofstream(file) << "bank.test\tFALSE\t/\tFALSE\t0\tsid\tx\n";
  EXPECT_EQ(run("sources account import-cookies club watch-1 '" + file.string() + "'").exit, 3);
  std::ofstream(file) << "nonsense\n";
  const auto wrong = run("sources account import-cookies club watch-1 '" + file.string() + "'");
  EXPECT_EQ(wrong.exit, 3);
  EXPECT_THAT(wrong.err, HasSubstr("cookies.txt: line 1"));
}

}  // namespace
}  // namespace hitokoe::crawler
