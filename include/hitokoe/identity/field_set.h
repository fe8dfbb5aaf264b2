// A set of column fields (kRef … kMynumber) in eight bytes; iterates in the order of their ids.
#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <iterator>

#include "hitokoe/identity/field.h"

namespace hitokoe::identity {

class FieldSet {
 public:
  FieldSet() = default;
  FieldSet(std::initializer_list<FieldId> fields) {
    for (const FieldId f : fields) add(f);
  }
  // Bit i: the field with id i. Ids from 64 on (check tags) have no bit.
  static FieldSet of_bits(std::uint64_t bits) {
    FieldSet set;
    set.bits_ = bits;
    return set;
  }

  void add(FieldId field) { bits_ |= std::uint64_t{1} << (static_cast<unsigned>(field) & 63U); }
  bool contains(FieldId field) const {
    return (bits_ >> (static_cast<unsigned>(field) & 63U) & 1U) != 0;
  }
  bool empty() const { return bits_ == 0; }
  std::size_t size() const { return static_cast<std::size_t>(std::popcount(bits_)); }
  std::uint64_t bits() const { return bits_; }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = FieldId;
    using difference_type = std::ptrdiff_t;
    using pointer = const FieldId*;
    using reference = FieldId;
    explicit Iterator(std::uint64_t left) : left_(left) {}
    FieldId operator*() const { return static_cast<FieldId>(std::countr_zero(left_)); }
    Iterator& operator++() {
      left_ &= left_ - 1;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    std::uint64_t left_;
  };
  Iterator begin() const { return Iterator(bits_); }
  Iterator end() const { return Iterator(0); }

  friend bool operator==(const FieldSet&, const FieldSet&) = default;

 private:
  std::uint64_t bits_ = 0;
};

}  // namespace hitokoe::identity
