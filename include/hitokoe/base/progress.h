// How far a long piece of work is, told by those who do it to those who show it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

namespace hitokoe {

// `done` of `total`, in the unit that its owner names; total 0: nobody knows it beforehand. Within
// one piece of work `done` never falls, `total` stays the same, and the last call has done ==
// total. Called by the thread that does the work, once a block and not once a row; empty: nobody
// listens.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// A stretch of a longer work, for a step that knows only itself. Steps that follow each other get
// stretches that follow each other; one that is left out is stepped over by the next. Copied
// freely; the Progress outlives it.
class ProgressShare {
 public:
  ProgressShare() = default;  // tells nobody
  // The whole of it.
  ProgressShare(const Progress& tell, std::uint64_t total)
      : tell_(tell ? &tell : nullptr), total_(total), to_(total) {}

  // The step is at `done` of `of`, in a unit of its own.
  void at(std::uint64_t done, std::uint64_t of) const {
    if (tell_ != nullptr) (*tell_)(point(done, of), total_);
  }
  void done() const { at(1, 1); }
  // From `from` to `to` of `of`, in a unit of the step's own.
  ProgressShare part(std::uint64_t from, std::uint64_t to, std::uint64_t of) const {
    ProgressShare out = *this;
    out.from_ = point(from, of);
    out.to_ = point(to, of);
    return out;
  }

 private:
  std::uint64_t point(std::uint64_t done, std::uint64_t of) const {
    if (done >= of) return to_;
    const double share = static_cast<double>(done) / static_cast<double>(of);
    const auto steps = static_cast<std::uint64_t>(static_cast<double>(to_ - from_) * share);
    return std::min(from_ + steps, to_);
  }

  const Progress* tell_ = nullptr;
  std::uint64_t total_ = 0, from_ = 0, to_ = 0;
};

}  // namespace hitokoe
