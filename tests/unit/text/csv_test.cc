#include "hitokoe/text/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace hitokoe::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Told {
  std::vector<std::string> what;  // "3|a|b" for a row on line 3, "3!nul_byte" for a fault
  std::optional<std::string> error;

  friend bool operator==(const Told&, const Told&) = default;
};

void PrintTo(const Told& told, std::ostream* out) {
  for (const auto& w : told.what) *out << testing::PrintToString(w) << '\n';
  if (told.error) *out << "error: " << *told.error;
}

Told read_pieces(const std::vector<std::string_view>& pieces, CsvOptions options) {
  Told told;
  CsvReader reader(
      options,
      [&](const CsvRow& row) -> Result<void> {
        std::string s = std::to_string(row.line);
        for (const auto f : row.fields) s += "|" + std::string(f);
        told.what.push_back(std::move(s));
        return ok();
      },
      [&](std::uint64_t line, CsvFault fault) {
        told.what.push_back(std::to_string(line) + "!" + std::string(to_string(fault)));
      });
  for (const auto piece : pieces) {
    if (auto r = reader.feed(piece); !r) {
      told.error = r.error().detail;
      return told;
    }
  }
  if (auto r = reader.finish(); !r) told.error = r.error().detail;
  return told;
}

Told read_all(std::string_view text, CsvOptions options = {}) {
  return read_pieces({text}, options);
}

// The same, byte by byte, with nothing clever: keeps the whole row and looks at it at its end.
Told read_slowly(std::string_view text, CsvOptions options = {}) {
  Told told;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::uint64_t line = 1;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::uint64_t row_line = line;
    const std::size_t row_begin = i;
    std::vector<std::string> fields;
    std::string_view fault;
    bool any_quote = false;
    const auto note = [&](std::string_view what) {
      if (fault.empty()) fault = what;
    };
    bool row_done = false;
    while (!row_done) {
      const std::size_t field_begin = i;
      std::string value;
      const auto long_at = [&](std::size_t at, bool quoted) {
        const std::size_t origin = field_begin;
        const bool field = at - origin > options.max_field;
        const bool row = at - row_begin > options.max_row;
        if (quoted && field) return true;
        if ((field && !quoted) || row) {
          note(origin + options.max_field <= row_begin + options.max_row ? "field_too_long"
                                                                         : "row_too_long");
        }
        return false;
      };
      bool plain = true;
      if (i < text.size() && text[i] == '"') {
        any_quote = true;
        plain = false;
        const std::uint64_t quote_line = line;
        ++i;
        for (;; ++i) {
          if (long_at(i, true)) {
            told.error = "line " + std::to_string(quote_line) +
                         ": the quote that begins here is not closed within " +
                         std::to_string(options.max_field) + " bytes";
            return told;
          }
          if (i == text.size()) {
            told.error = "line " + std::to_string(quote_line) +
                         ": the quote that begins here is never closed";
            return told;
          }
          if (text[i] == '"') {
            if (i + 1 < text.size() && text[i + 1] == '"') {
              value += '"';
              ++i;
              continue;
            }
            break;
          }
          if (text[i] == '\0') note("nul_byte");
          if (text[i] == '\r' || (text[i] == '\n' && text[i - 1] != '\r')) ++line;
          value += text[i];
        }
        ++i;
        if (i < text.size() && text[i] != options.delimiter && text[i] != '\r' && text[i] != '\n') {
          note("text_after_quote");
          plain = true;
        }
      }
      if (plain) {
        for (;
             i < text.size() && text[i] != options.delimiter && text[i] != '\r' && text[i] != '\n';
             ++i) {
          long_at(i, false);
          if (text[i] == '\0') note("nul_byte");
          value += text[i];
        }
        long_at(i, false);
      }
      if (fields.size() >= options.max_fields) {
        note("too_many_fields");
      } else {
        fields.push_back(value);
      }
      if (i < text.size() && text[i] == options.delimiter) {
        ++i;
        continue;
      }
      row_done = true;
    }
    const std::size_t row_end = i;
    if (i < text.size()) {
      ++line;
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      ++i;
    }
    if (fields.size() == 1 && fields[0].empty() && !any_quote && fault.empty()) continue;
    if (!is_utf8(text.substr(row_begin, row_end - row_begin))) note("invalid_utf8");
    if (!fault.empty()) {
      told.what.push_back(std::to_string(row_line) + "!" + std::string(fault));
      continue;
    }
    std::string s = std::to_string(row_line);
    for (const auto& f : fields) s += "|" + f;
    told.what.push_back(std::move(s));
  }
  return told;
}

