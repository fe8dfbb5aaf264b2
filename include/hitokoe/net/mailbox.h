// Mails out of files: a Maildir (one file a mail), an mbox (many in one file), or one mail. Read
// one by one: memory does not grow with their number.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <span>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/result.h"

namespace hitokoe::net {

// Takes one mail; of one longer than `most` only the beginning. @return false: a Maildir keeps it
// as new, to be read again. Its Error ends the reading.
using TakeMail = std::function<Result<bool>(ByteView mail)>;

// An mbox where the first line begins with "From ", else one mail. @return how many mails. An mbox
// is cut at lines "From " behind an empty line; ">From " at the begin of a line loses its ">".
Result<std::uint64_t> read_mbox(std::istream& in, std::size_t most, const TakeMail& take);

// The new mails of a Maildir, in groups: `take` for each of a group, then `done`; when that says
// ok, the group's files are moved from new/ to cur/ as seen. So a mail whose effect was not kept is
// there at the next time. Files that cannot be read are passed over and stay.
// kNotFound: no Maildir there. kIo: a file cannot be moved, else it would be read for ever. @return
// how many mails.
Result<std::uint64_t> read_maildir(const std::filesystem::path& dir, std::size_t most,
                                   std::size_t group, const TakeMail& take,
                                   const std::function<Result<void>()>& done);

}  // namespace hitokoe::net
