// One member of an archive while it is unpacked: what comes out goes to its reader, within limits.
#pragma once

#include <memory>
#include <string>

#include "matcher/decode/reading.h"

namespace hitokoe::matcher {

class PartFeed {
 public:
  // A member `inner` of `outer`, which lies `depth` deep.
  PartFeed(Reading& reading, const std::string& outer, unsigned depth, std::string_view inner)
      : reading_(reading),
        budget_(reading),
        name_(part_name(outer, inner)),
        outer_(outer),
        inner_(inner),
        depth_(depth) {}

  // Bytes of it; `in`: compressed bytes of it that were read so far. False: no more is wanted.
  Result<bool> put(ByteView out, std::uint64_t in);
  Result<void> finish();
  void warn(Words what) { reading_.warn(name_, std::move(what)); }
  const std::string& name() const { return name_; }
  bool cut() const { return cut_; }  // over a limit: more is there than was read

 private:
  Reading& reading_;
  PartBudget budget_;
  std::string name_, outer_, inner_;
  unsigned depth_;
  std::unique_ptr<Reader> reader_;
  bool opened_ = false, unwanted_ = false, cut_ = false;
};

}  // namespace hitokoe::matcher
