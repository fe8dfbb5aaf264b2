// Documents that other programs' libraries wrote: openpyxl, xlwt, Python's email, mailbox, sqlite3
// and zipfile.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "matcher/decode/archive/archive_keys.h"
#include "tests/places.h"
#include "tests/scratch_folder.h"
#include "tests/unit/matcher/formats/made.h"

namespace hitokoe::matcher::test {
namespace {

class OtherWriters : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>();
    const std::string command = "/usr/bin/python3 '" HITOKOE_SOURCE_DIR
                                "/tests/integration/formats/write_documents.py' '" +
                                folder_->path().string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static ReadBack read(const char* name) {
    std::ifstream file(folder_->path() / name, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_FALSE(bytes.empty());
    return read_in_pieces(bytes);
  }
  static std::unique_ptr<ScratchFolder> folder_;
};

std::unique_ptr<ScratchFolder> OtherWriters::folder_;

const Rows kXlsx = {
    "ref=K00000016;email=taro@example.jp;phone=09011112222;name=山田太郎;postal=135-0061;birthdate="
    "1980-01-02;",
    "ref=K00000017;email=hanako@example.jp;phone=09033334444;name=田中　花子;postal=060-0032;"
    "birthdate="
    "1999-12-31;",
    "ref=K00000018;email=n.omote@example.jp;phone=0312345678;name=表能美子;postal=9800811;"
    "birthdate="
    "2001-02-28;",
    "phone=080-9999-0000;"};

TEST_F(OtherWriters, Xlsx) {
  auto wanted = kXlsx;
  std::ranges::sort(wanted);
  EXPECT_EQ(read("a.xlsx").sorted(), wanted);
  EXPECT_EQ(read("a.zip").sorted(), wanted);
}

TEST_F(OtherWriters, Xls) {
  const auto got = read("a.xls");
  EXPECT_EQ(
      got.rows,
      (Rows{"ref=K00000016;email=taro@example.jp;phone=9011112222;name=山田太郎;postal=1350061;"
            "birthdate=1980-01-02;",
            "ref=K00000017;email=hanako@example.jp;phone=9033334444;name=田中　花子;postal=0600032;"
            "birthdate=1999-12-31;",
            "ref=K00000018;email=n.omote@example.jp;phone=312345678;name=表能美子;postal=9800811;"
            "birthdate=2001-02-28;"}));
  EXPECT_TRUE(got.warnings.empty());
}

TEST_F(OtherWriters, MailAndMailboxes) {
  const Rows people = {"ref=K00000016;email=taro@example.jp;phone=09011112222;name=山田太郎;",
                       "ref=K00000017;email=hanako@example.jp;phone=09033334444;name=田中　花子;",
                       "ref=K00000018;email=n.omote@example.jp;phone=0312345678;name=表能美子;"};
  const std::string sender = "email=makoto@example.jp;name=佐藤誠;";
  EXPECT_EQ(read("a.eml").rows, (Rows{sender, people[0], people[1], people[2]}));
  EXPECT_EQ(read("a.mbox").rows, (Rows{sender, people[0], sender, people[1], sender, people[2]}));
}

TEST_F(OtherWriters, SqliteWithALogBesideIt) {
  const auto got = read("a.sqlite");
  ASSERT_EQ(got.rows.size(), 3U);
  EXPECT_EQ(got.rows[0],
            "birthdate=1980-01-02;email=taro@example.jp;name=山田太郎;phone=09011112222;"
            "postal=1350061;ref=K00000016;");
  EXPECT_TRUE(got.warnings.empty());
}

TEST_F(OtherWriters, ADocumentUnderAPasswordOpensWithOneOfTheSameExposure) {
  for (const std::string how : {"agile", "standard"}) {
    const std::string folder = folder_->path().string();
    const std::string command =
        "/usr/bin/python3 '" HITOKOE_SOURCE_DIR "/tests/integration/formats/lock_document.py' '" +
        folder + "/a.xlsx' '" + folder + "/" + how + ".xlsx' himitsu-2026 " + how;
    ASSERT_EQ(std::system(command.c_str()), 0);
    std::ifstream file(folder + "/" + how + ".xlsx", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const auto closed = read_back(bytes);
    EXPECT_TRUE(closed.rows.empty()) << how;
    EXPECT_TRUE(closed.warns("password that is not known")) << how;

    Rows rows;
    std::vector<Warning> warnings;
    ArchiveKeys keys;
    Reading reading(
        [&](std::span<const identity::FieldValue> values) -> Result<void> {
          rows.emplace_back(values[0].raw);
          return ok();
        },
        warnings, NestingLimits{}, &keys);
    DocumentReader mail(reading, "mail.txt", "text/plain");
    ASSERT_TRUE(mail.feed(as_bytes("名簿のパスワード：himitsu-2026\n")));
    ASSERT_TRUE(mail.finish());
    DocumentReader book(reading, "book.xlsx", "");
    ASSERT_TRUE(book.feed(as_bytes(bytes)));
    ASSERT_TRUE(book.finish());
    EXPECT_EQ(rows.size(), 4U) << how;
    EXPECT_TRUE(warnings.empty()) << how;

    // The password may come later, as with archives.
    Rows later;
    ArchiveKeys waiting;
    const RowSink sink = [&](std::span<const identity::FieldValue> values) -> Result<void> {
      later.emplace_back(values[0].raw);
      return ok();
    };
    Reading before(sink, warnings, NestingLimits{}, &waiting);
    for (const auto& document : {bytes, std::string("名簿のパスワード：himitsu-2026\n")}) {
      DocumentReader reader(before, "document", "");
      ASSERT_TRUE(reader.feed(as_bytes(document)));
      ASSERT_TRUE(reader.finish());
      EXPECT_TRUE(later.empty()) << how;
    }
    ASSERT_TRUE(waiting.retry(sink, warnings));
    waiting.give_up(sink, warnings);
    EXPECT_EQ(later, rows) << how;
    EXPECT_TRUE(warnings.empty()) << how;
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
