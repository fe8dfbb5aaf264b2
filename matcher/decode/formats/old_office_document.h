// Compound files: .xls workbooks, Outlook's .msg, and what else hides in one.
#pragma once

#include "matcher/decode/formats/locked_document.h"
#include "matcher/decode/formats/ole_file.h"
#include "matcher/decode/formats/whole_document.h"

namespace hitokoe::matcher {

// At most 128 MiB. A newer document under a password is opened with one of the same exposure: it
// waits for it. What stays protected, or is not read (.doc, .ppt), is told by its name.
class OldOfficeDocument final : public WholeDocument {
 public:
  OldOfficeDocument(Reading& reading, DocumentInfo info, TriedPasswords tried = {});

 private:
  Result<void> read(std::span<std::uint8_t> whole) override;
  Result<void> workbook(const OleFile& file, const OleFile::Entry& entry);
  // [MS-OXMSG]; `folder` is "" or a message inside, with "/" behind it.
  Result<void> message(const OleFile& file, const std::string& folder, unsigned depth);
  Result<void> locked(const OleFile& file, const OleFile::Entry& package, ByteView whole);
  Result<void> part(std::string_view name, const char* type, ByteView bytes);

  TriedPasswords tried_;
};

}  // namespace hitokoe::matcher
