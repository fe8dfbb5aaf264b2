// One carrier's index as it is looked up: its layers as one (layer.h). What the topmost layer says
// of a value or a subject holds; subjects and classes are numbered through all layers.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "matcher/index/layer.h"

namespace hitokoe::matcher {

class Segment;

// Subjects by number, the dead ones among them.
class SubjectRows {
 public:
  explicit SubjectRows(const Segment& segment) : segment_(segment) {}
  std::size_t size() const;
  // One that nobody holds where the number is unknown, or its block is damaged.
  const SubjectRow& operator[](std::size_t number) const;

 private:
  const Segment& segment_;
};

// Immutable once opened; safe from any number of threads.
class Segment {
 public:
  // The layers' folders from the lowest up, at least one. kNotFound, kUnsupported, kCorrupt. Costs
  // the tables of sums, the classes and the layers' own lists: blocks are checked when they are
  // read (sound()).
  static Result<std::shared_ptr<const Segment>> open(
      const std::vector<std::filesystem::path>& layers, Use use = Use::kLookups);

  // The whole's.
  const SegmentMeta& meta() const { return layers_.back()->meta(); }
  const ClassTable& classes() const { return classes_; }
  const std::vector<std::unique_ptr<const Layer>>& layers() const { return layers_; }
  // Keys of the layers above the lowest, the same value in two of them counted twice.
  std::uint64_t keys_above() const;

  SubjectRows subjects() const { return SubjectRows(*this); }
  std::span<const CheckRow> checks(std::uint32_t subject) const;
  std::span<const FieldId> check_fields(std::uint32_t subject) const;
  // The number of a live or dead subject; those of the first `layers` layers alone.
  std::optional<std::uint32_t> subject_with(const Block& z_ref) const;

  // Three steps to a value: its line; then, with the line there, its key and posting; then, with
  // the posting there, the customer, and with that the check tags. Each is one memory access a
  // layer, which these start so that others can be worked on meanwhile.
  void prefetch(const KeyItem& z) const {
    for (const auto& layer : layers_) layer->prefetch(z);
  }
  // masks[i] becomes other than 0 where z[i] may be there: with the lines there the cheap first
  // question about many. Sizes must be equal.
  void may_have(std::span<const Block> z, std::span<std::uint16_t> masks) const {
    for (const auto& layer : layers_) layer->may_have(z, masks);
  }
  void prefetch_entry(const KeyItem& z) const;
  void prefetch_subject(std::uint32_t subject) const;
  void prefetch_checks(std::uint32_t subject) const;
  // The subjects that have this value; empty where nobody has. Valid as long as the segment.
  std::span<const Posting> find(const KeyItem& z) const {
    for (std::size_t i = layers_.size(); i-- > 0;) {
      const std::size_t key = layers_[i]->find(z);
      if (key != Layer::kNone) return layers_[i]->postings(key);
    }
    return {};
  }

  // kCorrupt where something that was read since the opening was damaged: what was found, or not
  // found, counts for nothing then.
  Result<void> sound() const { return damage_->check(); }
  // Every byte; order, ranges, every key findable, classes counted rightly. O(size). kCorrupt.
  Result<void> verify(const ProgressShare& share = {}) const;

 private:
  friend class SubjectRows;
  struct Place {
    const Layer* layer = nullptr;
    std::size_t row = 0;
  };
  Place place_of(std::uint32_t subject) const;
  Result<void> verify_whole() const;

  std::shared_ptr<Damage> damage_ = std::make_shared<Damage>();
  std::vector<std::unique_ptr<const Layer>> layers_;
  ClassTable classes_;
};

// The values of some layers in ascending order, each once, with what the topmost of them says.
class KeyCursor {
 public:
  explicit KeyCursor(const Segment& segment, std::size_t from_layer = 0);
  bool more() const { return top_ != nullptr; }
  const Block& key() const { return key_; }
  std::span<const Posting> postings() const { return top_->postings(number_); }
  void next();

 private:
  struct At {
    const Layer* layer;
    std::size_t number;
    const Block* key;  // null: at its end, or damaged
  };
  void step(At& at);
  void choose();

  std::vector<At> at_;
  Block key_{};
  const Layer* top_ = nullptr;
  std::size_t number_ = 0;
};

}  // namespace hitokoe::matcher
