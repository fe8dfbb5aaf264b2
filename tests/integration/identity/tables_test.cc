// The tables are those that identity/tables.pin names, and a newer source of places makes a new
// version by ops/tables, never a silent change.
#include "hitokoe/identity/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/places.h"
#include "tests/scratch_folder.h"

namespace hitokoe::identity {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string hex(const TablesDigest& digest) {
  std::string out;
  for (const auto byte : digest) {
    std::array<char, 3> two;
    std::snprintf(two.data(), two.size(), "%02x", static_cast<unsigned>(byte));
    out += two.data();
  }
  return out;
}

struct Ran {
  int exit;
  std::string out;  // and what stands on stderr
};
Ran run(const std::string& command) {
  Ran ran{-1, {}};
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    ran.out.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

std::string cp932(const std::string& utf8) {
  const iconv_t cd = iconv_open("CP932", "UTF-8");
  std::string in = utf8, out(utf8.size() * 2, '\0');
  char *from = in.data(), *to = out.data();
  std::size_t left = in.size(), room = out.size();
  EXPECT_EQ(iconv(cd, &from, &left, &to, &room), 0u);
  iconv_close(cd);
  out.resize(out.size() - room);
  return out;
}

// KEN_ALL has 15 columns; the towns here are made up.
std::string line(const std::string& postal, const std::string& city, const std::string& town) {
  return "13999,\"" + postal.substr(0, 3) + "  \",\"" + postal +
         "\",\"ﾄｳｷﾖｳﾄ\",\"ﾐﾅﾄｸ\",\"ﾏﾁ\",\"東京都\",\"" + city + "\",\"" + town +
         "\",0,0,1,0,0,0\r\n";
}
const std::string kKenAll = line("1990000", "見本区", "以下に掲載がない場合") +
                            line("1990001", "見本区", "例町（１〜３丁目）") +
                            line("1990002", "見本区", "青葉（北部、南部）") +
                            line("1990003", "見本区", "長い町（一の坂、二の坂、") +
                            line("1990003", "見本区", "三の坂、その他）") +
                            line("1990004", "試験町", "試験町一円");

class Tables : public testing::Test {
 protected:
  std::string ops(const std::string& arguments) const {
    return std::string(HITOKOE_SOURCE_DIR) + "/ops/tables --build '" + HITOKOE_BIN_DIR +
           "/..' --pin '" + pin().string() + "' " + arguments;
  }
  std::filesystem::path pin() const { return folder_ / "tables.pin"; }
  void SetUp() override {
    std::filesystem::copy(std::string(HITOKOE_SOURCE_DIR) + "/identity/tables.pin", pin());
  }
  std::string put(const std::string& name, const std::string& content) {
    return "'" + folder_.put(name, as_bytes(content)).string() + "'";
  }
  std::string made(int version, const std::string& source) {
    const auto out = folder_ / "made.cc";
    const Ran ran = run(std::string(HITOKOE_BIN_DIR) + "/make_places --any-size " +
                        std::to_string(version) + " " + source + " '" + out.string() + "'");
    EXPECT_EQ(ran.exit, 0) << ran.out;
    return read(out);
  }
  ScratchFolder folder_;
};

TEST_F(Tables, AreThePinnedOnes) {
  const std::string pinned = read(pin());
  for (const Table& table : tables()) {
    EXPECT_THAT(pinned, HasSubstr("\n" + std::string(table.name) + " " +
                                  std::to_string(table.version) + " " + hex(table.sha256) + "\n"))
        << "ops/tables pin";
  }
  EXPECT_THAT(pinned, HasSubstr("\nall 0 " + hex(tables_digest()) + "\n"));
  EXPECT_EQ(run(ops("check")).exit, 0);
}

TEST_F(Tables, AnyDifferenceMakesAnotherDigest) {
  std::set<TablesDigest> digests = {tables_digest()};
  std::vector<Table> all(tables().begin(), tables().end());
  EXPECT_EQ(digest_of(all), tables_digest());
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto changed = all;
    ++changed[i].version;
    EXPECT_TRUE(digests.insert(digest_of(changed)).second);
    changed = all;
    changed[i].sha256[31] ^= 1;
    EXPECT_TRUE(digests.insert(digest_of(changed)).second);
    changed = all;
    changed[i].name = "other";
    EXPECT_TRUE(digests.insert(digest_of(changed)).second);
  }
}

TEST_F(Tables, ADifferenceFromThePinIsTold) {
  std::string text = read(pin());
  const std::size_t at = text.find("\nplaces ");
  text[at + 70] = text[at + 70] == '0' ? '1' : '0';
  put("tables.pin", text);
  const Ran ran = run(ops("check"));
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("places"));
  // The version is the same: that is no new table but a mistake.
  EXPECT_THAT(run(ops("pin")).out, HasSubstr("give it the next one"));
  EXPECT_EQ(read(pin()), text);
}

