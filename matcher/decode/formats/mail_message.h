// One message (RFC 5322, MIME) → its addresses as records, its text and attachments as documents.
#pragma once

#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

// `message` is the whole, or its beginning. Every part is read: text and HTML alternatives both,
// attachments, messages inside messages. What is encrypted is told.
Result<void> read_message(Reading& reading, const DocumentInfo& info, ByteView message);

}  // namespace hitokoe::matcher
