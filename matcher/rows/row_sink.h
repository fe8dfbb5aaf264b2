// Where records go, and what their readers know beside the text: how carriers write their numbers.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "hitokoe/base/result.h"
#include "hitokoe/identity/number_patterns.h"
#include "hitokoe/identity/record_keys.h"

namespace hitokoe::matcher {

class RowSink {
 public:
  // The values are valid during the call; an Error ends the reading.
  using OnRow = std::function<Result<void>(std::span<const identity::FieldValue>)>;
  using Numbers = std::shared_ptr<const identity::NumberPatterns>;

  // What is called for a row is a sink that knows no numbers.
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, RowSink> && std::constructible_from<OnRow, F>)
      RowSink(F&& on_row, Numbers numbers = {})  // NOLINT(google-explicit-constructor)
      : on_row_(std::forward<F>(on_row)), numbers_(std::move(numbers)) {}

  Result<void> operator()(std::span<const identity::FieldValue> values) const {
    return on_row_(values);
  }
  const identity::NumberPatterns& numbers() const {
    static const identity::NumberPatterns none;
    return numbers_ ? *numbers_ : none;
  }
  // The same knowledge for rows that go to another place first.
  RowSink by_way_of(OnRow other) const { return {std::move(other), numbers_}; }

 private:
  OnRow on_row_;
  Numbers numbers_;
};

}  // namespace hitokoe::matcher
