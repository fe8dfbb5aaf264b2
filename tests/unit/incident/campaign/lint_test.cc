#include "incident/campaign/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/incident/campaign.h"
#include "incident/campaign/notice.h"
#include "incident/campaign/notice_templates.h"

namespace hitokoe::incident::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> told(const std::vector<TextProblem>& problems) {
  std::vector<std::string> out;
  for (const auto& p : problems) out.push_back(std::to_string(p.line) + ": " + p.what.en);
  return out;
}

std::string without(std::string_view text, std::string_view part) {
  std::string out(text);
  out.erase(out.find(part), part.size());
  return out;
}

int lines_of(std::string_view text) {
  return 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Lint, TheFixedWordingIsClean) {
  EXPECT_THAT(told(lint_template(kNoticeJa, Language::kJapanese)), IsEmpty());
  EXPECT_THAT(told(lint_template(kNoticeEn, Language::kEnglish)), IsEmpty());
}

TEST(Lint, EveryHeadingAndEveryMarkThatIsMissingIsTold) {
  for (auto heading : kHeadingsJa) {
    const auto text = without(kNoticeJa, "■ " + std::string(heading));
    EXPECT_THAT(told(lint_template(text, Language::kJapanese)),
                ::testing::Contains(HasSubstr("the heading \"" + std::string(heading))));
  }
  for (auto heading : kHeadingsEn) {
    const auto text = without(kNoticeEn, "\n" + std::string(heading));
    EXPECT_THAT(told(lint_template(text, Language::kEnglish)),
                ::testing::Contains(HasSubstr("the heading \"" + std::string(heading))));
  }
  for (const char* mark : {"{{desk_phone}}", "{{desk_email}}", "[[reference]]", "[[items]]"}) {
    const auto text = without(kNoticeJa, mark);
    EXPECT_THAT(
        told(lint_template(text, Language::kJapanese)),
        ElementsAre(HasSubstr(std::to_string(lines_of(text)) + ": " + mark + " is missing")));
  }
}

TEST(Lint, TellsTheLineOfWhatIsNotClosedOrNotKnown) {
  const std::string base(kNoticeEn);
  const auto at = [&](const std::string& more) {
    return told(lint_template(more + "\n" + base, Language::kEnglish));
  };
  EXPECT_THAT(at("{{#summary}}"), ElementsAre("1: not closed: #summary"));
  EXPECT_THAT(at("x\n{{/summary}}"), ElementsAre("2: an end without its beginning: /summary"));
  EXPECT_THAT(at("{{lead"), ElementsAre("1: {{ is not closed on its line"));
  EXPECT_THAT(at("lead}}"), ElementsAre("1: }} without its beginning"));
  EXPECT_THAT(at("a\nb {{phone}}"), ElementsAre("2: no such field: {{phone}}"));
  EXPECT_THAT(at("[[lead]]"), ElementsAre("1: no such field: [[lead]]"));
  EXPECT_THAT(at("{{name}}"), ElementsAre("1: no such field: {{name}}"));
  EXPECT_THAT(at("{{> file}}"), ElementsAre("1: no such field: {{> file}}"));
  EXPECT_THAT(at("{{=<% %>=}}"), ElementsAre("1: no such field: {{=<% %>=}}"));
  EXPECT_THAT(at("[[items]]"), ElementsAre(HasSubstr("1: [[items]] stands in [[#carriers]]")));
  EXPECT_THAT(at("{{#cause}}{{#summary}}{{/cause}}{{/summary}}"), ::testing::SizeIs(2));
}

TEST(Lint, AHeadingAloneIsNoContent) {
  std::string text(kNoticeEn);
  const auto begin = text.find("What We Are Doing\n") + 18;
  text.erase(begin, text.find("\nWhat You Can Do") - begin);
  EXPECT_THAT(told(lint_template(text, Language::kEnglish)),
              ElementsAre(HasSubstr("nothing stands under \"What We Are Doing\"")));
}

