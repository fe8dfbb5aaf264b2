// Input of any length that was made to do harm, through everything that reads a document.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>

#include "matcher/decode/document.h"
#include "tests/sanitized.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

using hitokoe::test::kSanitized;

long peak_kb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Rows of `block`, again and again, and then of `end`.
std::uint64_t rows_of(std::string_view block, std::uint64_t times, std::string_view end) {
  std::uint64_t rows = 0;
  std::vector<Warning> warnings;
  Reading reading(
      [&](std::span<const identity::FieldValue>) -> Result<void> {
        ++rows;
        return ok();
      },
      warnings);
  DocumentReader reader(reading, "stream", {});
  for (std::uint64_t i = 0; i < times; ++i) EXPECT_TRUE(reader.feed(as_bytes(block)));
  EXPECT_TRUE(reader.feed(as_bytes(end)));
  EXPECT_TRUE(reader.finish());
  return rows;
}

constexpr std::uint64_t kMiB = 1U << 20;
const std::string kRow = "\n氏名：山田太郎\nTEL：090-1234-5678\n";

// What it holds does not grow with the line: 192 MiB here, as long as one likes by `ops/soak line`.
std::uint64_t megabytes() {
  const char* more = std::getenv("HITOKOE_LINE_MB");
  if (more != nullptr) return std::strtoull(more, nullptr, 10);
  return kSanitized ? 16 : 192;
}

TEST(HostileStream, ALineThatNeverEndsPassesInBoundedMemory) {
  const long before = peak_kb();
  EXPECT_GE(rows_of(std::string(kMiB, 'x'), megabytes(), kRow), 1U);
  if (!kSanitized) {
    EXPECT_LT(peak_kb() - before, 64 * 1024);
  }
}

// Every row, about a hundred bytes, in another character set than the one before.
TEST(HostileStream, CharacterSetsThatAlternateEveryHundredBytesLoseNoRow) {
  constexpr unsigned kRows = 600;
  std::string whole = "氏名,電話番号,メール,住所\n", bytes = whole;
  for (unsigned n = 0; n < kRows; ++n) {
    const Person p = person(n);
    const std::string row = p.name + "," + p.phone + "," + p.email + "," + p.address + "\n";
    whole += row;
    bytes += n % 2 == 0 ? to_cp932(row) : row;
  }
  EXPECT_EQ(rows_of(whole, 1, ""), kRows);
  EXPECT_EQ(rows_of(bytes, 1, ""), kRows);
}

}  // namespace
}  // namespace hitokoe::matcher::test
