// What the readers of one top-level document share: where rows and warnings go, and what all that
// is nested in it may cost together.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/matcher/matcher.h"
#include "hitokoe/matcher/report.h"
#include "matcher/decode/reader.h"
#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher {

class ArchiveKeys;

struct NestingLimits {
  unsigned depth = 6;                         // documents inside documents
  std::uint64_t parts = 100'000;              // members and attachments, all levels together
  std::uint64_t members = 1'000'000;          // looked at, also what is empty, a link or a folder
  std::uint64_t unpacked_bytes = 1ULL << 40;  // what comes out, all levels together
  std::uint64_t ratio = 1'000;                // bytes out for a byte of the top-level document …
  std::uint64_t ratio_free_bytes = 512ULL << 20;  // … beyond this much
  std::uint64_t part_free_bytes = 32ULL << 20;    // … and for one part, of its own bytes, this
  std::uint64_t decoder_memory = 256ULL << 20;    // the window of one decompressor
  std::uint64_t spool_memory = 16ULL << 20;       // of an archive that must be there as a whole …
  std::uint64_t spool_bytes = 1ULL << 40;         // … beyond that much on disk, encrypted
  std::uint64_t key_rounds = 1ULL << 31;          // of hashing, for passwords that are tried
  std::chrono::seconds time = std::chrono::hours(12);  // of unpacking, beside what reads the rows
  std::size_t warnings = 1'000;                        // of one top-level document
};

// What is used up of the limits. Outlives the reading where an archive waits for its password.
struct NestingBudget {
  NestingLimits limits;
  std::shared_ptr<const Clock> clock;
  SteadyTime began{};
  std::uint64_t input = 0, unpacked = 0, parts = 0, members = 0, key_rounds = 0;
  std::size_t warnings = 0;
  bool told_parts = false, told_depth = false, told_over = false;
};

class Reading {
 public:
  // `warnings` outlives the reading, and so does `keys`: passwords of archives that all documents
  // of an exposure share; nullptr: none are looked for.
  Reading(RowSink sink, std::vector<Warning>& warnings, NestingLimits limits = {},
          ArchiveKeys* keys = nullptr,
          std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>());
  // Goes on where another reading of the same top-level document stopped.
  Reading(RowSink sink, std::vector<Warning>& warnings, std::shared_ptr<NestingBudget> budget,
          ArchiveKeys* keys);

  const RowSink& sink() const { return sink_; }
  const NestingLimits& limits() const { return budget_->limits; }
  const std::shared_ptr<NestingBudget>& budget() const { return budget_; }
  ArchiveKeys* keys() const { return keys_; }
  // Beyond `limits.warnings` nothing is listed but that there were more.
  void warn(std::string name, Words what);

  // Who sees the text of the document and of all that is in it; may be nullptr, outlives the
  // reading.
  void set_observer(TextObserver* observer) { observer_ = observer; }
  TextObserver* observer() const { return observer_; }
  // Every reader gives its text here too: a line of cells, a paragraph; UTF-8, with line ends.
  void see(std::string_view utf8) {
    if (observer_ != nullptr && !utf8.empty()) observer_->text(utf8);
  }
  // A row of cells, as a line.
  template <class Cells>
  void see_row(const Cells& cells) {
    if (observer_ == nullptr) return;
    for (const auto& cell : cells) {
      if (cell.empty()) continue;
      observer_->text(cell);
      observer_->text("\t");
    }
    observer_->text("\n");
  }

  // Bytes of the top-level document that were fed so far.
  void note_input(std::uint64_t bytes) { budget_->input += bytes; }
  // Bytes that came out of unpacking something. False: over a limit; stop and call warn_over().
  bool take_unpacked(std::uint64_t bytes);
  // A member of an archive, whatever it is. False as above.
  bool take_member();
  // Before a password is tried: how many rounds of hashing that takes. False: too many; try no
  // more.
  bool take_key_rounds(std::uint64_t rounds);
  // Is one of these limits reached? Then nothing is unpacked any more.
  bool over() const { return why_over() != nullptr; }
  // Says once which limit ended the unpacking, and where.
  void warn_over(const std::string& name);

  // A document found inside `outer`, one level deeper than it; read like any other. nullptr: over a
  // limit (the first time it is reported here). `content_type` may be empty.
  std::unique_ptr<Reader> open_part(const std::string& outer, unsigned outer_depth,
                                    std::string_view inner, std::string content_type);

 private:
  const Words* why_over() const;

  RowSink sink_;
  std::vector<Warning>& warnings_;
  std::shared_ptr<NestingBudget> budget_;
  ArchiveKeys* keys_;
  TextObserver* observer_ = nullptr;
};

// What one part may unpack to: the same ratio, of its own compressed bytes, so that one bomb does
// not use up what its neighbours need.
class PartBudget {
 public:
  explicit PartBudget(Reading& reading) : reading_(reading) {}
  // `in`: compressed bytes so far. False: over; `over_ratio` or Reading::over() says which.
  bool take(std::uint64_t out, std::uint64_t in);
  bool over_ratio() const { return over_ratio_; }
  // Names the part, or the limit of all.
  void warn(const std::string& name) const;

 private:
  Reading& reading_;
  std::uint64_t out_ = 0;
  bool over_ratio_ = false;
};

// "dump.zip > list.csv": how a part is called in warnings. At most 200 bytes of `inner`, without
// control characters.
std::string part_name(std::string_view outer, std::string_view inner);

}  // namespace hitokoe::matcher
