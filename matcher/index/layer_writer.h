// Writes a layer: subjects first, then keys in order; the lines come last, when the number of keys
// is known. Who calls it decides what is in the layer (build.h, merge.h).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "hitokoe/base/progress.h"
#include "hitokoe/base/serial_worker.h"
#include "matcher/index/segment.h"

namespace hitokoe::matcher {

class LayerWriter {
 public:
  // Makes the folder, which must not exist. `below`: the layers that it lies on, of which it takes
  // the numbers; null for the lowest. `meta`: controller, epoch and key check.
  static Result<std::unique_ptr<LayerWriter>> create(const std::filesystem::path& dir,
                                                     SegmentMeta meta,
                                                     std::shared_ptr<const Segment> below);

  struct Subject {
    Block z_ref{};
    Klass klass = kNoKlass;  // kNoKlass: nobody has it any more
    bool local = false;
  };
  struct Check {
    FieldId field{};
    std::uint32_t tag = 0;
    Klass klass = 0;
  };
  // Subjects from below that change, by number; then the new ones, by z_ref. `checks` ascending by
  // field and tag. The number of the subject. kLimit.
  Result<void> change_subject(std::uint32_t number, const Subject& now,
                              std::span<const Check> checks);
  Result<std::uint32_t> add_subject(const Subject& subject, std::span<const Check> checks);
  Result<void> end_subjects();

  // Ascending. `postings` by subject; none hides what is below. `was`: somebody had it below.
  Result<void> put_key(const KeyItem& key, std::span<const Posting> postings, bool was);

  ClassBuilder& classes() { return classes_; }
  // Takes the snapshots (by ordinal; who has how many is counted here) and `hides`. kIo.
  Result<SegmentMeta> finish(std::vector<SegmentSnapshot> snapshots, bool hides,
                             const ProgressShare& share);

 private:
  LayerWriter(std::filesystem::path dir, SegmentMeta meta, std::shared_ptr<const Segment> below);
  Result<void> put_row(const Subject& subject, std::span<const Check> checks);
  Result<void> write_lines(const ProgressShare& share);
  void count_snapshots();

  std::filesystem::path dir_;
  SegmentMeta meta_;
  std::shared_ptr<const Segment> below_;
  ClassBuilder classes_;
  std::uint64_t checks_ = 0, listed_ = 0;
  SerialWorker writing_{8};  // sums and writes the sections: outlives them
  std::optional<SectionWriter> numbers_out_, subjects_out_, checks_out_, check_fields_out_;
  std::optional<SectionWriter> keys_out_, postings_out_, lists_out_;
};

}  // namespace hitokoe::matcher
