// One document, in pieces → its rows. Every format is a Reader; what a Reader finds inside (a
// member of an archive, an attachment) is again a document: open_part() in reading.h.
#pragma once

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/result.h"

namespace hitokoe::matcher {

class Reader {
 public:
  virtual ~Reader() = default;
  // Any pieces; what comes out does not depend on them. An Error is the sink's (Reading::sink):
  // the input itself never causes one; what cannot be read of it is a warning.
  virtual Result<void> feed(ByteView piece) = 0;
  virtual Result<void> finish() = 0;
  // Nothing more of it is wanted: the rest need not be read.
  virtual bool refused() const { return false; }
};

}  // namespace hitokoe::matcher
