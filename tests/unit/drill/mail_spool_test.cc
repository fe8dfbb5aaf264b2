#include "drill/mail_spool.h"

#include <gtest/gtest.h>

#include "hitokoe/base/file.h"
#include "tests/scratch_folder.h"

namespace hitokoe::drill {
namespace {

class MailSpoolTest : public testing::Test {
 protected:
  static net::ReceivedMail mail(const std::string& to, const std::string& id) {
    net::ReceivedMail m;
    m.to = {to};
    m.message = "From: a\r\nMESSAGE-ID: <" + id + ">\r\n\r\nbody\nmail 5 x\r\n";
    return m;
  }
  ScratchFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "spool" / "mail.spool";
};

TEST_F(MailSpoolTest, RemembersWhatItAcceptedAndCountsDuplicates) {
  {
    auto spool = MailSpool::open(file_);
    ASSERT_TRUE(spool);
    ASSERT_TRUE(spool.value().add(mail("a@x.test", "1@h")));
    ASSERT_TRUE(spool.value().add(mail("a@x.test", "2@h")));
    ASSERT_TRUE(spool.value().add(mail("b@x.test", "1@h")));
    EXPECT_EQ(spool.value().duplicates(), 1U);
  }
  auto again = MailSpool::open(file_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().accepted(), 3U);
  EXPECT_EQ(again.value().duplicates(), 1U);
  EXPECT_EQ(again.value().recipients().at("a@x.test"), 2U);
}

TEST_F(MailSpoolTest, ForgetsALastMailThatWasCutAnywhereAndGoesOn) {
  {
    auto spool = MailSpool::open(file_);
    ASSERT_TRUE(spool);
    ASSERT_TRUE(spool.value().add(mail("a@x.test", "1@h")));
  }
  const auto first = read_file(file_).value();
  {
    auto spool = MailSpool::open(file_);
    ASSERT_TRUE(spool);
    ASSERT_TRUE(spool.value().add(mail("b@x.test", "2@h")));
  }
  const auto both = read_file(file_).value();
  for (std::size_t cut = first.size(); cut < both.size(); ++cut) {
    ASSERT_TRUE(write_file_durably(file_, ByteView(both).first(cut)));
    {
      auto spool = MailSpool::open(file_);
      ASSERT_TRUE(spool) << cut;
      EXPECT_EQ(spool.value().accepted(), 1U);
      ASSERT_TRUE(spool.value().add(mail("b@x.test", "2@h")));
    }
    EXPECT_EQ(read_file(file_).value(), both);
  }
}

TEST_F(MailSpoolTest, RefusesASpoolThatWasAlteredInTheMiddle) {
  {
    auto spool = MailSpool::open(file_);
    ASSERT_TRUE(spool);
    ASSERT_TRUE(spool.value().add(mail("a@x.test", "1@h")));
    ASSERT_TRUE(spool.value().add(mail("b@x.test", "2@h")));
  }
  auto bytes = read_file(file_).value();
  bytes[90] ^= 1;
  ASSERT_TRUE(write_file_durably(file_, bytes));
  const auto spool = MailSpool::open(file_);
  ASSERT_FALSE(spool);
  EXPECT_EQ(spool.error().code, Errc::kCorrupt);
}

}  // namespace
}  // namespace hitokoe::drill
