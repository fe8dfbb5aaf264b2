// "氏名：", "Phone =": words before a value that say what it is.
#pragma once

#include <optional>

#include "identity/forms.h"

namespace hitokoe::identity {

// The field that the label which ends right before text[end] announces.
std::optional<FieldId> label_before(Chars text, std::size_t end);

}  // namespace hitokoe::identity
