#include "matcher/decode/formats/formats.h"

#include "matcher/decode/formats/ldif_document.h"
#include "matcher/decode/formats/mail_document.h"
#include "matcher/decode/formats/office_document.h"
#include "matcher/decode/formats/old_office_document.h"
#include "matcher/decode/formats/ole_file.h"
#include "matcher/decode/formats/pdf_document.h"
#include "matcher/decode/formats/sqlite_document.h"
#include "matcher/decode/formats/vcard_document.h"
#include "matcher/decode/formats/xml_document.h"

namespace hitokoe::matcher {

std::unique_ptr<Reader> open_document_format(Reading& reading, const DocumentInfo& info,
                                             ByteView head) {
  if (is_office_document(head)) return std::make_unique<OfficeDocument>(reading, info);
  if (is_ole(head)) return std::make_unique<OldOfficeDocument>(reading, info);
  if (is_sqlite(head)) return std::make_unique<SqliteDocument>(reading, info);
  if (as_text(head).starts_with("%PDF-")) {
    return std::make_unique<PdfDocument>(reading, info);
  }
  if (is_xml(head, info.content_type)) return std::make_unique<XmlDocument>(reading, info, head);
  if (is_vcard(head, info.content_type)) {
    return std::make_unique<VcardDocument>(reading, info, head);
  }
  if (is_ldif(head, info.content_type)) return std::make_unique<LdifDocument>(reading, info, head);
  if (const MailKind mail = mail_kind(head, info.content_type); mail != MailKind::kNone) {
    return std::make_unique<MailDocument>(reading, info, mail == MailKind::kMbox);
  }
  return nullptr;
}

}  // namespace hitokoe::matcher
