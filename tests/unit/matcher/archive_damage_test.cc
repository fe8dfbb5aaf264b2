// Archives that are cut, damaged, odd, or made to do harm: what can be read is, and a warning names
// the rest.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/places.h"
#include "tests/unit/matcher/archive_reading.h"

namespace hitokoe::matcher::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ArchiveDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i) {
      folder_.put(std::string(1, static_cast<char>('a' + i)) + ".csv",
                  as_bytes(made_csv(100, i * 100)));
    }
  }
  void python(const std::string& script) {
    folder_.put("script.py", as_bytes(script));
    shell(folder_, "python3 script.py");
  }
  ReadOut read(const std::string& file, NestingLimits limits = {}) {
    return read_file_out(folder_, file, limits);
  }
  // The file without its last bytes, or with some of them changed.
  void cut(const std::string& file, std::size_t drop) {
    Bytes bytes = read_file(folder_ / file).value();
    bytes.resize(bytes.size() - std::min(bytes.size(), drop));
    folder_.put(file, bytes);
  }
  void spoil(const std::string& file, std::size_t at, std::size_t n = 8) {
    Bytes bytes = read_file(folder_ / file).value();
    for (std::size_t i = 0; i < n; ++i) bytes.at(at + i) ^= 0x5A;
    folder_.put(file, bytes);
  }
  std::size_t find(const std::string& file, std::string_view what) {
    const Bytes bytes = read_file(folder_ / file).value();
    return as_text(bytes).find(what);
  }

  ScratchFolder folder_;
};