TEST(CsvReader, ReadsQuotesDelimitersAndLineEndsInsideThem) {
  EXPECT_THAT(read_all("a,\"b,1\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",,x\n").what,
              ElementsAre("1|a|b,1|say \"hi\"", "2|two\r\nlines||x"));
}

TEST(CsvReader, EndsRowsAtEveryKindOfLineEndAlsoMixed) {
  EXPECT_THAT(read_all("a,b\nc,d\r\ne,f\rg,h").what,
              ElementsAre("1|a|b", "2|c|d", "3|e|f", "4|g|h"));
}

TEST(CsvReader, CountsLinesInsideQuotesSoThatLaterRowsAreFound) {
  EXPECT_THAT(read_all("\"a\nb\r\nc\rd\"\ne\n").what, ElementsAre("1|a\nb\r\nc\rd", "5|e"));
}

TEST(CsvReader, SkipsEmptyLinesAndTheByteOrderMark) {
  EXPECT_THAT(read_all("\xEF\xBB\xBF\"x\",y\n\r\n\r\nz,\n\"\"\n").what,
              ElementsAre("1|x|y", "4|z|", "5|"));
}

TEST(CsvReader, KeepsAQuoteInsideAnUnquotedField) {
  EXPECT_THAT(read_all("5\" disk,a\n").what, ElementsAre("1|5\" disk|a"));
}

TEST(CsvReader, LosesOneRowToOneFault) {
  EXPECT_THAT(read_all(std::string("a\nb\0b\nc\n\"d\"d\ne\n\xE3\x81\nf\n", 20)).what,
              ElementsAre("1|a", "2!nul_byte", "3|c", "4!text_after_quote", "5|e", "6!invalid_utf8",
                          "7|f"));
}

TEST(CsvReader, NamesTheLineWhereAQuoteThatIsNeverClosedBegins) {
  const auto told = read_all("a,b\nc,\"d\ne\nf\n");
  EXPECT_THAT(told.what, ElementsAre("1|a|b"));
  EXPECT_EQ(told.error, "line 2: the quote that begins here is never closed");
}

TEST(CsvReader, RefusesAQuoteThatSwallowsTheFileWithoutReadingItAll) {
  std::string text = "a\n\"";
  text += std::string(64, 'x');
  const auto told = read_all(text, {.max_field = 16});
  EXPECT_THAT(told.error.value_or(""),
              HasSubstr("line 2: the quote that begins here is not closed"));
}

TEST(CsvReader, RecoversFromFieldsAndRowsThatAreTooLong) {
  EXPECT_THAT(read_all("a\n123456789,b\n1,2,3,4,5,6,7\n12345678,1\n",
                       {.max_field = 8, .max_row = 12, .max_fields = 4})
                  .what,
              ElementsAre("1|a", "2!field_too_long", "3!too_many_fields", "4|12345678|1"));
  EXPECT_THAT(read_all("1234,1234,1234,1234\nok\n", {.max_field = 8, .max_row = 12}).what,
              ElementsAre("1!row_too_long", "2|ok"));
}

TEST(CsvReader, HoldsOnlyOneRowOfAFieldThatNeverEnds) {
  // 64 MiB without a line end: the reader drops what it has judged.
  const std::string piece(1U << 20, 'x');
  std::vector<std::string_view> pieces(64, piece);
  pieces.push_back("\nok\n");
  EXPECT_THAT(read_pieces(pieces, {}).what, ElementsAre("1!field_too_long", "2|ok"));
}

TEST(CsvReader, StopsAtTheFirstErrorOfTheCaller) {
  CsvReader reader(
      {}, [](const CsvRow&) -> Result<void> { return fail(Errc::kLimit, "enough", "enough"); },
      [](std::uint64_t, CsvFault) {});
  const auto r = reader.feed("a\nb\n");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kLimit);
  EXPECT_EQ(reader.rows(), 1U);
}

TEST(CsvReader, GivesTheSameForEverySplitInTwo) {
  static constexpr char kText[] =
      "\xEF\xBB\xBF"
      "a,\"b\"\"c\",d\r\n\"x\r\ny\",\"\",z\r\"q\"r,1\n\n日本,\"東\n京\"\n\"\"\"\"\nlast,\0,row";
  const std::string text(kText, sizeof kText - 1);
  const CsvOptions options{.max_field = 12, .max_row = 40, .max_fields = 4};
  const auto whole = read_all(text, options);
  EXPECT_EQ(whole, read_slowly(text, options));
  for (std::size_t i = 0; i <= text.size(); ++i) {
    EXPECT_EQ(read_pieces({std::string_view(text).substr(0, i), std::string_view(text).substr(i)},
                          options),
              whole)
        << "split at " << i;
  }
}

TEST(CsvReader, AgreesWithTheNaiveReaderOnRandomTextInRandomPieces) {
  std::mt19937 engine(20260401);
  constexpr std::string_view kAlphabet[] = {"a",
                                            "b",
                                            "\"",
                                            "\"",
                                            "\"\"",
                                            ",",
                                            ",",
                                            "\n",
                                            "\r",
                                            "\r\n",
                                            "あ",
                                            "\xE3",
                                            "xyz",
                                            "\xFF",
                                            "\xEF\xBB\xBF",
                                            "0123456789abcdef"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    const auto length = engine() % 24;
    for (unsigned i = 0; i < length; ++i) {
      const auto pick = engine() % 17;
      if (pick == 16) {
        text.push_back('\0');
      } else {
        text += kAlphabet[pick];
      }
    }
    const CsvOptions options{.max_field = 4 + engine() % 12,
                             .max_row = 8 + engine() % 24,
                             .max_fields = 1 + engine() % 5};
    const auto slow = read_slowly(text, options);
    std::vector<std::string_view> pieces;
    for (std::string_view rest = text; !rest.empty();) {
      const auto n = 1 + engine() % 7;
      pieces.push_back(rest.substr(0, n));
      rest.remove_prefix(pieces.back().size());
    }
    ASSERT_EQ(read_all(text, options), slow) << testing::PrintToString(text);
    ASSERT_EQ(read_pieces(pieces, options), slow) << testing::PrintToString(text);
  }
}

TEST(IsUtf8, KnowsEveryEdgeOfTheFormat) {
  EXPECT_TRUE(is_utf8("plain, longer than one vector of sixteen bytes"));
  EXPECT_TRUE(
      is_utf8("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xF0\x90\x80\x80 "
              "\xF4\x8F\xBF\xBF"));
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE3\x81",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE3\x81z"}) {
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
    EXPECT_FALSE(is_utf8("sixteen bytes of ASCII before it " + std::string(bad)));
  }
}

}  // namespace
}  // namespace hitokoe::text
