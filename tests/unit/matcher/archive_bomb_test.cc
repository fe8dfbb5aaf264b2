// Archives that unpack to far more than they are: they end at a limit, are named, and their
// neighbours are read. The same at full size, with time and memory: tests/integration/matcher.
#include <gmock/gmock.h>

#include "hitokoe/base/simulated_clock.h"
#include "matcher/decode/archive/spool.h"
#include "tests/unit/matcher/archive_reading.h"

namespace hitokoe::matcher::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ArchiveBomb : public ::testing::Test {
 protected:
  void SetUp() override { folder_.put("a.csv", as_bytes(made_csv(100))); }
  void python(const std::string& script) {
    folder_.put("script.py", as_bytes(script));
    shell(folder_, "python3 script.py");
  }
  ReadOut read(const std::string& file, NestingLimits limits = {}) {
    return read_file_out(folder_, file, limits);
  }
  static NestingLimits small() {
    NestingLimits limits;
    limits.ratio_free_bytes = 4U << 20;
    limits.part_free_bytes = 1U << 20;
    limits.ratio = 200;
    return limits;
  }

  ScratchFolder folder_;
};

TEST_F(ArchiveBomb, ABombIsNamedAndItsNeighboursAreRead) {
  shell(folder_,
        "head -c 3000000 /dev/zero >zeros; cp a.csv z.csv;"
        "head -c 30000000 /dev/zero >huge;"
        "zip -q b.zip zeros z.csv; 7z a -ms=off b.7z huge z.csv; tar -c huge z.csv | gzip >b.tgz;"
        "gzip -k zeros; tar -cf nested.tar zeros.gz z.csv");
  for (const char* file : {"b.zip", "nested.tar"}) {
    const auto out = read(file, small());
    EXPECT_THAT(out.rows, SizeIs(100)) << file;
    EXPECT_THAT(out.warnings, Contains(HasSubstr("zeros: unpacks to far more than its size")))
        << file;
  }
  for (const char* file : {"b.7z", "b.tgz"}) {
    EXPECT_THAT(read(file, small()).warnings, Contains(HasSubstr("unpacks to far more"))) << file;
  }
}

TEST_F(ArchiveBomb, WhatIsSmallMayBeAsRepetitiveAsItLikes) {
  NestingLimits limits = small();
  limits.part_free_bytes = 8U << 20;
  limits.ratio_free_bytes = 8U << 20;
  shell(folder_, "for i in $(seq 60); do cat a.csv; done >r.csv; xz -k r.csv");
  EXPECT_THAT(read("r.csv.xz", limits).warnings, IsEmpty());
}

TEST_F(ArchiveBomb, NestedBombsEndAtTheSumOfAllLevels) {
  python(R"(
import zipfile, io
data = b'\0' * (1 << 20)
for level in range(3):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for i in range(16): z.writestr('%d.bin' % i if level == 0 else '%d.zip' % i, data)
    data = out.getvalue()
open('42.zip', 'wb').write(data)
)");
  const auto out = read("42.zip", small());
  EXPECT_THAT(out.warnings, Contains(HasSubstr("unpacks to far more than its size: the rest")));
}

// As David Fifield describes it (A better zip bomb, 2019): every member's data are the next
// members' headers and one kernel that all share.
TEST_F(ArchiveBomb, OverlappingMembersEndAtTheSumToo) {
  python(R"(
import struct, zlib
kernel_raw = b'\0' * (1 << 20)
c = zlib.compressobj(9, zlib.DEFLATED, -15); kernel = c.compress(kernel_raw) + c.flush()
body, files, members = kernel, [], 200
blob = b''
for i in reversed(range(members)):
    name = b'%d' % i
    # a stored block that quotes all that follows, then the rest as it is
    if blob == b'':
        data, size = kernel, len(kernel_raw)
        crc = zlib.crc32(kernel_raw)
        plain = kernel_raw
    else:
        quoted = header
        data = struct.pack('<BHH', 0, len(quoted), len(quoted) ^ 0xffff) + quoted + data
        plain = quoted + plain
        size, crc = len(plain), zlib.crc32(plain)
    header = struct.pack('<4sHHHHHLLLHH', b'PK\3\4', 20, 0, 8, 0, 0, crc, len(data), size, len(name), 0) + name
    files.insert(0, (name, len(data), size, crc))
    blob = header + data
central, at = b'', 0
for i, (name, packed, size, crc) in enumerate(files):
    central += struct.pack('<4sHHHHHHLLLHHHHHLL', b'PK\1\2', 20, 20, 0, 8, 0, 0, crc, packed, size, len(name), 0, 0, 0, 0, 0, at) + name
    at += 30 + len(name) + 5
open('overlap.zip', 'wb').write(blob + central + struct.pack('<4sHHHHLLH', b'PK\5\6', 0, 0, members, members, len(central), len(blob), 0))
)");
  const auto out = read("overlap.zip", small());
  EXPECT_THAT(out.warnings, Contains(HasSubstr("unpacks to far more than its size: the rest")));
}

