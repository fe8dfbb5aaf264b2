// PDF: its text as it stands on the page, by poppler's pdftotext in a process of its own. Under a
// password qpdf decrypts it first, in another: it takes the password from a pipe, where no other
// user sees it, not from an argument.
#pragma once

#include "matcher/decode/formats/isolated_program.h"
#include "matcher/decode/formats/locked_document.h"
#include "matcher/decode/formats/whole_document.h"

namespace hitokoe::matcher {

struct PdfTool {
  std::string program;  // empty: pdftotext where Debian has it
  std::string decrypt;  // empty: qpdf where Debian has it
  ProgramLimits limits;
};

// At most 256 MiB. A document that crashes the program, or keeps it busy, costs what was not read
// of it by then. Text in pictures (scans) is not read: told where a document has no text at all.
class PdfDocument final : public WholeDocument {
 public:
  PdfDocument(Reading& reading, DocumentInfo info, PdfTool tool = {}, TriedPasswords tried = {});

 private:
  Result<void> read(std::span<std::uint8_t> whole) override;
  std::optional<Bytes> decrypted(ByteView whole);
  void wait(ByteView whole);

  PdfTool tool_;
  TriedPasswords tried_;
  bool no_decrypt_ = false;  // the program is missing
};

}  // namespace hitokoe::matcher