TEST(Lint, NobodyElsesNumberOrAddressMayStandThere) {
  CampaignSpec spec;
  spec.from = "notice@kou.example";
  spec.desk.phone = "0120-000-000";
  spec.desk.email = "desk@kou.example";
  EXPECT_THAT(told(lint_contacts("Call 0120-000-000 or 0120(000)000, mail DESK@kou.example.\n"
                                 "On 2026-04-01, INC-20260401-0001, 100-0001, 110",
                                 spec)),
              IsEmpty());
  EXPECT_THAT(told(lint_contacts("x\n090-0000-1234", spec)),
              ElementsAre("2: a phone number that is not the desk's"));
  EXPECT_THAT(told(lint_contacts("０９０－００００－１２３４", spec)),
              ElementsAre("1: a phone number that is not the desk's"));
  EXPECT_THAT(told(lint_contacts("+81 90 0000 1234", spec)), ::testing::SizeIs(1));
  EXPECT_THAT(told(lint_contacts("a\nb\n<hanako@a.example>", spec)),
              ElementsAre("3: a mail address that is not the desk's"));
}

TEST(Lint, ASpecFileTellsTheLineInTheFile) {
  const auto spec = parse_spec(
      "from: notice@kou.test\ndesk: {phone: 0120-000-000, email: desk@kou.test}\nnotice:\n  ja: |\n"
      "    件名\n    {{unknown}}\n  en: |\n    Subject\n",
      "s.yaml", "kou");
  ASSERT_FALSE(spec);
  EXPECT_THAT(spec.error().detail, HasSubstr("s.yaml:6: notice.ja: no such field: {{unknown}}"));
}

TEST(Lint, ATextOfOnesOwnIsWhatIsFrozen) {
  CampaignSpec spec;
  spec.lead = "kou";
  spec.from = "notice@kou.test";
  spec.desk = {"", "0120-000-000", "desk@kou.test", ""};
  spec.notice = {"自社の件名\n" + std::string(kNoticeJa), "Own subject\n" + std::string(kNoticeEn)};
  ASSERT_TRUE(check_spec(spec)) << check_spec(spec).error().detail;
  const auto again = spec_from_json(spec_to_json(spec)).value();
  EXPECT_EQ(again.notice.en, spec.notice.en);
  const auto texts = frozen_texts({spec, "甲通信株式会社", "INC-1", JstDay{}});
  EXPECT_TRUE(texts.ja.starts_with("自社の件名\n"));
  EXPECT_TRUE(check_frozen(texts, spec.desk));
}

TEST(Lint, LooksAtWhatGuardiansReadAsAtWhatTheOthersRead) {
  std::string text(kNoticeJa);
  const std::string items = "・[[carrier]]：[[items]]";
  text.replace(text.find(items), items.size(), "[[^guardian]]" + items + "[[/guardian]]");
  const auto problems = told(lint_template(text, Language::kJapanese));
  ASSERT_FALSE(problems.empty());
  for (const auto& p : problems) EXPECT_THAT(p, HasSubstr("(as guardians read it)"));
  EXPECT_THAT(problems, ::testing::Contains(HasSubstr("[[items]] is missing")));
  // The line is that of the whole text.
  std::string bad(kNoticeJa);
  bad += "[[address]]";
  EXPECT_THAT(told(lint_template(bad, Language::kJapanese)),
              ElementsAre(std::to_string(lines_of(bad)) + ": no such field: [[address]]"));
}

TEST(Lint, RefusesSectionsForGuardiansThatAreNotClosedOrCross) {
  const std::string text(kNoticeEn);
  for (const char* bad :
       {"[[#guardian]]", "[[/guardian]]", "[[#guardian]][[^guardian]]x[[/guardian]]"}) {
    EXPECT_FALSE(lint_template(text + bad, Language::kEnglish).empty()) << bad;
  }
}

}  // namespace
}  // namespace hitokoe::incident::campaign
