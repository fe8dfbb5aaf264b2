// Office documents of 2007 and later under a password: a compound file around an encrypted ZIP
// ([MS-OFFCRYPTO]).
#pragma once

#include <optional>

#include "hitokoe/base/crypto/office_cipher.h"
#include "matcher/decode/formats/ole_file.h"

namespace hitokoe::matcher {

// What the stream "EncryptionInfo" says; nothing where that is no encryption known here.
std::optional<crypto::OfficeKeyInfo> office_key_info(ByteView stream);

}  // namespace hitokoe::matcher