// The library keeps all of it in memory, whatever size it is said to have.
TEST_F(ArchiveBomb, TheNameOfAMemberIsNotReadWithoutEnd) {
  python(R"(
def entry(name, mode, data):
    head = b'070701' + b''.join(b'%08X' % n for n in
        (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)) + name
    return head + b'\0' * (4 - len(head) % 4) + data + b'\0' * (-len(data) % 4)
rows = open('a.csv', 'rb').read()
for size in (1000, 40 << 20):
    with open('name-%d.cpio' % size, 'wb') as f:
        f.write(entry(b'a.csv', 0o100644, rows))
        f.write(entry(b'x' * size, 0o100644, b''))
        f.write(entry(b'b.csv', 0o100644, rows) + entry(b'TRAILER!!!', 0, b''))
)");
  const auto whole = read("name-1000.cpio");
  const auto cut = read("name-41943040.cpio");
  EXPECT_THAT(cut.warnings, Contains(HasSubstr("damaged")));
  EXPECT_FALSE(cut.rows.empty());
  EXPECT_EQ(cut.rows.size() * 2, whole.rows.size());
}

TEST_F(ArchiveBomb, TooManyMembersEndAtTheLimit) {
  python(R"(
import zipfile, tarfile, io
z = zipfile.ZipFile('many.zip', 'w'); t = tarfile.open('many.tar', 'w')
for i in range(3000):
    z.writestr('%d' % i, b''); t.addfile(tarfile.TarInfo('%d' % i))
z.close(); t.close()
)");
  shell(folder_, "mkdir m; cd m; seq 3000 | xargs touch; 7z a ../many.7z . >/dev/null");
  NestingLimits limits;
  limits.members = 1000;
  for (const char* file : {"many.zip", "many.tar"}) {
    EXPECT_THAT(read(file, limits).warnings, ElementsAre(HasSubstr("too many members"))) << file;
  }
  EXPECT_THAT(read("many.7z", limits).warnings, ElementsAre(HasSubstr("more than 1000 members")));
}

TEST_F(ArchiveBomb, TooManyPartsAndTooDeepAreNamedOnce) {
  shell(folder_,
        "for i in $(seq 30); do echo $i >p$i; done; tar -cf parts.tar p*;"
        "cp a.csv deep; for i in $(seq 8); do gzip -c deep >d; mv d deep; done");
  NestingLimits limits;
  limits.parts = 10;
  EXPECT_THAT(read("parts.tar", limits).warnings, ElementsAre(HasSubstr("more than 10 parts")));
  const auto out = read("deep");
  EXPECT_THAT(out.rows, IsEmpty());
  EXPECT_THAT(out.warnings, ElementsAre(HasSubstr("nested more than 6 deep")));
}

TEST_F(ArchiveBomb, WindowsBeyondTheMemoryAreRefused) {
  shell(folder_,
        "head -c 6000000 /dev/urandom | base64 >noise; xz -kc --lzma2=preset=0,dict=64MiB a.csv "
        ">a.xz;"
        "xz --format=lzma -kc --lzma1=preset=0,dict=64MiB a.csv >a.lzma;"
        "cat noise noise | zstd -q -1 --long=27 -c >a.zst;"
        "7z a -mx=1 -m0=LZMA2:d32m:a0:mf=hc4 b.7z noise; 7z a -tzip -mx=1 -mm=LZMA:d=32m a.zip "
        "noise");
  NestingLimits limits;
  limits.decoder_memory = 8U << 20;
  for (const char* file : {"a.xz", "a.lzma", "a.zst", "b.7z"}) {
    const auto out = read(file, limits);
    EXPECT_THAT(out.rows, IsEmpty()) << file;
    EXPECT_THAT(out.warnings, Contains(HasSubstr("asks for more memory"))) << file;
  }
}