TEST_F(Tables, ANewerKenAllIsANewVersionInEitherCharacterSet) {
  const std::string before = read(pin());
  const Ran first = run(ops("build --any-size " + put("ken_all.csv", cp932(kKenAll))));
  EXPECT_EQ(first.exit, 0) << first.out;
  EXPECT_THAT(first.out, HasSubstr("version 2"));
  EXPECT_THAT(read(pin()), HasSubstr("\nplaces-source 2 "));
  EXPECT_NE(read(pin()), before);
  const Ran again = run(ops("build --any-size " + put("ken_all.csv", cp932(kKenAll))));
  EXPECT_NE(again.exit, 0);
  EXPECT_THAT(again.out, HasSubstr("already"));
  const Ran utf8 = run(ops("build --any-size " + put("utf_ken_all.csv", kKenAll)));
  EXPECT_EQ(utf8.exit, 0) << utf8.out;
  EXPECT_THAT(read(pin()), HasSubstr("\nplaces-source 3 "));
}

TEST_F(Tables, BothCharacterSetsOfKenAllMakeOneTable) {
  const std::string a = made(7, put("a.csv", cp932(kKenAll))), b = made(7, put("b.csv", kKenAll));
  EXPECT_EQ(a, b);
  EXPECT_THAT(a, HasSubstr("kVersion = 7"));
  EXPECT_THAT(a, HasSubstr("\"見本区\",12,false"));
  EXPECT_NE(a, made(8, put("a.csv", cp932(kKenAll))));
  EXPECT_NE(a, made(7, put("a.csv", cp932(kKenAll + line("1990005", "見本区", "新町")))));
  // A note that says only which blocks there are is no name; a continued line is one town.
  EXPECT_EQ(made(7, put("a.csv", line("1990001", "見本区", "例町（１〜３丁目）"))),
            made(7, put("b.csv", line("1990001", "見本区", "例町"))));
  EXPECT_EQ(made(7, put("a.csv", line("1990003", "見本区", "長い町（一の坂、") +
                                     line("1990003", "見本区", "二の坂）"))),
            made(7, put("b.csv", line("1990003", "見本区", "長い町（一の坂、二の坂）"))));
}

TEST_F(Tables, WhatIsNoSourceOfPlacesChangesNothing) {
  const std::string before = read(pin());
  for (const std::string& bad :
       {std::string("nothing"), std::string(), cp932(kKenAll).substr(0, 100),
        std::string("\xff\xfe\x00\x81"), line("1990003", "見本区", "長い町（一の坂、")}) {
    const Ran ran = run(ops("build --any-size " + put("bad.csv", bad)));
    EXPECT_NE(ran.exit, 0);
    EXPECT_THAT(ran.out, Not(HasSubstr("Traceback")));
    EXPECT_EQ(read(pin()), before);
  }
  // All of Japan has some 1,900 cities.
  EXPECT_THAT(run(ops("build " + put("small.csv", kKenAll))).out, HasSubstr("implausible"));
  EXPECT_EQ(read(pin()), before);
}

}  // namespace
}  // namespace hitokoe::identity
