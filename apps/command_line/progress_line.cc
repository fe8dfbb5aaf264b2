#include "apps/command_line/progress_line.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <string_view>

#include "apps/command_line/columns.h"

namespace hitokoe::command_line {
namespace {

constexpr std::chrono::milliseconds kApart{100};
constexpr double kFirstRate = 1;            // seconds: what is seen before is chance
constexpr double kLongest = 100.0 * 3'600;  // seconds: nobody waits for longer

struct Unit {
  double size;
  std::string_view name;
};

Unit unit_for(double bytes) {
  constexpr std::array<std::string_view, 5> kNames = {"B", "kB", "MB", "GB", "TB"};
  Unit unit{1, kNames[0]};
  for (std::size_t i = 1; i < kNames.size() && bytes >= 1'000 * unit.size; ++i) {
    unit = {unit.size * 1'000, kNames[i]};
  }
  return unit;
}

std::string in_unit(double bytes, const Unit& unit) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit.size == 1 ? "%.0f" : "%.1f", bytes / unit.size);
  return text.data();
}

std::string grouped(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string amount_text(Amount amount, std::uint64_t done, std::uint64_t total) {
  if (amount == Amount::kCount) {
    return total == 0 ? grouped(done) : grouped(done) + "/" + grouped(total);
  }
  const Unit unit = unit_for(static_cast<double>(total == 0 ? done : total));
  std::string text = in_unit(static_cast<double>(done), unit);
  if (total != 0) text += "/" + in_unit(static_cast<double>(total), unit);
  return text + " " + std::string(unit.name);
}

std::string rate_text(Language l, Amount amount, double rate) {
  if (amount == Amount::kBytes) {
    const Unit unit = unit_for(rate);
    return in_unit(rate, unit) + " " + std::string(unit.name) + std::string(say(l, "/秒", "/s"));
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", rate);
  return text.data() + std::string(say(l, " 件/秒", "/s"));
}

std::string left_text(Language l, double seconds) {
  if (seconds >= kLongest) return std::string(say(l, "残り 100 時間以上", "over 100 hours left"));
  const auto whole = static_cast<unsigned>(std::ceil(seconds));
  std::array<char, 32> text{};
  if (whole >= 3'600) {
    std::snprintf(text.data(), text.size(), "%u:%02u:%02u", whole / 3'600, whole / 60 % 60,
                  whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%u:%02u", whole / 60, whole % 60);
  }
  const std::string time = text.data();
  return l == Language::kJapanese ? "残り " + time : time + " left";
}

}  // namespace

std::string progress_text(Language l, Amount amount, std::uint64_t done, std::uint64_t total,
                          std::chrono::nanoseconds took) {
  if (total != 0) done = std::min(done, total);
  std::string text;
  if (total != 0) {
    const double share = static_cast<double>(done) / static_cast<double>(total);
    std::array<char, 16> percent{};
    std::snprintf(percent.data(), percent.size(), "%3u %%  ", static_cast<unsigned>(share * 100));
    text = percent.data();
  }
  text += amount_text(amount, done, total);
  const double seconds = std::chrono::duration<double>(took).count();
  if (done == 0 || seconds < kFirstRate) return text;
  const double rate = static_cast<double>(done) / seconds;
  text += "  " + rate_text(l, amount, rate);
  if (total != 0) text += "  " + left_text(l, static_cast<double>(total - done) / rate);
  return text;
}

bool wants_progress(bool json) { return !json && ::isatty(STDERR_FILENO) != 0; }

ProgressLine::ProgressLine(Language language, Amount amount, const Clock& clock, std::ostream& out,
                           bool shown)
    : language_(language),
      amount_(amount),
      clock_(clock),
      out_(out),
      shown_(shown),
      begun_(clock.steady()) {}

void ProgressLine::tell(std::uint64_t done, std::uint64_t total) {
  if (!shown_) return;
  const auto now = clock_.steady();
  if (told_ && now - *told_ < kApart) return;
  told_ = now;
  const std::string text = progress_text(language_, amount_, done, total, now - begun_);
  const std::size_t width = columns(text);
  out_ << '\r' << text;
  if (width < width_) out_ << std::string(width_ - width, ' ');  // the rest of the one before
  out_ << std::flush;
  width_ = std::max(width, width_);
}

void ProgressLine::erase() {
  if (width_ == 0) return;
  out_ << '\r' << std::string(width_, ' ') << '\r' << std::flush;
  width_ = 0;
}

Progress ProgressLine::progress() {
  if (!shown_) return {};
  return [this](std::uint64_t done, std::uint64_t total) { tell(done, total); };
}

}  // namespace hitokoe::command_line
