// What is frozen and approved beside the two texts of the notice, under one leaf of the root: the
// desk, the short text for SMS and telephone, and the text for publication (公表文).
//
//   lines 1 to 4: the desk (name, phone, mail, hours)
//   line 6: "SMS: …", with the mark [[reference]]
//   from line 8 on: the text for publication, Japanese, then English
// No other line of the desk can be longer than one line, so the parts are told apart by counting.
#pragma once

#include <string>
#include <string_view>

#include "incident/campaign/notice.h"

namespace hitokoe::incident::campaign {

struct PublicTexts {
  std::string desk, sms, publication;
};
// The texts for these facts. The publication names nobody but the lead, and no person.
PublicTexts public_texts(const NoticeFacts& facts);
std::string join(const PublicTexts& texts);
// kConflict: frozen by a version that had only a desk.
Result<PublicTexts> split_public_texts(std::string_view frozen);

}  // namespace hitokoe::incident::campaign
