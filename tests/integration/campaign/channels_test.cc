// Letters and lists: who is in them, what stands on the paper, and that nobody gets two notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

#include "hitokoe/incident/campaign_exports.h"
#include "hitokoe/storage/sql.h"
#include "tests/integration/campaign/sent_world.h"

namespace hitokoe::incident {
namespace {

using testing::CampaignWorld;
using testing::count_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::mail_everybody;
using testing::must;
using ::testing::Not;
using testing::person_named;
using ::testing::SizeIs;
using testing::state_of;

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    text.append(buffer, n);
  EXPECT_EQ(::pclose(pipe), 0) << text;
  return text;
}

std::string text_of(const Bytes& pdf, const std::string& options = "-layout") {
  const ScratchFolder scratch;
  return output_of("pdftotext " + options + " " + scratch.put("x.pdf", pdf).string() + " -");
}

std::string csv_of(const MadeExport& made) {
  for (const auto& f : made.files) {
    if (f.name.ends_with(".csv")) return std::string(as_text(f.content));
  }
  return {};
}

struct World : CampaignWorld {
  explicit World(std::uint64_t seed) : CampaignWorld(seed) {}
  void letter_only(const std::string& name, const std::string& postal, const std::string& address,
                   const std::string& phone = "") {
    auto& c = add("kou", name, "", phone, {rows_++});
    c.postal = postal;
    c.address = address;
  }
  CampaignExports exports() { return CampaignExports(parts(), "甲通信株式会社"); }
  MadeExport made(const std::string& id, Channel channel,
                  ListEncoding encoding = ListEncoding::kUtf8) {
    return exports().make(lead, id, channel, encoding).value();
  }

 private:
  std::uint64_t rows_ = 1000;
};

TEST(Letters, StandBehindTheWindowInJapaneseAndEnglishAndNobodyIsCut) {
  World w(1);
  std::string longest = "東京都千代田区丸の内一丁目";
  while (longest.size() < 300 * 3) longest += "長い町名字番地";
  longest.resize(300 * 3);  // 300 characters of three bytes
  w.letter_only("髙橋 𠮷子", "1000001", "東京都千代田区千代田1-1");
  w.letter_only("㈱山﨑商店", "530-0001", longest);
  w.letter_only("葛󠄀城 Ångström-Müller Łukasz Ωμέγα Борис 김민준", "",
                "大阪府大阪市北区梅田1-2-3");
  w.letter_only("山田太郎", "1500001", std::string(1000, 'A'));
  const auto id = w.approved();
  EXPECT_EQ(mail_everybody(w, id), 0U);
  const auto made = w.made(id, Channel::kLetter);
  ASSERT_THAT(made.files, SizeIs(3));
  ASSERT_THAT(made.persons, SizeIs(3));
  ASSERT_THAT(made.left_out, SizeIs(1)) << "1000 characters: told, not cut";
  EXPECT_EQ(made.left_out[0].why, LeftOut::Why::kTooLong);
  EXPECT_EQ(made.left_out[0].person, person_named(w, id, "山田太郎"));

  const auto text = text_of(made.files[0].content, "-raw");
  EXPECT_THAT(text, HasSubstr("髙橋 𠮷子"));
  EXPECT_THAT(text, HasSubstr("㈱山﨑商店"));
  EXPECT_THAT(text, HasSubstr("〒100-0001"));
  EXPECT_THAT(text, HasSubstr("〒530-0001"));
  EXPECT_THAT(text, HasSubstr("김민준"));
  EXPECT_THAT(text, HasSubstr("お詫び"));
  EXPECT_THAT(text, HasSubstr("What Information Was Involved"));
  EXPECT_THAT(text, HasSubstr("0120-000-111"));
  // The whole long address is behind the window: nothing of it below, nothing lost.
  const ScratchFolder scratch;
  const auto pdf = scratch.put("l.pdf", made.files[0].content).string();
  const auto order =
      std::find(made.persons.begin(), made.persons.end(), person_named(w, id, "㈱山﨑商店"));
  const auto csv = csv_of(made);
  const auto at = csv.find("\"" + *order + "\"");
  ASSERT_NE(at, std::string::npos);
  const auto line = csv.substr(at, csv.find("\r\n", at) - at);
  const auto pages_at = line.rfind(",\"");
  const auto first_at = line.rfind(",\"", pages_at - 1);
  const auto page = line.substr(first_at + 2, pages_at - first_at - 3);
  auto window = output_of("pdftotext -f " + page + " -l " + page +
                          " -r 72 -x 60 -y 38 -W 250 -H 122 -raw " + pdf + " -");
  std::erase(window, '\n');
  EXPECT_THAT(window, HasSubstr(longest));
  EXPECT_THAT(window, HasSubstr("㈱山﨑商店"));
  // It is drawn, too: the page has ink where the window is, and it is A4.
  EXPECT_THAT(output_of("pdfinfo " + pdf), HasSubstr("595.276 x 841.89 pts (A4)"));
  output_of("pdftoppm -r 50 -f " + page + " -l " + page + " -gray " + pdf + " " +
            (scratch / "page").string());
  std::size_t ink = 0;
  for (const auto& file : std::filesystem::directory_iterator(scratch.path())) {
    if (file.path().extension() != ".pgm") continue;
    std::ifstream in(file.path(), std::ios::binary);
    std::string magic;
    int width = 0, height = 0, most = 0;
    in >> magic >> width >> height >> most;
    in.get();
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const bool inside = y > 30 && y < 106 && x > 45 && x < 210;  // 15 … 54 mm, 23 … 107 mm
        if (in.get() < 200 && inside) ++ink;
      }
    }
  }
  EXPECT_GT(ink, 200U);
}

