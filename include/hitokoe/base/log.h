// Structured logging: one JSON object a line, on stderr or wherever the sink writes.
//
// An event has a fixed name and fields; fields never hold page or customer text, URLs of sources
// or secrets: ids, counts, enums, durations, host names of our own. Values longer than 256 bytes
// are cut.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "hitokoe/base/time.h"

namespace hitokoe {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, std::int64_t v) : key(k), value(v) {}
  LogField(std::string_view k, std::uint64_t v) : key(k), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view k, int v) : key(k), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view k, unsigned v) : key(k), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
};

// Thread-safe. Copies are cheap and write to the same sink.
class Logger {
 public:
  using Sink = std::function<void(std::string_view line)>;  // `line` has no newline

  // Writes to stderr through spdlog.
  static Logger to_stderr(const Clock& clock, LogLevel least);
  static Logger to_sink(const Clock& clock, LogLevel least, Sink sink);
  static Logger silent();

  // A logger whose every line carries `component`.
  Logger named(std::string_view component) const;

  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;
  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void warn(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) const;

 private:
  struct Core;
  std::shared_ptr<const Core> core_;
  std::string component_;
};

}  // namespace hitokoe
