#include "incident/campaign/letter_sheet.h"

#include <gtest/gtest.h>

#include "hitokoe/print/document.h"

namespace hitokoe::incident::campaign {
namespace {

Letter letter(std::size_t number, const std::string& text) {
  Letter out;
  out.reference = "P" + std::to_string(number);
  out.name = "顧客";
  out.address = "東京都千代田区1-1";
  out.notice.subjects = {"件名", "subject"};
  out.notice.bodies = {text, text};
  return out;
}

std::size_t room_for(const std::string& text) {
  LetterSheet sheet("CMP-1", UtcTime{}, CampaignExports::kLettersPerPdf);
  std::size_t n = 0;
  while (n < 1000 && !sheet.full() && sheet.has_room_for(letter(n, text)))
    sheet.add(letter(n++, text));
  return n;
}

TEST(LetterSheet, OrdinaryLettersFillAFileByTheirNumber) {
  EXPECT_EQ(room_for(std::string(3000, 'a')), CampaignExports::kLettersPerPdf);
}

TEST(LetterSheet, VeryLongTextsMakeMoreFilesInsteadOfOneThatCannotBePrinted) {
  // The longest text of a campaign, in both languages.
  const auto n = room_for(std::string(32U << 10, 'a'));
  EXPECT_GT(n, 10U);
  EXPECT_LT(n, CampaignExports::kLettersPerPdf);
  EXPECT_LT(n * (64U << 10), print::Document::kMostText);
  // Short lines need pages, not bytes.
  std::string lines;
  for (int i = 0; i < 3000; ++i) lines += "x\n";
  const auto pages = room_for(lines);
  EXPECT_GT(pages, 1U);
  EXPECT_LT(pages * 2 * (3000 / 70), print::Document::kMostPages);
}

TEST(LetterSheet, AnEmptyOneTakesALetterOfAnyLength) {
  const LetterSheet sheet("CMP-1", UtcTime{}, CampaignExports::kLettersPerPdf);
  EXPECT_TRUE(sheet.has_room_for(letter(1, std::string(7U << 20, 'a'))));
}

}  // namespace
}  // namespace hitokoe::incident::campaign
