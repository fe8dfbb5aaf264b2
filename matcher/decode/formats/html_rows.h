// HTML → rows: tables by their cells, everything else as the text that a reader sees.
#pragma once

#include <string_view>

#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

// Beside the text: values of form fields, addresses of mailto: and tel: links whose text does not
// show them, definition lists and labels above their values as "label：value", comments that hold
// data, JSON in scripts and inner frames (srcdoc) as documents of their own. Scripts and styles are
// left out; hidden elements are not. False: nested so deeply that a parser's stack is at risk;
// nothing was read.
Result<bool> html_rows(Reading& reading, const DocumentInfo& info, std::string_view html);

}  // namespace hitokoe::matcher
