// Rows in, findings out, on all cores. The caller's thread reads and splits; batches of rows are
// matched by whichever thread is free, the caller's too when the others are behind; what they found
// is added up in the order of the rows, so that the number of threads never shows in the result.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "hitokoe/base/result.h"
#include "matcher/resolve/findings.h"
#include "matcher/resolve/known_subjects.h"
#include "matcher/resolve/row_batch.h"

namespace hitokoe::matcher {

class ScanJournal;

class MatchPipeline {
 public:
  // `threads`: at most so many work on it, the caller's counted; they are started when there is
  // work for them. `journal` may be nullptr; it outlives the pipeline.
  // `known`: customers of older leaks; may be nullptr.
  MatchPipeline(std::shared_ptr<const IndexImpl> index, unsigned threads, ScanJournal* journal,
                std::shared_ptr<const KnownSubjects> known = nullptr);
  ~MatchPipeline();
  MatchPipeline(const MatchPipeline&) = delete;
  MatchPipeline& operator=(const MatchPipeline&) = delete;

  // One row; copied. Holds at most four batches for each thread. Errors: of the journal, where the
  // input is not what it was when the journal was written.
  Result<void> add(std::span<const identity::FieldValue> values);
  // All rows are matched. Errors: as add().
  Result<void> finish();
  // After finish().
  FindingsSum& sum();
  // Rows that were left out because matching them had ended the program before.
  std::uint64_t rows_left_out() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
