#include "hitokoe/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/scratch_folder.h"

namespace hitokoe {
namespace {

class FileTest : public ::testing::Test {
 protected:
  ScratchFolder dir_;
};

TEST_F(FileTest, WhatIsWrittenIsReadAndPrivate) {
  ASSERT_TRUE(write_file_durably(dir_ / "a", as_bytes("一")));
  ASSERT_TRUE(write_file_durably(dir_ / "a", as_bytes("二")));
  EXPECT_EQ(as_text(read_file(dir_ / "a").value()), "二");
  struct stat info {};
  ASSERT_EQ(::stat((dir_ / "a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFileAndNoRest) {
  std::filesystem::create_directory(dir_ / "target");  // rename onto a folder fails
  std::filesystem::create_directory(dir_ / "target" / "inside");
  const auto result = write_file_durably(dir_ / "target", as_bytes("x"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kIo);
  EXPECT_EQ(dir_.files(), 1u);
}

TEST_F(FileTest, TellsMissingFromTooLarge) {
  EXPECT_EQ(read_file(dir_ / "none").error().code, Errc::kNotFound);
  ASSERT_TRUE(write_file_durably(dir_ / "ten", as_bytes("0123456789")));
  EXPECT_EQ(read_file(dir_ / "ten", 9).error().code, Errc::kLimit);
  EXPECT_TRUE(read_file(dir_ / "ten", 10));
}

TEST_F(FileTest, FoldersAreMadePrivateAndTwiceIsFine) {
  ASSERT_TRUE(make_private_dir(dir_ / "a" / "b"));
  ASSERT_TRUE(make_private_dir(dir_ / "a" / "b"));
  struct stat info {};
  ASSERT_EQ(::stat((dir_ / "a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_TRUE(write_file_durably(dir_ / "file", {}));
  EXPECT_FALSE(make_private_dir(dir_ / "file" / "x"));
}

TEST(Shown, KeepsTheFolderOutOfErrorTexts) { EXPECT_EQ(shown("/home/someone/a.csv"), "a.csv"); }

}  // namespace
}  // namespace hitokoe
