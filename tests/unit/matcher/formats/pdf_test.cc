// PDF through the real pdftotext, and what happens when it is not there or misbehaves.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "matcher/decode/formats/pdf_document.h"
#include "tests/scratch_folder.h"
#include "tests/unit/matcher/archive_reading.h"
#include "tests/unit/matcher/formats/made.h"

namespace hitokoe::matcher::test {
namespace {

TEST(Pdf, TextIsReadAsItStandsOnThePage) {
  const auto got = read_in_pieces(pdf({{50, 700, u"氏名：山田太郎"},
                                       {50, 680, u"電話番号：090-1234-5678"},
                                       {50, 660, u"メール：taro@example.jp"}}));
  EXPECT_EQ(got.rows, Rows{"name=山田太郎;phone=090-1234-5678;email=taro@example.jp;"});
  EXPECT_TRUE(got.warnings.empty());
}

// That nothing opens.
std::string protected_pdf() {
  return pdf({{50, 700, u"x"}}, "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" +
                                    std::string(64, '1') + "> /U <" + std::string(64, '2') +
                                    "> >> /ID [<00> <00>] ");
}

TEST(Pdf, WithoutTextOrProtectedIsTold) {
  EXPECT_TRUE(read_back(pdf({})).warns("PDF without text"));
  EXPECT_TRUE(read_back(protected_pdf()).warns("protected by a password"));
}

TEST(Pdf, DamageCostsTheDocumentOnly) {
  const auto whole = pdf({{50, 700, u"連絡先 090-1234-5678"}});
  EXPECT_FALSE(read_back(std::string_view(whole).substr(0, 40)).warnings.empty());
  // Without its table of objects it is still read.
  EXPECT_EQ(read_back(std::string_view(whole).substr(0, whole.find("startxref"))).rows.size(), 1U);
}

// By the real qpdf, in the three ciphers that PDF has had.
class LockedPdf : public testing::TestWithParam<const char*> {
 protected:
  std::string locked(const std::string& password) {
    folder_.put(
        "plain.pdf",
        as_bytes(pdf({{50, 700, u"氏名：山田太郎"}, {50, 680, u"電話番号：090-1234-5678"}})));
    shell(folder_, "qpdf --allow-weak-crypto --encrypt '" + password + "' owner " + GetParam() +
                       " -- plain.pdf locked.pdf");
    return std::string(as_text(read_file(folder_ / "locked.pdf").value()));
  }
  ScratchFolder folder_;
};

TEST_P(LockedPdf, OpensWithThePasswordOfAPageBeforeOrAfterIt) {
  for (const std::string password : {"Himitu-42", "a b $1"}) {
    locked(password);
    folder_.put("page.txt", as_bytes("解凍パスは「" + password + "」です\n"));
    for (const auto& files : {std::vector<std::string>{"page.txt", "locked.pdf"},
                              std::vector<std::string>{"locked.pdf", "page.txt"}}) {
      const auto got = read_exposure(folder_, files);
      EXPECT_EQ(got.rows, std::vector<std::string>{"phone=090-1234-5678;name=山田太郎;"});
      EXPECT_TRUE(got.warnings.empty()) << got.warnings[0];
    }
  }
}

TEST_P(LockedPdf, StaysLockedWithoutItAndIsToldOnce) {
  locked("Himitu-42");
  folder_.put("other.txt", as_bytes("password: wrong-one\npass: another\n"));
  const auto got = read_exposure(folder_, {"locked.pdf", "other.txt"});
  EXPECT_TRUE(got.rows.empty());
  EXPECT_EQ(got.warnings,
            std::vector<std::string>{"locked.pdf: PDF protected by a password: not read"});
}

INSTANTIATE_TEST_SUITE_P(Bits, LockedPdf, testing::Values("40", "128", "256"));

// Arguments can be read by every user of the machine; a pipe cannot.
TEST(IsolatedProgram, ASecretComesOverAPipeAndStandsInNoArgument) {
  std::string all;
  const auto result = run_isolated(
      "/bin/sh",
      {"-c", "cat <&3; tr '\\0' ' ' < /proc/$$/cmdline; tr '\\0' ' ' < /proc/$$/environ"},
      as_bytes("input"), {},
      [&](ByteView bytes) {
        all += as_text(bytes);
        return true;
      },
      "Himitu-42\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(all.starts_with("Himitu-42\n")) << all;
  EXPECT_EQ(all.find("Himitu-42", 9), std::string::npos) << all;
  EXPECT_EQ(run_isolated(
                "/bin/cat", {}, {}, {}, [](ByteView) { return true; }, std::string(5000, 'x'))
                .end,
            ProgramEnd::kFailed);
}

class OtherTool : public testing::Test {
 protected:
  ReadBack read(const std::string& script, std::chrono::milliseconds silence) {
    PdfTool tool;
    tool.program = (folder_.path() / "tool").string();
    tool.limits.silence = silence;
    if (!script.empty()) {
      std::ofstream(tool.program) << "#!/bin/sh\n" << script;
      ::chmod(tool.program.c_str(), 0755);
    }
    ReadBack out;
    std::vector<Warning> warnings;
    Reading reading(
        [&](std::span<const identity::FieldValue> values) -> Result<void> {
          out.rows.emplace_back(values[0].raw);
          return ok();
        },
        warnings);
    PdfDocument reader(reading, {"doc", "", 0}, tool);
    EXPECT_TRUE(reader.feed(as_bytes("%PDF-1.4 input")));
    EXPECT_TRUE(reader.finish());
    for (const auto& w : warnings) out.warnings.push_back(w.what.en);
    return out;
  }
  ScratchFolder folder_;
};

TEST_F(OtherTool, ThatIsMissingIsNamedWithItsPackage) {
  EXPECT_TRUE(read("", std::chrono::seconds(5)).warns("poppler-utils"));
}

TEST_F(OtherTool, ThatDecryptsIsNamedWithItsPackageWhereItIsMissing) {
  PdfTool tool;
  tool.decrypt = (folder_.path() / "none").string();
  std::vector<Warning> warnings;
  ArchiveKeys keys;
  keys.see_text("pass: hunter2\n");
  Reading reading([](std::span<const identity::FieldValue>) { return Result<void>(ok()); },
                  warnings, NestingLimits{}, &keys);
  PdfDocument reader(reading, {"doc", "", 0}, tool);
  EXPECT_TRUE(reader.feed(as_bytes(protected_pdf())));
  EXPECT_TRUE(reader.finish());
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].what.en.find("Debian package qpdf"), std::string::npos);
}

TEST_F(OtherTool, ThatCrashesCostsWhatItHadNotYetSaid) {
  const auto got = read("echo t@example.jp\nkill -SEGV $$\n", std::chrono::seconds(20));
  EXPECT_EQ(got.rows, Rows{"t@example.jp"});
  EXPECT_TRUE(got.warns("failed or took too long"));
}

TEST_F(OtherTool, ThatHangsIsEnded) {
  const auto got = read("echo t@example.jp\nexec sleep 1000\n", std::chrono::milliseconds(200));
  EXPECT_EQ(got.rows, Rows{"t@example.jp"});
  EXPECT_TRUE(got.warns("failed or took too long"));
}

TEST_F(OtherTool, SeesTheDocumentAndNothingElse) {
  const auto got = read(
      "cat >/dev/null\n[ -z \"$HOME$PATH_INFO$HITOKOE_PASSPHRASE_FILE\" ] && echo a@example.jp\n"
      "echo x > " +
          (folder_.path() / "made").string() +
          " || echo b@example.jp\n[ \"$PWD\" = / ] && echo "
          "c@example.jp\n",
      std::chrono::seconds(20));
  EXPECT_EQ(got.rows, (Rows{"a@example.jp", "b@example.jp", "c@example.jp"}));
}

TEST(IsolatedProgram, PassesTheInputAndStopsWhenTold) {
  std::string all;
  const std::string input(300'000, 'x');
  auto result = run_isolated("/bin/cat", {}, as_bytes(input), {}, [&](ByteView bytes) {
    all += as_text(bytes);
    return true;
  });
  EXPECT_EQ(result.end, ProgramEnd::kExited);
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(all, input);
  result = run_isolated("/bin/cat", {"/dev/zero"}, {}, {}, [](ByteView) { return false; });
  EXPECT_EQ(result.end, ProgramEnd::kStopped);
  result =
      run_isolated("/bin/sh", {"-c", "echo no >&2; exit 3"}, {}, {}, [](ByteView) { return true; });
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.errors, "no\n");
}

}  // namespace
}  // namespace hitokoe::matcher::test
