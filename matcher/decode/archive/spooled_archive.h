// Archives that must be there as a whole: ZIP, 7z, RAR, CAB, LHA, ISO 9660, and programs that
// unpack themselves. Collected in a Spool, read at the end.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/archive/archive_kind.h"
#include "matcher/decode/archive/spool.h"
#include "matcher/decode/open_format.h"

namespace hitokoe::matcher {

// What is read of, and what is still locked.
struct WholeArchive {
  std::shared_ptr<Spool> bytes;
  std::string name;
  unsigned depth = 0;
  FoundWhole found;
  std::vector<std::uint64_t> left;  // encrypted members, where they can be told apart
  bool locked = false;              // something is left
  bool again = false;               // what could be read before was read before
  std::set<std::string> tried;      // passwords that open nothing of what is left
  std::optional<Words> why;         // why nothing can open it, where it is not the password
};

class SpooledArchive final : public Reader {
 public:
  SpooledArchive(Reading& reading, DocumentInfo info)
      : reading_(reading),
        info_(std::move(info)),
        bytes_(
            std::make_shared<Spool>(reading.limits().spool_memory, reading.limits().spool_bytes)) {}
  Result<void> feed(ByteView piece) override;
  Result<void> finish() override;
  bool refused() const override { return refused_; }

 private:
  Reading& reading_;
  DocumentInfo info_;
  std::shared_ptr<Spool> bytes_;
  bool refused_ = false;
};

// What may be tried on it and was not yet.
std::vector<std::string> passwords_for(const Reading& reading, const WholeArchive& archive);

}  // namespace hitokoe::matcher
