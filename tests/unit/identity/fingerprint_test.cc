#include "hitokoe/identity/fingerprint.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "hitokoe/base/bytes.h"

namespace hitokoe::identity {
namespace {

Key256 key_of(std::uint8_t byte) {
  Key256 k;
  k.expose().fill(byte);
  return k;
}

// The definition of docs/fingerprints.md, written out.
Fingerprint slow(const Key256& g, FieldId field, std::string_view canonical) {
  Bytes message;
  put_u8(message, static_cast<std::uint8_t>(field));
  put_u16(message, field_info(field).version);
  put_u16(message, static_cast<std::uint16_t>(canonical.size()));
  put_bytes(message, as_bytes(canonical));
  const auto digest = crypto::Hmac(g.expose()).mac(message);
  Fingerprint out;
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

TEST(Fingerprinter, IsTheDefinition) {
  const Key256 g = key_of(7);
  const Fingerprinter f(3, g);
  EXPECT_EQ(f.epoch(), 3U);
  EXPECT_EQ(f.of(FieldId::kPhone, "+819012345678"), slow(g, FieldId::kPhone, "+819012345678"));
  EXPECT_EQ(f.subject("kou", "C1"), slow(g, FieldId::kRef,
                                         "kou\x1f"
                                         "C1"));
}

TEST(Fingerprinter, GivesTheSameInBatchesOfAnySize) {
  const Key256 g = key_of(9);
  const Fingerprinter f(1, g);
  std::vector<std::string> values;
  std::vector<KeyView> keys;
  for (std::size_t i = 0; i < 200; ++i)
    values.push_back(std::string(i * 37 % 700, 'x') + std::to_string(i));
  values.push_back(std::string(20000, 'y'));  // larger than the scratch
  values.push_back("");
  for (const auto& v : values) keys.push_back({FieldId::kEmail, v, 0});
  std::vector<Fingerprint> out(keys.size());
  f.of_many(keys, out);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(out[i], slow(g, FieldId::kEmail, values[i])) << i;
  }
}

TEST(Fingerprinter, SeparatesFieldsKeysAndControllers) {
  const Fingerprinter a(1, key_of(1));
  const Fingerprinter b(1, key_of(2));
  const std::set<Fingerprint> all{a.of(FieldId::kPhone, "1"), a.of(FieldId::kRef, "1"),
                                  b.of(FieldId::kPhone, "1"), a.subject("kou", "1"),
                                  a.subject("otsu", "1"),     a.subject("kou\x1f", "1")};
  EXPECT_EQ(all.size(), 6U);
}

TEST(Fingerprinter, MakesCheckTagsThatDependOnTheSubject) {
  const Fingerprinter f(1, key_of(1));
  const auto one = f.subject("kou", "1");
  const auto two = f.subject("kou", "2");
  const KeyView checks[] = {{FieldId::kName, "山田太郎", 0}, {FieldId::kPostal, "1350061", 0}};
  std::uint32_t tags[2];
  Fingerprinter::check_tags(one, checks, tags);
  EXPECT_EQ(tags[0], Fingerprinter::check_tag(one, FieldId::kName, "山田太郎"));
  EXPECT_EQ(tags[1], Fingerprinter::check_tag(one, FieldId::kPostal, "1350061"));
  EXPECT_NE(tags[0], Fingerprinter::check_tag(two, FieldId::kName, "山田太郎"));
  EXPECT_NE(tags[0], Fingerprinter::check_tag(one, FieldId::kKana, "山田太郎"));
}

TEST(Fingerprinter, MakesTheTagsOfManySubjectsAsOneByOne) {
  const Fingerprinter f(1, key_of(1));
  std::vector<std::string> values;
  std::vector<KeyView> checks;
  for (std::size_t i = 0; i < 40; ++i) values.push_back(std::string(i * 5, 'x'));
  for (const auto& v : values) checks.push_back({FieldId::kAddress, v, 0});
  for (const std::size_t subjects : {0U, 1U, 2U, 17U, 100U}) {
    std::vector<Fingerprint> y_refs;
    std::vector<Fingerprinter::TagTask> tasks;
    for (std::size_t s = 0; s < subjects; ++s) {
      y_refs.push_back(f.subject("kou", std::to_string(s)));
      for (std::size_t c = s % 7; c < checks.size(); c += 3) {
        tasks.push_back({static_cast<std::uint32_t>(s), &checks[c]});
      }
    }
    std::vector<std::uint32_t> tags(tasks.size());
    Fingerprinter::check_tags_many(y_refs, tasks, tags);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      EXPECT_EQ(tags[i], Fingerprinter::check_tag(y_refs[tasks[i].subject], FieldId::kAddress,
                                                  tasks[i].check->value))
          << subjects << ' ' << i;
    }
  }
}

TEST(KeyCheck, TellsKeysApart) {
  Key128 a, b;
  a.expose().fill(1);
  b.expose().fill(2);
  EXPECT_EQ(key_check(a), key_check(a));
  EXPECT_NE(key_check(a), key_check(b));
  EXPECT_NE(key_check(a), KeyCheck{});
}

}  // namespace
}  // namespace hitokoe::identity