TEST_F(ArchiveDamage, ACutStreamGivesWhatCameBeforeAndIsNamed) {
  folder_.put("long.csv", as_bytes(made_csv(20'000)));
  for (const char* pack :
       {"gzip -c", "bzip2 -1 -c", "xz -c", "zstd -q -c", "lz4 -q -B4 -c", "compress -c"}) {
    shell(folder_, std::string(pack) + " long.csv >long.csv.packed");
    cut("long.csv.packed", 40'000);
    const auto out = read("long.csv.packed");
    if (std::string_view(pack) != "xz -c") {  // a single block that liblzma holds back
      EXPECT_GT(out.rows.size(), 1'000U) << pack;
    }
    EXPECT_LT(out.rows.size(), 20'000U) << pack;
    // Its format does not say where it ends.
    if (std::string_view(pack) == "compress -c") continue;
    ASSERT_THAT(out.warnings, Not(IsEmpty())) << pack;
    EXPECT_THAT(out.warnings, Contains(StartsWith("long.csv.packed"))) << pack;
  }
}

TEST_F(ArchiveDamage, AWrongChecksumOrSomethingBehindIsToldOf) {
  shell(folder_, "gzip -kc a.csv >a.gz");
  spoil("a.gz", read_file(folder_ / "a.gz").value().size() - 8, 1);
  auto out = read("a.gz");
  EXPECT_THAT(out.rows, SizeIs(100));
  EXPECT_THAT(out.warnings, ElementsAre("a.gz: damaged: read up to there"));
  shell(folder_,
        "for p in gzip bzip2 xz 'zstd -q'; do ($p -c a.csv; echo trailing) >\"t.${p%% *}\"; done");
  for (const char* file : {"t.gzip", "t.bzip2", "t.xz", "t.zstd"}) {
    out = read(file);
    EXPECT_THAT(out.rows, SizeIs(100)) << file;
    EXPECT_THAT(out.warnings, ElementsAre(HasSubstr("something else stands behind"))) << file;
  }
}

TEST_F(ArchiveDamage, OfACutZipTheWholeMembersAreRead) {
  shell(folder_, "zip -q cut.zip a.csv b.csv c.csv && cp cut.zip mid.zip");
  const auto third = find("cut.zip", "c.csv");
  cut("cut.zip", read_file(folder_ / "cut.zip").value().size() - third - 300);
  auto out = read("cut.zip");
  EXPECT_GE(out.rows.size(), 200U);
  EXPECT_LT(out.rows.size(), 300U);
  EXPECT_THAT(out.warnings, ElementsAre(HasSubstr("its directory is missing"),
                                        "cut.zip > c.csv: cut off: read up to there"));
  // Only the directory is gone; sizes stand behind the members.
  shell(folder_, "cat a.csv | zip -q - - b.csv >piped.zip");
  cut("piped.zip", 60);
  out = read("piped.zip");
  EXPECT_THAT(out.rows, SizeIs(200));
  EXPECT_THAT(out.warnings, ElementsAre(HasSubstr("its directory is missing")));
}

TEST_F(ArchiveDamage, ADamagedMemberDoesNotHideTheOthers) {
  shell(folder_, "zip -q m.zip a.csv b.csv c.csv && 7z a -ms=off m.7z a.csv b.csv c.csv");
  spoil("m.zip", find("m.zip", "b.csv") + 200);
  spoil("m.7z", read_file(folder_ / "m.7z").value().size() / 2);
  for (const char* file : {"m.zip", "m.7z"}) {
    const auto out = read(file);
    EXPECT_GE(out.rows.size(), 200U) << file;
    EXPECT_THAT(out.warnings, Contains(HasSubstr("b.csv: damaged"))) << file;
    EXPECT_THAT(out.warnings, Each(Not(HasSubstr("c.csv")))) << file;
  }
  shell(folder_, "tar -cf m.tar a.csv b.csv c.csv");
  spoil("m.tar", find("m.tar", "b.csv"), 3);
  const auto out = read("m.tar");
  EXPECT_THAT(out.rows, SizeIs(200)) << "what the broken header stood for is lost";
  EXPECT_THAT(out.warnings, ElementsAre(HasSubstr("m.tar: damaged")));
}

TEST_F(ArchiveDamage, ADamagedDirectoryOrHeaderIsToldOf) {
  shell(folder_, "zip -q d.zip a.csv b.csv c.csv && 7z a d.7z a.csv");
  spoil("d.zip", find("d.zip", "PK\x01\x02") + 24);
  auto out = read("d.zip");
  EXPECT_THAT(out.rows, SizeIs(300));
  EXPECT_THAT(out.warnings, Not(IsEmpty()));
  spoil("d.7z", read_file(folder_ / "d.7z").value().size() - 10);
  out = read("d.7z");
  EXPECT_THAT(out.warnings, ElementsAre(HasSubstr("d.7z: damaged")));
}

TEST_F(ArchiveDamage, PathsLinksAndDevicesWriteNothingAnywhere) {
  python(R"(
import tarfile, io, zipfile, os
data = open('a.csv','rb').read()
t = tarfile.open('evil.tar', 'w')
def add(name, **kw):
    i = tarfile.TarInfo(name)
    for k, v in kw.items(): setattr(i, k, v)
    if i.type == tarfile.REGTYPE: i.size = len(data)
    t.addfile(i, io.BytesIO(data) if i.type == tarfile.REGTYPE else None)
add('../../../escaped.csv')
add(os.path.abspath('absolute.csv'))
add('link', type=tarfile.SYMTYPE, linkname='/etc/passwd')
add('link/inside.csv')
add('hard', type=tarfile.LNKTYPE, linkname='/etc/shadow')
add('device', type=tarfile.BLKTYPE)
add('fifo', type=tarfile.FIFOTYPE)
t.close()
z = zipfile.ZipFile('evil.zip', 'w')
z.writestr('../../escaped.csv', data)
z.writestr('/absolute.csv', data)
i = zipfile.ZipInfo('link'); i.create_system = 3; i.external_attr = 0o120777 << 16
z.writestr(i, '/etc/passwd')
z.close()
)");
  std::vector<std::string> before;
  const auto listed = [&] {
    std::vector<std::string> names;
    for (const auto& e : std::filesystem::recursive_directory_iterator(folder_.path())) {
      names.push_back(e.path().string());
    }
    std::ranges::sort(names);
    return names;
  };
  before = listed();
  auto out = read("evil.tar");
  EXPECT_THAT(out.rows, SizeIs(300));
  EXPECT_THAT(out.warnings, ElementsAre(AllOf(HasSubstr("link"), HasSubstr("4 links or devices"))));
  out = read("evil.zip");
  EXPECT_THAT(out.rows, SizeIs(200));
  EXPECT_THAT(out.warnings, ElementsAre("evil.zip > link: 1 links: not followed"));
  EXPECT_EQ(listed(), before);
  EXPECT_FALSE(std::filesystem::exists(folder_.path().parent_path() / "escaped.csv"));
}

TEST_F(ArchiveDamage, NamesInAnyCharacterSetAreReadable) {
  python(R"(
import zipfile, struct, zlib
bad = b'\x00not really deflated'
def zip_of(out, raw, flags, extra=b''):
    # a member whose checksum is wrong, so that a warning names it
    local = struct.pack('<4sHHHHHLLLHH', b'PK\3\4', 20, flags, 0, 0, 0, 1, len(bad), len(bad), len(raw), len(extra)) + raw + extra
    central = struct.pack('<4sHHHHHHLLLHHHHHLL', b'PK\1\2', 20, 20, flags, 0, 0, 0, 1, len(bad), len(bad), len(raw), len(extra), 0, 0, 0, 0, 0) + raw + extra
    body = local + bad
    open(out, 'wb').write(body + central + struct.pack('<4sHHHHLLH', b'PK\5\6', 0, 0, 1, 1, len(central), len(body), 0))
zip_of('sjis.zip', '顧客表示.csv'.encode('cp932'), 0)
zip_of('utf8.zip', '顧客表示.csv'.encode(), 0x800)
raw = '?.csv'.encode()
u = '顧客表示.csv'.encode()
zip_of('field.zip', raw, 0, struct.pack('<HHBL', 0x7075, 5 + len(u), 1, zlib.crc32(raw)) + u)
zip_of('stale.zip', raw, 0, struct.pack('<HHBL', 0x7075, 5 + len(u), 1, 7) + u)
zip_of('any.zip', bytes(range(1, 256)), 0)
)");
  for (const char* file : {"sjis.zip", "utf8.zip", "field.zip"}) {
    EXPECT_THAT(read(file).warnings, Contains(HasSubstr(" > 顧客表示.csv: damaged"))) << file;
  }
  shell(folder_, "python3 " HITOKOE_SOURCE_DIR "/tests/unit/matcher/make_lzh.py a.csv n.lzh");
  NestingLimits no_parts;
  no_parts.depth = 1;
  shell(folder_,
        "gzip -c a.csv >z; python3 " HITOKOE_SOURCE_DIR "/tests/unit/matcher/make_lzh.py z z.lzh");
  EXPECT_THAT(read("z.lzh", no_parts).warnings,
              ElementsAre(HasSubstr("z.lzh > 顧客.csv: nested more")));
  EXPECT_THAT(read("n.lzh").rows, SizeIs(100));
  EXPECT_THAT(read("stale.zip").warnings, Contains(HasSubstr(" > ?.csv: damaged")));
  EXPECT_THAT(read("any.zip").warnings, Contains(HasSubstr("damaged")));
}

TEST_F(ArchiveDamage, ArchivesBehindEachOtherAreAllRead) {
  shell(
      folder_,
      "zip -q 1.zip a.csv; zip -q 2.zip b.csv; zip -q 3.zip c.csv; cat 1.zip 2.zip 3.zip >all.zip;"
      "tar -cf 1.tar a.csv; tar -cf 2.tar b.csv; cat 1.tar 2.tar >all.tar");
  EXPECT_THAT(read("all.zip").rows, SizeIs(300));
  EXPECT_THAT(read("all.zip").warnings, IsEmpty());
  EXPECT_THAT(read("all.tar").rows, SizeIs(200));
  EXPECT_THAT(read("all.tar").warnings, IsEmpty());
}

TEST_F(ArchiveDamage, ProgramsThatUnpackThemselvesAreArchives) {
  shell(
      folder_,
      "zip -q s.zip a.csv; 7z a s.7z a.csv;"
      "(printf MZ; head -c 300000 /dev/urandom; cat s.zip) >zip.exe;"
      "(cat /bin/true; cat s.7z) >7z.sfx; (printf 'MZ\\0\\0'; head -c 3000 /dev/zero) >plain.exe");
  EXPECT_THAT(read("zip.exe").rows, SizeIs(100));
  EXPECT_THAT(read("zip.exe").warnings, IsEmpty());
  EXPECT_THAT(read("7z.sfx").rows, SizeIs(100));
  EXPECT_THAT(read("plain.exe").warnings, ElementsAre(HasSubstr("program or other data")));
}

TEST_F(ArchiveDamage, APartOfASplitArchiveSaysWhatIsMissing) {
  shell(folder_,
        "head -c 300000 /dev/urandom >noise; 7z a -v100k split.7z a.csv noise;"
        "7z a -tzip -v100k whole.zip a.csv noise; zip -q -s 100k -0 disks.zip a.csv noise");
  EXPECT_THAT(read("split.7z.001").warnings,
              ElementsAre(HasSubstr("first part of a split archive")));
  EXPECT_THAT(read("split.7z.002").warnings,
              ElementsAre(HasSubstr("a later part of a split archive")));
  EXPECT_THAT(read("whole.zip.001").warnings, Contains(HasSubstr("part of a split archive")));
  EXPECT_THAT(read("disks.z01").warnings, Contains(HasSubstr("split archive")));
  EXPECT_THAT(read("disks.zip").warnings, Contains(HasSubstr("split archive")));
}

TEST_F(ArchiveDamage, EmptyArchivesAndMembersGiveNothingAndNoWarning) {
  python(R"(
import zipfile, tarfile
zipfile.ZipFile('empty.zip', 'w').close()
z = zipfile.ZipFile('members.zip', 'w'); z.writestr('x', b''); z.writestr('folder/', b''); z.close()
tarfile.open('empty.tar.gz', 'w:gz').close()
)");
  shell(folder_, ": >nothing; 7z a empty.7z nothing; gzip -kc nothing >nothing.gz");
  for (const char* file : {"empty.zip", "members.zip", "empty.7z", "nothing.gz"}) {
    const auto out = read(file);
    EXPECT_THAT(out.rows, IsEmpty()) << file;
    EXPECT_THAT(out.warnings, IsEmpty()) << file;
  }
}

TEST_F(ArchiveDamage, EveryCutAndManyFlippedBytesEndWell) {
  shell(folder_,
        "head -n 12 a.csv >s.csv; zip -q s.zip s.csv; zip -q -P pw e.zip s.csv; 7z a s.7z s.csv; "
        "7z a -ppw -mhe=on e.7z "
        "s.csv; tar -czf s.tgz s.csv; tar -cf s.tar s.csv; gcab -c s.cab s.csv; xz -kc s.csv "
        ">s.xz; zstd -qc s.csv >s.zst");
  for (const char* file : {"s.zip", "e.zip", "s.7z", "s.tgz", "s.tar", "s.cab", "s.xz", "s.zst"}) {
    const Bytes whole = read_file(folder_ / file).value();
    const std::size_t step = whole.size() / 150 + 1;
    for (std::size_t n = 0; n < whole.size(); n += step) {
      const auto out = read_out(ByteView(whole).first(n), file);
      EXPECT_LE(out.rows.size(), 12U) << file << " cut at " << n;
      if (n > 20 && out.rows.size() < 11 && std::string_view(file) != "s.tar") {
        EXPECT_THAT(out.warnings, Not(IsEmpty())) << file << " cut at " << n;
      }
      Bytes flipped = whole;
      flipped[n] ^= 0x10;
      read_out(flipped, file);
    }
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
