// Names of the SKK dictionary of personal names (Debian's skkdic-extra): no two different names may
// have one key. A name is another form of a second one where both have a reading in common, or
// where they differ only in characters that the same package's dictionary of variants joins.
#include <gtest/gtest.h>
#include <iconv.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/identity/canonical.h"

namespace hitokoe::identity {
namespace {

std::string dictionary(const char* name) {
  std::ifstream in(std::string(HITOKOE_SKK_FOLDER) + "/" + name, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const iconv_t cd = iconv_open("UTF-8", "EUC-JP");
  std::string out(bytes.size() * 2, '\0');
  char *from = bytes.data(), *to = out.data();
  std::size_t left = bytes.size(), room = out.size();
  EXPECT_NE(iconv(cd, &from, &left, &to, &room), static_cast<std::size_t>(-1));
  iconv_close(cd);
  out.resize(out.size() - room);
  return out;
}

// Entry → what leads to it: name → its readings, character → its variants.
std::map<std::string, std::set<std::string>> entries(const char* file) {
  std::map<std::string, std::set<std::string>> all;
  const std::string text = dictionary(file);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line[0] == ';' || static_cast<unsigned char>(line[0]) < 0x80) continue;
    const std::string reading = line.substr(0, line.find(' '));
    for (std::size_t i = line.find('/'); i + 1 < line.size();) {
      const std::size_t next = line.find('/', i + 1);
      if (next == line.npos) break;
      std::string name = line.substr(i + 1, next - i - 1);
      name.resize(std::min(name.find(';'), name.size()));
      all[name].insert(reading);
      i = next;
    }
  }
  return all;
}

std::map<std::string, std::set<std::string>> names() {
  auto all = entries("SKK-JISYO.jinmei");
  // 大国様 is a note on 大国.
  std::erase_if(all, [](const auto& entry) {
    return entry.first.ends_with("様") || entry.first.ends_with("殿");
  });
  return all;
}

std::vector<std::string> characters_of(const std::string& utf8) {
  std::vector<std::string> out;
  for (const char c : utf8) {
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) out.emplace_back();
    out.back() += c;
  }
  return out;
}

bool joined(const std::string& a, const std::string& b) {
  static const auto variants = [] {
    std::map<std::string, std::set<std::string>> both;
    for (const auto& [to, from] : entries("SKK-JISYO.itaiji")) {
      for (const std::string& f : from) {
        both[to].insert(f);
        both[f].insert(to);
      }
    }
    return both;
  }();
  const auto x = variants.find(a), y = variants.find(b);
  if (x == variants.end() || y == variants.end()) return false;
  if (x->second.contains(b)) return true;
  return std::any_of(x->second.begin(), x->second.end(),
                     [&](const std::string& c) { return y->second.contains(c); });
}

bool forms_of_one(const std::string& a, const std::string& b) {
  const auto x = characters_of(a), y = characters_of(b);
  if (x.size() != y.size()) return false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] != y[i] && !joined(x[i], y[i])) return false;
  }
  return true;
}

struct Merged {
  int forms = 0, different = 0;
  std::string which;
};

// Of the names whose form number `form` (0: strict, the last: loose) is the same.
Merged merged_by(bool loose) {
  const auto all = names();
  std::map<std::string, std::vector<std::string>> by_key;
  for (const auto& [name, readings] : all) {
    std::vector<std::string> forms;
    normalize(FieldId::kName, name, Side::kHolder, forms);
    if (!forms.empty()) by_key[loose ? forms.back() : forms[0]].push_back(name);
  }
  Merged merged;
  for (const auto& [key, together] : by_key) {
    for (std::size_t i = 0; i < together.size(); ++i) {
      for (std::size_t j = i + 1; j < together.size(); ++j) {
        const auto &a = all.at(together[i]), &b = all.at(together[j]);
        const bool form = std::any_of(a.begin(), a.end(), [&](auto& r) { return b.contains(r); }) ||
                          forms_of_one(together[i], together[j]);
        ++(form ? merged.forms : merged.different);
        if (!form) merged.which += "  " + together[i] + " " + together[j] + '\n';
      }
    }
  }
  return merged;
}

TEST(Names, NoTwoDifferentNamesHaveOneKey) {
  const Merged strict = merged_by(false), loose = merged_by(true);
  std::cout << "[ merged   ] of " << names().size() << " names: strict key, forms of one name "
            << strict.forms << ", different names " << strict.different
            << "; loose key, forms of one name " << loose.forms << ", different names "
            << loose.different << '\n';
  EXPECT_GT(names().size(), 10000u);
  EXPECT_EQ(strict.different, 0) << strict.which;
  EXPECT_LE(loose.different, 1) << "斉信 and 斎信, as registers mix them up\n" << loose.which;
}

TEST(Names, DifferentCharactersStayDifferent) {
  const auto key = [](const char* name) {
    std::vector<std::string> forms;
    normalize(FieldId::kName, name, Side::kLeak, forms);
    return forms.at(0);
  };
  for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{{"萩原", "荻原"},
                                                                             {"田弘", "田宏"},
                                                                             {"坂本", "阪本"},
                                                                             {"花田", "華田"},
                                                                             {"河野", "川野"},
                                                                             {"大田", "太田"},
                                                                             {"古河", "古川"},
                                                                             {"石原", "右原"},
                                                                             {"土田", "士田"},
                                                                             {"大輔", "大補"},
                                                                             {"中村", "仲村"},
                                                                             {"市川", "市河"},
                                                                             {"島田", "嶋津"},
                                                                             {"幸子", "辛子"}}) {
    EXPECT_NE(key(a), key(b)) << a << ' ' << b;
  }
}

TEST(Names, ACompanyIsOneHoweverItsKindIsWritten) {
  const auto key = [](const char* name) {
    std::vector<std::string> forms;
    normalize(FieldId::kName, name, Side::kLeak, forms);
    return forms.empty() ? std::string() : forms[0];
  };
  const std::string expected = key("株式会社見本商事");
  for (const char* raw : {"㈱見本商事", "（株）見本商事", "(株) 見本商事", "株式會社 見本商事",
                          "株式会社見本商事 御中", "㍿見本商事"}) {
    EXPECT_EQ(key(raw), expected) << raw;
  }
  EXPECT_EQ(key("見本商事㈱"), key("見本商事株式会社"));
  EXPECT_EQ(key("㈲見本"), key("有限会社見本"));
  EXPECT_EQ(key("(医)見本会"), key("医療法人見本会"));
  EXPECT_NE(key("見本商事株式会社"), expected) << "before or behind is part of the name";
}

}  // namespace
}  // namespace hitokoe::identity
