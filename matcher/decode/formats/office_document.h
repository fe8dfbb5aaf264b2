// XLSX and XLSM, DOCX, PPTX (ECMA-376), ODS, ODT and ODP (OpenDocument): XML parts in a ZIP file.
#pragma once

#include <map>
#include <string>

#include "matcher/decode/formats/pivot_cache.h"
#include "matcher/decode/formats/spooled_document.h"
#include "matcher/decode/formats/workbook.h"

namespace hitokoe::matcher {

// Of any size. All sheets are read, hidden ones too, and what workbooks keep
// beside them: comments, drawings, pivot caches, values of linked workbooks. Embedded documents
// are read as documents. What is read nothing of is told.
class OfficeDocument final : public SpooledDocument {
 public:
  OfficeDocument(Reading& reading, DocumentInfo info);

 private:
  Result<void> read(const Spool& whole) override;
  std::unique_ptr<PartSink> prepare(const std::string& name);
  std::unique_ptr<PartSink> part(const std::string& name);
  std::unique_ptr<PartHandler> handler(const std::string& name, std::string_view root);
  std::unique_ptr<PartSink> inner(const std::string& name);
  void tell_what_is_missing();

  Workbook book_;
  std::map<std::string, PivotCache> pivots_;  // by their number
  std::size_t parts_ = 0, pictures_ = 0;
  bool broken_ = false, binary_ = false, encrypted_ = false;
};

// From the first member of the ZIP.
bool is_office_document(ByteView head);

}  // namespace hitokoe::matcher