TEST(Letters, AreTheSameBytesAgainAndHoldEachPersonOnce) {
  World w(2);
  for (int i = 0; i < 5; ++i)
    w.letter_only("顧客" + std::to_string(i), "1000001", "東京都千代田区1-" + std::to_string(i));
  const auto id = w.approved();
  mail_everybody(w, id);
  const auto made = w.made(id, Channel::kLetter);
  EXPECT_EQ(count_of(w, id, DeliveryState::kExported), 0U) << "making alone changes nothing";
  ASSERT_TRUE(w.exports().record(w.lead, id, made));
  EXPECT_EQ(count_of(w, id, DeliveryState::kExported), 5U);
  EXPECT_EQ(w.exports().record(w.lead, id, made).error().code, Errc::kConflict);
  EXPECT_THAT(w.made(id, Channel::kLetter).persons, IsEmpty());

  w.clock.advance(std::chrono::hours(30));
  const auto again = w.exports().again(w.lead, id, 1).value();
  ASSERT_EQ(again.files.size(), made.files.size());
  for (std::size_t i = 0; i < made.files.size(); ++i) {
    EXPECT_EQ(again.files[i].name, made.files[i].name);
    EXPECT_EQ(again.files[i].content, made.files[i].content) << made.files[i].name;
  }
  EXPECT_EQ(w.exports().again(w.lead, id, 2).error().code, Errc::kNotFound);

  const auto manifest = boost::json::parse(as_text(made.files.back().content)).as_object();
  EXPECT_EQ(manifest.at("persons").as_int64(), 5);
  for (const auto& f : manifest.at("files").as_array()) {
    const auto name = std::string(f.at("name").as_string());
    const auto file = std::find_if(made.files.begin(), made.files.end(),
                                   [&](const ExportFile& e) { return e.name == name; });
    ASSERT_NE(file, made.files.end());
    EXPECT_EQ(to_hex(crypto::sha256(file->content)), f.at("sha256").as_string());
  }
  EXPECT_EQ(w.store->exports(id).value().front().manifest,
            crypto::sha256(made.files.back().content));
  EXPECT_FALSE(
      storage::make_audit_log(w.db)->verify(w.keys->service_sign().value().public_key).value());
}

TEST(Letters, AnExportedPersonIsNeverMailedAndAMailedOneNeverExported) {
  World w(3);
  w.populate(6);
  w.letter_only("手紙だけ", "1000001", "東京都千代田区1-1");
  const auto id = w.approved();
  // Before anything is sent those with an address wait for their mail, not for a letter.
  const auto made = w.made(id, Channel::kLetter);
  EXPECT_THAT(made.persons, ElementsAre(person_named(w, id, "手紙だけ")));
  ASSERT_TRUE(w.exports().record(w.lead, id, made));
  EXPECT_EQ(mail_everybody(w, id), 6U) << "the exported one is not pending";
  EXPECT_EQ(state_of(w, id, made.persons[0]), DeliveryState::kExported);
  EXPECT_THAT(w.made(id, Channel::kLetter).persons, IsEmpty());
  auto forged = made;
  forged.row.number = 2;
  forged.persons = {person_named(w, id, "顧客1")};
  EXPECT_EQ(w.exports().record(w.lead, id, forged).error().code, Errc::kConflict)
      << "an accepted one cannot be exported";
  EXPECT_EQ(count_of(w, id, DeliveryState::kAccepted), 6U);
}