TEST_F(ArchiveBomb, ManyWarningsAreCut) {
  python(R"(
import zipfile
z = zipfile.ZipFile('bad.zip', 'w')
for i in range(500): z.writestr('%d.csv' % i, b'name,phone\n')
z.close()
data = bytearray(open('bad.zip', 'rb').read())
at = 0
while (at := data.find(b'phone', at)) > 0: data[at] = 0x50; at += 1
open('bad.zip', 'wb').write(data)
)");
  NestingLimits limits;
  limits.warnings = 20;
  const auto out = read("bad.zip", limits);
  ASSERT_THAT(out.warnings, SizeIs(21));
  EXPECT_THAT(out.warnings.back(), HasSubstr("more than 20 warnings"));
}

TEST_F(ArchiveBomb, TheTimeOfUnpackingEnds) {
  shell(folder_, "tar -cf t.tar a.csv");
  class Ticking final : public Clock {
   public:
    UtcTime now() const override { return {}; }
    SteadyTime steady() const override { return SteadyTime(std::chrono::seconds(++ticks_ * 60)); }

   private:
    mutable int ticks_ = 0;
  };
  NestingLimits limits;
  limits.time = std::chrono::minutes(2);
  std::vector<std::string> rows, told;
  std::vector<Warning> warnings;
  Reading reading(rows_into(rows), warnings, limits, nullptr, std::make_shared<Ticking>());
  DocumentReader reader(reading, "t.tar", {});
  ASSERT_TRUE(reader.feed(read_file(folder_ / "t.tar").value()));
  ASSERT_TRUE(reader.finish());
  put_warnings(warnings, told);
  EXPECT_THAT(told, Contains(HasSubstr("unpacking took too long")));
}

TEST(Spool, GivesBackWhatWentInFromMemoryAndFromDisk) {
  Bytes all(300'000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i * 31 % 251);
  for (const std::uint64_t memory : {0ULL, 1000ULL, 100'000ULL, 1'000'000ULL}) {
    Spool spool(memory, 1U << 30);
    for (std::size_t at = 0; at < all.size(); at += 7'001) {
      ASSERT_TRUE(
          spool.append(ByteView(all).subspan(at, std::min<std::size_t>(7'001, all.size() - at))));
    }
    EXPECT_EQ(spool.on_disk(), memory < all.size());
    EXPECT_EQ(spool.size(), all.size());
    EXPECT_EQ(spool.read(0, 400'000), all);
    for (const std::size_t at : {0U, 1U, 65'535U, 65'536U, 131'000U, 299'990U, 300'000U}) {
      const auto n = std::min<std::size_t>(all.size() - at, 70'000);
      const auto part = ByteView(all).subspan(at, n);
      EXPECT_EQ(spool.read(at, 70'000), Bytes(part.begin(), part.end())) << at;
    }
  }
}

TEST(Spool, RefusesWhatIsTooMuchAndSaysSo) {
  Spool spool(100, 1000);
  EXPECT_TRUE(spool.append(Bytes(900)));
  EXPECT_FALSE(spool.append(Bytes(200)));
  EXPECT_FALSE(spool.append(Bytes(1)));
  EXPECT_FALSE(spool.why().en.empty());
}

// What is on disk has no name and is not readable: the text is looked for in the open file.
TEST(Spool, NothingOfItIsPlainOnDisk) {
  const std::string line = made_csv(1);
  std::string text;
  while (text.size() < 1'000'000) text += line;
  Spool spool(0, 1U << 30);
  ASSERT_TRUE(spool.append(as_bytes(text)));
  ASSERT_TRUE(spool.on_disk());
  bool seen = false;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (target.find("(deleted)") == std::string::npos) continue;
    const auto bytes = read_file(entry.path());
    if (!bytes || bytes.value().size() < 900'000) continue;
    seen = true;
    EXPECT_EQ(as_text(bytes.value()).find("@example.jp"), std::string_view::npos);
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace hitokoe::matcher::test
