#include <gmock/gmock.h>

#include "matcher/decode/archive/zip_member.h"
#include "tests/places.h"
#include "tests/unit/matcher/archive_reading.h"

namespace hitokoe::matcher::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Archive : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.put("list.csv", as_bytes(csv_));
    bare_ = read_out(as_bytes(csv_), "list.csv");
    ASSERT_THAT(bare_.rows, SizeIs(500));
    ASSERT_THAT(bare_.warnings, IsEmpty());
  }
  void gives_the_rows(const std::string& file) {
    const auto read = read_file_out(folder_, file);
    EXPECT_TRUE(read.rows == bare_.rows) << file << ": " << read.rows.size() << " rows";
    EXPECT_THAT(read.warnings, IsEmpty()) << file;
  }

  ScratchFolder folder_;
  std::string csv_ = made_csv(500);
  ReadOut bare_;
};

struct Packer {
  std::string_view end, command;  // list.csv → list.csv.END
};

constexpr Packer kPackers[] = {
    {"gz", "gzip -k -c $1 >$2"},
    {"multi.gz", "head -c 1000 $1 | gzip >$2; tail -c +1001 $1 | gzip >>$2; printf '\\0\\0' >>$2"},
    {"bz2", "bzip2 -k -c $1 >$2"},
    {"multi.bz2", "head -c 1000 $1 | bzip2 >$2; tail -c +1001 $1 | bzip2 >>$2"},
    {"xz", "xz -k -c $1 >$2"},
    {"multi.xz",
     "head -c 1000 $1 | xz >$2; printf '\\0\\0\\0\\0' >>$2; tail -c +1001 $1 | xz >>$2"},
    {"lzma", "xz --format=lzma -k -c $1 >$2"},
    {"zst", "zstd -q -c $1 >$2"},
    {"pzst", "printf '\\120\\052\\115\\030\\001\\0\\0\\0x' >$2; zstd -q -c $1 >>$2"},
    {"lz4", "lz4 -q -c $1 >$2"},
    {"Z", "compress -c $1 >$2"},
    {"zip", "zip -q $2 $1"},
    {"stored.zip", "zip -q -0 $2 $1"},
    {"bzip2.zip", "zip -q -Z bzip2 $2 $1"},
    {"lzma.zip", "7z a -tzip -mm=LZMA $2 $1"},
    {"deflate64.zip", "7z a -tzip -mm=Deflate64 $2 $1"},
    {"deflate64.7z", "7z a -m0=Deflate64 $2 $1"},
    {"xz.zip", "7z a -tzip -mm=XZ $2 $1"},
    {"piped.zip", "cat $1 | zip -q $2 -"},
    {"zip64.zip", "zip -q -fz $2 $1"},
    {"garbage.zip", "zip -q x$2 $1; (head -c 50000 /dev/zero; cat x$2) >$2"},
    {"appended.zip", "zip -q x$2 $1; (cat x$2; head -c 70000 /dev/zero) >$2"},
    {"7z", "7z a $2 $1"},
    {"lzma1.7z", "7z a -m0=LZMA $2 $1"},
    {"bzip2.7z", "7z a -m0=BZip2 $2 $1"},
    {"deflate.7z", "7z a -m0=Deflate $2 $1"},
    {"copy.7z", "7z a -m0=Copy $2 $1"},
    {"ppmd.7z", "7z a -m0=PPMd $2 $1"},
    {"delta.7z", "7z a -m0=Delta:4 -m1=LZMA2 $2 $1"},
    {"bcj2.7z", "7z a -m0=BCJ2 -m1=LZMA -m2=LZMA -m3=LZMA -mb0:1 -mb0s1:2 -mb0s2:3 $2 $1"},
    {"tar", "tar -cf $2 $1"},
    {"gnu.tar", "tar --format=gnu -cf $2 $1"},
    {"pax.tar", "tar --format=pax -cf $2 $1"},
    {"v7.tar", "tar --format=v7 -cf $2 $1"},
    {"tgz", "tar -czf $2 $1"},
    {"tar.zst", "tar -c $1 | zstd -q >$2"},
    {"newc.cpio", "echo $1 | cpio -o -H newc >$2"},
    {"odc.cpio", "echo $1 | cpio -o -H odc >$2"},
    {"bin.cpio", "echo $1 | cpio -o -H bin >$2"},
    {"ar", "ar r $2 $1"},
    {"lzh", "python3 " HITOKOE_SOURCE_DIR "/tests/unit/matcher/make_lzh.py $1 $2"},
    {"rar", "python3 " HITOKOE_SOURCE_DIR "/tests/unit/matcher/make_rar.py $2 $1"},
    {"4.rar", "python3 " HITOKOE_SOURCE_DIR "/tests/unit/matcher/make_rar.py $2 --version 4 $1"},
    {"iso", "genisoimage -quiet -J -r -o $2 $1"},
    {"cab", "gcab -c $2 $1"},
};