TEST(Letters, ListInShiftJisWhatItLacks) {
  World w(4);
  w.letter_only("髙橋 𠮷子", "1000001", "東京都千代田区葛󠄀町1-1");
  const auto id = w.approved();
  mail_everybody(w, id);
  const auto made = w.made(id, Channel::kLetter, ListEncoding::kShiftJis);
  std::vector<std::string> characters;
  for (const auto& l : made.lacking) characters.push_back(l.column + ":" + l.character);
  EXPECT_THAT(characters, ::testing::UnorderedElementsAre("name:𠮷", "address:󠄀"));
  const auto csv = csv_of(made);
  EXPECT_THAT(csv, HasSubstr("\xfb\xfc\x8b\xb4"));  // 髙橋: CP932 has it
  EXPECT_THAT(csv, HasSubstr("\x81\xac"));          // 〓
  EXPECT_EQ(csv.find("𠮷"), std::string::npos);
  EXPECT_THAT(text_of(made.files[0].content, "-raw"), HasSubstr("𠮷"));
}

TEST(Letters, GoFromABounceToTheLetterToTheReturnToTheAlternative) {
  World w(5);
  auto& c = w.add("kou", "戻る人", "gone@x.test", "+819000000000", {1});
  c.postal = "1000001";
  c.address = "東京都千代田区1-1";
  const auto id = w.approved();
  mail_everybody(w, id);
  const auto p = person_named(w, id, "戻る人");
  EXPECT_THAT(w.made(id, Channel::kLetter).persons, IsEmpty());
  const DeliveryStep bounced{p, DeliveryState::kAccepted, DeliveryState::kBounced, "", 0, "", "t"};
  ASSERT_TRUE(w.store->deliver(id, {&bounced, 1}, "t", w.clock.now()).value().front());
  ASSERT_TRUE(w.exports().record(w.lead, id, w.made(id, Channel::kLetter)));
  const std::vector<std::string> back = {p, "P00000000000000000000"};
  EXPECT_THAT(w.exports().returned(w.lead, id, back).value(), ElementsAre("P00000000000000000000"));
  EXPECT_EQ(state_of(w, id, p), DeliveryState::kReturned);
  EXPECT_THAT(w.made(id, Channel::kLetter).persons, IsEmpty()) << "not the same way again";
  EXPECT_THAT(w.made(id, Channel::kPhone).persons, ElementsAre(p));
  EXPECT_EQ(w.exports().alternative(w.lead, id, {}, "").error().code, Errc::kUsage);
  EXPECT_EQ(w.exports().alternative(w.lead, id, {}, "公表で代える").value(), 1U);
  EXPECT_EQ(state_of(w, id, p), DeliveryState::kAlternative);
  EXPECT_EQ(w.exports().alternative(w.lead, id, {&p, 1}, "x").error().code, Errc::kConflict);
}

TEST(Letters, AMinorOfTwoCarriersIsNeverAddressedInPersonWhicheverOneIsChosen) {
  World w(81);
  auto& first = w.add("kou", "田中葵", "", "+81900000001", {1});
  first.postal = "1000001";
  first.address = "東京都千代田区1-1";
  w.add("otsu", "田中葵様の保護者", "", "+81900000001", {1}).name_key = "田中葵";
  w.letter_only("鈴木一郎", "1000001", "東京都千代田区1-2", "+81900000002");
  const auto id = w.approved();
  EXPECT_EQ(mail_everybody(w, id), 0U);
  EXPECT_THAT(csv_of(w.made(id, Channel::kLetter)), HasSubstr("\"田中葵様の保護者\""));
  const auto calls = csv_of(w.made(id, Channel::kPhone));
  EXPECT_THAT(calls, HasSubstr("\"田中葵様の保護者\""));
  EXPECT_THAT(calls, HasSubstr("\"鈴木一郎\""));
  // The letter to the guardian has a wording of its own, in both languages; the other one has not.
  const auto made = w.made(id, Channel::kLetter);
  const auto text = text_of(made.files[0].content, "-raw");
  const auto times = [&](std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++n;
    return n;
  };
  EXPECT_EQ(times("保護者様へ：お子様の情報"), 1U);
  EXPECT_EQ(times("parent or guardian of 田中葵"), 1U);
  EXPECT_EQ(times("Important notice about your"), 2U);
}

