// Findings ⇄ bytes, for the journal of a scan: LEB128 numbers, rows as differences.
#pragma once

#include "hitokoe/base/bytes.h"
#include "matcher/resolve/findings.h"

namespace hitokoe::matcher {

void put_findings(Bytes& out, const Findings& findings);  // appends
// From the beginning of `in`, which is moved on. kCorrupt.
Result<Findings> take_findings(ByteView& in);

void put_number(Bytes& out, std::uint64_t value);
Result<std::uint64_t> take_number(ByteView& in);  // kCorrupt: cut, or over 64 bits

}  // namespace hitokoe::matcher
