#include "matcher/decode/formats/pdf_document.h"

#include <algorithm>
#include <utility>

#include "hitokoe/text/charset.h"
#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/text_document.h"
#include "matcher/rows/row_reader.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostPdf = 256U << 20;
constexpr std::size_t kMostPasswords = 50;  // each is a run of the program
constexpr std::size_t kMostPage = 4U << 20;

// Where lines stand far apart, pdftotext puts a blank line between them. One that stands between
// most lines of a page ends no record.
std::string without_usual_gaps(std::string_view page) {
  std::size_t close = 0, apart = 0, blank = 0;
  const auto each_line = [&](const auto& f) {
    for (std::size_t at = 0; at < page.size();) {
      const std::size_t end = std::min(page.find('\n', at), page.size());
      f(page.substr(at, end - at));
      at = end + 1;
    }
  };
  bool first = true;
  each_line([&](std::string_view line) {
    if (trimmed(line).empty()) {
      ++blank;
      return;
    }
    if (!std::exchange(first, false)) {
      close += blank == 0 ? 1U : 0U;
      apart += blank == 1 ? 1U : 0U;
    }
    blank = 0;
  });
  if (apart <= close) return std::string(page);
  std::string out;
  blank = 0;
  each_line([&](std::string_view line) {
    if (trimmed(line).empty()) {
      if (++blank == 1) return;
    } else {
      blank = 0;
    }
    out.append(line).append("\n");
  });
  return out;
}

}  // namespace

PdfDocument::PdfDocument(Reading& reading, DocumentInfo info, PdfTool tool, TriedPasswords tried)
    : WholeDocument(reading, std::move(info), kMostPdf),
      tool_(std::move(tool)),
      tried_(std::move(tried)) {
  if (tool_.program.empty()) tool_.program = "/usr/bin/pdftotext";
  if (tool_.decrypt.empty()) tool_.decrypt = "/usr/bin/qpdf";
}

// With the first password that opens it; at most 256 MiB, what is beyond is cut.
std::optional<Bytes> PdfDocument::decrypted(ByteView whole) {
  // qpdf wants to move about in its input: /dev/fd/0 is the memory that it stands in.
  const std::vector<std::string> words = {"--password-file=/dev/fd/3",
                                          "--decrypt",
                                          "--object-streams=preserve",
                                          "--no-warn",
                                          "--warning-exit-0",
                                          "/dev/fd/0",
                                          "-"};
  for (const auto& password : passwords_for(reading(), info().name, tried_, kMostPasswords)) {
    Bytes out;
    const auto result = run_isolated(
        tool_.decrypt, words, whole, tool_.limits,
        [&](ByteView bytes) {
          out.insert(out.end(), bytes.begin(), bytes.end());
          return out.size() <= kMostPdf;
        },
        password);
    if (result.end == ProgramEnd::kMissing) {
      no_decrypt_ = true;
      return std::nullopt;
    }
    tried_.insert(password);
    const bool whole_or_cut = (result.end == ProgramEnd::kExited && result.code == 0) ||
                              result.end == ProgramEnd::kStopped;
    if (!whole_or_cut || out.empty()) continue;
    reading().keys()->opened(password);
    return out;
  }
  return std::nullopt;
}

void PdfDocument::wait(ByteView whole) {
  const Words locked = {"PDF protected by a password: not read",
                        "パスワードで保護された PDF のため、読めません"};
  wait_for_password(reading(),
                    {info(), std::move(tried_), locked,
                     [tool = tool_](Reading& again, DocumentInfo about, TriedPasswords tried) {
                       return std::make_unique<PdfDocument>(again, std::move(about), tool,
                                                            std::move(tried));
                     }},
                    whole);
}

Result<void> PdfDocument::read(std::span<std::uint8_t> whole) {
  RowReader rows(reading().sink());
  PasswordFinder passwords(reading());
  text::StreamDecoder decoder(text::Charset::kUtf8);
  std::string text, page;
  Result<void> done = ok();
  bool any = false, over = false;
  const auto end_page = [&] {
    const std::string lines = without_usual_gaps(std::exchange(page, {}));
    any = any || !trimmed(lines).empty();
    passwords.feed(lines);
    reading().see(lines + "\n");
    if (done) done = rows.feed(lines + "\n\n");
  };
  // Columns stay columns (-layout); a page ends with a form feed, and with it a record.
  const auto pass = [&] {
    for (const char c : text) {
      if (c != '\f') page += c;
      if (c == '\f' || page.size() >= kMostPage) end_page();
    }
    text.clear();
    return static_cast<bool>(done);
  };
  const auto run = [&](ByteView document) {
    const std::vector<std::string> words = {"-layout", "-enc", "UTF-8", "-eol", "unix", "-", "-"};
    return run_isolated(tool_.program, words, document, tool_.limits, [&](ByteView bytes) {
      over = !reading().take_unpacked(bytes.size());
      if (over) return false;
      decoder.feed(bytes, text);
      return pass();
    });
  };
  const auto locked = [](const ProgramResult& r) {
    return r.errors.find("Incorrect password") != std::string::npos;
  };
  auto result = run(whole);
  if (locked(result)) {
    if (const auto plain = decrypted(whole)) result = run(*plain);
  }
  TRYV(done);
  decoder.finish(text);
  pass();
  end_page();
  passwords.finish();
  TRYV(done);
  TRYV(rows.finish());
  warn_cut(reading(), info().name, rows.cut());
  const bool encrypted = locked(result);
  if (over) {
    reading().warn_over(info().name);
  } else if (result.end == ProgramEnd::kMissing) {
    warn({"PDF document: cannot be read without pdftotext (Debian package poppler-utils)",
          "PDF 文書: pdftotext（Debian の poppler-utils パッケージ）がないため読めません"});
  } else if (encrypted && no_decrypt_) {
    warn({"PDF protected by a password: cannot be tried without qpdf (Debian package qpdf)",
          "パスワードで保護された PDF: qpdf（Debian の qpdf パッケージ）がないため試せません"});
  } else if (encrypted) {
    wait(whole);
  } else if (result.end != ProgramEnd::kExited) {
    warn({"PDF document: reading it failed or took too long; what came before was read",
          "PDF 文書: 読み取りに失敗したか、時間がかかりすぎました。その前までを読みました"});
  } else if (result.code != 0) {
    warn({"PDF document: damaged; what could be read was",
          "PDF 文書: 壊れています。読めるところまで読みました"});
  } else if (!any) {
    warn({"PDF without text (a scan?): not read",
          "文字のない PDF（スキャン画像？）のため、読めません"});
  }
  return ok();
}

}  // namespace hitokoe::matcher