TEST(Letters, AMailToAGuardianHasItsOwnWordingAndItsPreviewNoName) {
  World w(82);
  w.add("kou", "田中葵様の保護者", "parent@x.test", "+81900000001", {1});
  const auto id = w.approved();
  const auto preview = w.service().preview(w.lead, id, 1).value();
  ASSERT_THAT(preview, SizeIs(1));
  EXPECT_THAT(preview[0].subject, HasSubstr("保護者様へ"));
  EXPECT_THAT(preview[0].body, HasSubstr("お子様とお話しください"));
  EXPECT_THAT(preview[0].body, HasSubstr("Dear parent or guardian of "));
  EXPECT_EQ(preview[0].body.find("田中葵"), std::string::npos) << preview[0].body;
}

TEST(Letters, AreTheSameBytesAgainAfterAFontWasMissingForSome) {
  World w(8);
  // More than two files' worth, and one whom no font can print among the first or the last.
  const std::size_t each = 3, n = 2 * each + 1;
  CampaignExports exports(w.parts(), "甲通信株式会社", each);
  for (std::size_t i = 0; i < n; ++i)
    w.letter_only("顧客" + std::to_string(i), "1000001", "東京都千代田区1-" + std::to_string(i));
  w.letter_only("\xf4\x80\x80\x80", "1000001", "東京都千代田区1-1");  // a private character
  const auto id = w.approved();
  mail_everybody(w, id);
  const auto made = exports.make(w.lead, id, Channel::kLetter, ListEncoding::kUtf8).value();
  ASSERT_THAT(made.left_out, SizeIs(1));
  EXPECT_EQ(made.left_out[0].why, LeftOut::Why::kNoFont);
  ASSERT_THAT(made.persons, SizeIs(n));
  ASSERT_THAT(made.files, SizeIs(5)) << "three PDFs, list, manifest";
  ASSERT_TRUE(exports.record(w.lead, id, made));
  const auto again = exports.again(w.lead, id, 1);
  ASSERT_TRUE(again) << again.error().detail;
  for (std::size_t i = 0; i < made.files.size(); ++i)
    EXPECT_EQ(again.value().files[i].content, made.files[i].content) << made.files[i].name;
}

TEST(Lists, ADeadNumberIsFollowedByALetterAndThenByADecision) {
  World w(9);
  w.letter_only("電話の切れた人", "1000001", "東京都千代田区1-1", "+819000000001");
  w.letter_only("手紙も戻った人", "1000001", "東京都千代田区1-2", "+819000000002");
  const auto id = w.approved();
  mail_everybody(w, id);
  const auto first = person_named(w, id, "電話の切れた人");
  const auto second = person_named(w, id, "手紙も戻った人");
  const auto record = [&](Channel channel, const std::string& who) {
    auto made = w.made(id, channel);
    ASSERT_THAT(made.persons, ::testing::Contains(who));
    made.persons = {who};
    ASSERT_TRUE(w.exports().record(w.lead, id, made));
  };
  record(Channel::kSms, first);
  record(Channel::kLetter, second);
  ASSERT_THAT(w.exports().returned(w.lead, id, {&second, 1}).value(), IsEmpty());
  record(Channel::kPhone, second);
  const std::vector<std::string> dead = {first, second, "P00000000000000000000"};
  EXPECT_THAT(w.exports().unreached(w.lead, id, dead).value(),
              ElementsAre("P00000000000000000000"));
  EXPECT_EQ(count_of(w, id, DeliveryState::kBounced), 2U);
  EXPECT_THAT(w.exports().unreached(w.lead, id, {&first, 1}).value(), ElementsAre(first))
      << "told twice";
  EXPECT_THAT(w.made(id, Channel::kSms).persons, IsEmpty());
  EXPECT_THAT(w.made(id, Channel::kPhone).persons, IsEmpty()) << "the same number";
  EXPECT_THAT(w.made(id, Channel::kLetter).persons, ElementsAre(first))
      << "a letter of the other one came back";
  ASSERT_TRUE(w.exports().record(w.lead, id, w.made(id, Channel::kLetter)));
  EXPECT_THAT(w.exports().unreached(w.lead, id, {&first, 1}).value(), ElementsAre(first))
      << "its letter is not a number";
  // The letter of the first comes back, too: its number is dead all the same.
  ASSERT_THAT(w.exports().returned(w.lead, id, {&first, 1}).value(), IsEmpty());
  EXPECT_THAT(w.made(id, Channel::kSms).persons, IsEmpty());
  EXPECT_THAT(w.made(id, Channel::kPhone).persons, IsEmpty());
  EXPECT_THAT(w.made(id, Channel::kLetter).persons, IsEmpty()) << "nothing but a decision is left";
  EXPECT_EQ(w.exports().alternative(w.lead, id, {&second, 1}, "公表で代える").value(), 1U);
  EXPECT_EQ(state_of(w, id, second), DeliveryState::kAlternative);
}