TEST_F(Archive, EveryContainerGivesTheRowsOfTheBareFile) {
  for (const auto& packer : kPackers) {
    const std::string out = "list.csv." + std::string(packer.end);
    shell(folder_, "set -- list.csv " + out + "; " + std::string(packer.command));
    gives_the_rows(out);
  }
}

TEST_F(Archive, ThreeDeepInEachOtherToo) {
  std::size_t i = 0;
  for (const auto& inner : kPackers) {
    // Each with two others, so that every one is once innermost, between, and outermost.
    const auto& between = kPackers[(i + 7) % std::size(kPackers)];
    const auto& outer = kPackers[(i + 19) % std::size(kPackers)];
    ++i;
    std::string name = "list.csv";
    for (const auto* packer : {&inner, &between, &outer}) {
      const std::string out = "n" + std::to_string(i) + "." + std::string(packer->end);
      shell(folder_, "rm -f " + out + " x" + out + "; set -- " + name + " " + out + "; " +
                         std::string(packer->command));
      name = out;
    }
    gives_the_rows(name);
  }
}

TEST_F(Archive, HowTheBytesComeChangesNothing) {
  for (const auto& packer : kPackers) {
    const std::string out = "p." + std::string(packer.end);
    shell(folder_, "head -n 30 list.csv >p; set -- p " + out + "; " + std::string(packer.command));
    const Bytes whole = read_file(folder_ / out).value();
    const auto expected = read_out(whole, out);
    for (const std::size_t piece : {1U, 13U, 511U, 4096U}) {
      if (whole.size() / piece > 100'000) continue;
      EXPECT_TRUE(read_out(whole, out, piece) == expected) << out << " in pieces of " << piece;
    }
  }
}

// Of kinds of content that make every kind of block, against 7-Zip's own.
TEST_F(Archive, Deflate64GivesTheBytesThatWentIn) {
  std::string text, noise, far;
  std::uint32_t state = 1;
  const auto next = [&] { return state = state * 1664525U + 1013904223U; };
  for (int i = 0; i < 300'000; ++i) noise += static_cast<char>(next() >> 24U);
  for (int i = 0; i < 3; ++i) text += made_csv(20'000, i * 7);
  for (int i = 0; i < 40; ++i)
    far += noise.substr(next() % 1000, 60'000) + std::string(70'000, 'x');
  for (const auto& content :
       {std::string("x"), std::string(500'000, 'a'), noise, text, far, noise + text}) {
    folder_.put("content", as_bytes(content));
    for (const char* level : {"1", "5", "9"}) {
      shell(folder_,
            std::string("rm -f d.zip; 7z a -tzip -mm=Deflate64 -mx=") + level + " d.zip content");
      Spool spool(1U << 30, 1U << 30);
      spool.append(read_file(folder_ / "d.zip").value());
      const auto directory = ZipDirectory::find(spool, spool.size());
      ASSERT_TRUE(directory);
      auto position = directory->begin();
      const auto member = directory->next(position);
      ASSERT_TRUE(member);
      std::string out;
      const auto read = read_zip_member(spool, *member, std::nullopt, 0,
                                        [&](ByteView piece, std::uint64_t) -> Result<bool> {
                                          out += as_text(piece);
                                          return true;
                                        });
      ASSERT_TRUE(read);
      EXPECT_EQ(read.value().outcome, ZipOutcome::kWhole) << member->method;
      EXPECT_TRUE(out == content) << content.size() << " bytes at level " << level;
    }
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
