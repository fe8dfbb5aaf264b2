// What goes into a statement and comes out of a row.
//
// Stored as: integers, bool, UtcTime and Duration (microseconds), JstDay (days) as INTEGER; double
// as REAL; std::string as TEXT; Bytes and std::array<uint8_t, N> as BLOB; std::nullopt as NULL.
// uint64_t keeps its bits: over 2^63 it sorts as a negative number.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/time.h"

namespace hitokoe::storage::sql {

// Of a SELECT: all at once where little is expected, in pieces where it may be a whole table, a
// few rows at a time where each may be large.
enum class Reading { kAtOnce, kInPieces, kFew };

enum class Kind { kInteger, kReal, kText, kBlob };

class Value {
 public:
  Value() = default;  // NULL
  Value(std::nullopt_t) {}
  Value(std::string v) : held_(std::move(v)) {}
  Value(std::string_view v) : held_(std::string(v)) {}
  Value(const char* v) : held_(std::string(v)) {}
  Value(Bytes v) : held_(std::move(v)) {}
  Value(ByteView v) : held_(Bytes(v.begin(), v.end())) {}
  template <std::size_t N>
  Value(const std::array<std::uint8_t, N>& v) : held_(Bytes(v.begin(), v.end())) {}
  Value(double v) : held_(v) {}
  template <std::integral T>
  Value(T v) : held_(static_cast<std::int64_t>(v)) {}
  Value(UtcTime v) : held_(std::int64_t{v.time_since_epoch().count()}) {}
  Value(Duration v) : held_(std::int64_t{v.count()}) {}
  Value(JstDay v) : held_(std::int64_t{v.time_since_epoch().count()}) {}
  // Inlined, g++ 12 at -O2 takes the payload of an empty optional for one that is read.
  template <class T>
  [[gnu::noinline]] Value(const std::optional<T>& v) : Value(v ? Value(*v) : Value()) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(held_); }
  template <class T>
  const T* get() const {
    return std::get_if<T>(&held_);
  }
  template <class T>
  T* get() {
    return std::get_if<T>(&held_);
  }

 private:
  std::variant<std::monostate, std::int64_t, double, std::string, Bytes> held_;
};

// Column<T>: how a column is asked for, and how it becomes a T. `take` is false where it cannot:
// NULL, a number out of T's range, a BLOB of another size.
template <class T>
struct Column;

template <std::integral T>
struct Column<T> {
  static constexpr Kind kKind = Kind::kInteger;
  static bool take(Value& value, T& out) {
    const auto* held = value.get<std::int64_t>();
    if (held == nullptr) return false;
    if constexpr (std::is_same_v<T, bool>) {
      out = *held != 0;
      return *held == 0 || *held == 1;
    } else {
      out = static_cast<T>(*held);
      return sizeof(T) == sizeof(*held) || std::in_range<T>(*held);
    }
  }
};

template <>
struct Column<double> {
  static constexpr Kind kKind = Kind::kReal;
  static bool take(Value& value, double& out) {
    const auto* held = value.get<double>();
    if (held != nullptr) out = *held;
    return held != nullptr;
  }
};

template <>
struct Column<std::string> {
  static constexpr Kind kKind = Kind::kText;
  static bool take(Value& value, std::string& out) {
    auto* held = value.get<std::string>();
    if (held != nullptr) out = std::move(*held);
    return held != nullptr;
  }
};

template <>
struct Column<Bytes> {
  static constexpr Kind kKind = Kind::kBlob;
  static bool take(Value& value, Bytes& out) {
    auto* held = value.get<Bytes>();
    if (held != nullptr) out = std::move(*held);
    return held != nullptr;
  }
};

template <std::size_t N>
struct Column<std::array<std::uint8_t, N>> {
  static constexpr Kind kKind = Kind::kBlob;
  static bool take(Value& value, std::array<std::uint8_t, N>& out) {
    const auto* held = value.get<Bytes>();
    if (held == nullptr || held->size() != N) return false;
    std::copy(held->begin(), held->end(), out.begin());
    return true;
  }
};

template <>
struct Column<UtcTime> {
  static constexpr Kind kKind = Kind::kInteger;
  static bool take(Value& value, UtcTime& out) {
    const auto* held = value.get<std::int64_t>();
    if (held != nullptr) out = UtcTime(Duration(*held));
    return held != nullptr;
  }
};

template <>
struct Column<Duration> {
  static constexpr Kind kKind = Kind::kInteger;
  static bool take(Value& value, Duration& out) {
    const auto* held = value.get<std::int64_t>();
    if (held != nullptr) out = Duration(*held);
    return held != nullptr;
  }
};

template <>
struct Column<JstDay> {
  static constexpr Kind kKind = Kind::kInteger;
  static bool take(Value& value, JstDay& out) {
    std::int32_t days = 0;
    if (!Column<std::int32_t>::take(value, days)) return false;
    out = JstDay(std::chrono::days(days));
    return true;
  }
};

template <class T>
struct Column<std::optional<T>> {
  static constexpr Kind kKind = Column<T>::kKind;
  static bool take(Value& value, std::optional<T>& out) {
    if (value.is_null()) return true;
    T inner{};
    if (!Column<T>::take(value, inner)) return false;
    out = std::move(inner);
    return true;
  }
};

}  // namespace hitokoe::storage::sql