TEST(Lists, HoldTheApprovedShortTextAndOnlyWhatTheChannelNeeds) {
  World w(6);
  w.add("kou", "電話の人", "", "+819011112222", {1});
  const auto id = w.approved();
  mail_everybody(w, id);
  const auto p = person_named(w, id, "電話の人");
  const auto sms = csv_of(w.made(id, Channel::kSms));
  EXPECT_THAT(sms, HasSubstr("\"" + p + "\",\"+819011112222\",\"甲通信株式会社"));
  EXPECT_THAT(sms, HasSubstr("0120-000-111"));
  EXPECT_THAT(sms, HasSubstr("reference " + p));
  EXPECT_THAT(sms, Not(HasSubstr("電話の人")));
  EXPECT_THAT(csv_of(w.made(id, Channel::kPhone)), HasSubstr("電話の人"));
  const auto version = w.store->version(id, 1).value();
  EXPECT_THAT(version.desk, HasSubstr("\n\nSMS: 甲通信株式会社"));
  EXPECT_THAT(w.exports().publication(w.lead, id).value(), HasSubstr("専用お問い合わせ窓口"));
}

TEST(Lists, OfManyWhoWaitEachIsInOneFileOrToldOnceAsLeftOut) {
  World w(10);
  constexpr std::size_t kPeople = CampaignExports::kMostPersons + 60;
  for (std::size_t i = 0; i < kPeople; ++i) {
    const auto number = std::to_string(10'000'000 + i);
    w.add("kou", "顧客" + number, "", i % 50 == 0 ? "" : "+8190" + number, {i});
  }
  const auto id = w.approved();
  mail_everybody(w, id);
  auto exports = w.exports();
  std::set<std::string> listed, left;
  std::size_t files = 0;
  for (;;) {
    const auto made = exports.make(w.lead, id, Channel::kSms, ListEncoding::kUtf8).value();
    for (const auto& out : made.left_out) EXPECT_TRUE(left.insert(out.person).second);
    if (made.persons.empty()) break;
    for (const auto& p : made.persons) EXPECT_TRUE(listed.insert(p).second);
    ASSERT_TRUE(exports.record(w.lead, id, made));
    ++files;
  }
  EXPECT_EQ(files, 2U);
  EXPECT_EQ(left.size(), (kPeople + 49) / 50);
  EXPECT_EQ(listed.size() + left.size(), must(w.store->recipients(id, "")).size());
  // Another command looks at them again.
  EXPECT_EQ(w.made(id, Channel::kSms).left_out.size(), left.size());
}

TEST(Letters, NeedEverybodysApprovalOfThisVersion) {
  World w(7);
  w.letter_only("顧客", "1000001", "東京都千代田区1-1");
  const auto id = w.approved();
  ASSERT_TRUE(w.service().freeze(w.lead, id, w.incident(), {}));
  EXPECT_EQ(w.exports().make(w.lead, id, Channel::kLetter, ListEncoding::kUtf8).error().code,
            Errc::kConflict);
  EXPECT_EQ(w.exports()
                .make(registry::Viewer::local("x"), "CMP-0", Channel::kLetter, ListEncoding::kUtf8)
                .error()
                .code,
            Errc::kNotFound);
  EXPECT_EQ(w.exports().make(w.lead, id, Channel::kEmail, ListEncoding::kUtf8).error().code,
            Errc::kUsage);
}

}  // namespace
}  // namespace hitokoe::incident
