#include "matcher/decode/formats/formats.h"

#include "matcher/decode/formats/ldif_document.h"
#include "matcher/decode/formats/mail_document.h"
#include "matcher/decode/formats/office_document.h"
#include "matcher/decode/formats/vcard_document.h"

namespace hitokoe::matcher {

std::unique_ptr<Reader> open_document_format(Reading& reading, const DocumentInfo& info,
                                             ByteView head) {
  if (is_office_document(head)) return std::make_unique<OfficeDocument>(reading, info);
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
