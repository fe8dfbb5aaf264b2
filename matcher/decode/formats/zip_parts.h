// The members of an office document, a ZIP file.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "matcher/decode/archive/spool.h"
#include "matcher/decode/reading.h"

namespace hitokoe::matcher {

class PartSink {
 public:
  virtual ~PartSink() = default;
  virtual Result<void> piece(ByteView bytes) = 0;
  virtual Result<void> end() = 0;
};

class ZipParts {
 public:
  // `zip` and `reading` outlive it.
  ZipParts(Reading& reading, std::string document, const Spool& zip)
      : reading_(reading), document_(std::move(document)), zip_(zip) {}

  // Every member in the order of the archive: where `choose` gives a sink, what comes out of the
  // member goes there. Members that are damaged are read up to the damage; what could not be read
  // is told once, however often the archive is visited. An Error is a sink's.
  Result<void> visit(const std::function<std::unique_ptr<PartSink>(const std::string&)>& choose);
  bool over_limit() const { return over_; }
  std::size_t members() const { return members_; }

 private:
  void damaged();

  Reading& reading_;
  std::string document_;
  const Spool& zip_;
  std::size_t members_ = 0;  // of the last visit
  bool over_ = false, told_ = false;
};

}  // namespace hitokoe::matcher
