#include "hitokoe/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdio>

namespace hitokoe {

namespace {

constexpr std::size_t kLongest = 256;

void quote(std::string& out, std::string_view text) {
  const bool cut = text.size() > kLongest;
  if (cut) text = text.substr(0, kLongest);
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> escape;
      std::snprintf(escape.data(), escape.size(), "\\u%04x", byte);
      out += escape.data();
    } else {
      out.push_back(c);
    }
  }
  // A cut may have split a character: drop its head.
  if (cut) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
    out += "…";
  }
  out.push_back('"');
}

std::string_view name(LogLevel level) {
  constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

void put_value(std::string& out, const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    quote(out, *text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
    out += std::to_string(*integer);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    std::array<char, 40> digits;
    std::snprintf(digits.data(), digits.size(), "%.6g", *real);
    const std::string_view shown = digits.data();
    // JSON has no nan and no inf.
    if (shown.find_first_of("ni") != std::string_view::npos) {
      quote(out, shown);
    } else {
      out += shown;
    }
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

}  // namespace

struct Logger::Core {
  const Clock* clock = nullptr;
  LogLevel least = LogLevel::kInfo;
  Sink sink;
};

Logger Logger::to_stderr(const Clock& clock, LogLevel least) {
  auto out = std::make_shared<spdlog::logger>("hitokoe",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
  out->set_pattern("%v");
  out->flush_on(spdlog::level::info);
  return to_sink(clock, least, [out](std::string_view line) {
    out->info(spdlog::string_view_t(line.data(), line.size()));
  });
}

Logger Logger::to_sink(const Clock& clock, LogLevel least, Sink sink) {
  Logger logger;
  logger.core_ = std::make_shared<Core>(Core{&clock, least, std::move(sink)});
  return logger;
}

Logger Logger::silent() { return Logger{}; }

Logger Logger::named(std::string_view component) const {
  Logger logger = *this;
  logger.component_ = component;
  return logger;
}

void Logger::write(LogLevel level, std::string_view event,
                   std::initializer_list<LogField> fields) const {
  if (core_ == nullptr || level < core_->least) return;
  std::string line = "{\"at\":";
  quote(line, format_utc(core_->clock->now()));
  line += ",\"level\":";
  quote(line, name(level));
  if (!component_.empty()) {
    line += ",\"component\":";
    quote(line, component_);
  }
  line += ",\"event\":";
  quote(line, event);
  for (const LogField& field : fields) {
    line.push_back(',');
    quote(line, field.key);
    line.push_back(':');
    put_value(line, field);
  }
  line.push_back('}');
  core_->sink(line);
}

void Logger::debug(std::string_view event, std::initializer_list<LogField> fields) const {
  write(LogLevel::kDebug, event, fields);
}
void Logger::info(std::string_view event, std::initializer_list<LogField> fields) const {
  write(LogLevel::kInfo, event, fields);
}
void Logger::warn(std::string_view event, std::initializer_list<LogField> fields) const {
  write(LogLevel::kWarn, event, fields);
}
void Logger::error(std::string_view event, std::initializer_list<LogField> fields) const {
  write(LogLevel::kError, event, fields);
}

}  // namespace hitokoe
