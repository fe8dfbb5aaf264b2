#include "matcher/decode/formats/shared_strings.h"

#include <charconv>

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostText = 192U << 20;
constexpr std::size_t kMostTexts = 16'000'000;

}  // namespace

void SharedStrings::add(std::string_view text, std::string_view reading) {
  if (full_ || items_.size() >= kMostTexts ||
      texts_.size() + text.size() + reading.size() > kMostText) {
    full_ = true;
    return;
  }
  items_.push_back({static_cast<std::uint32_t>(texts_.size()),
                    static_cast<std::uint32_t>(text.size()),
                    static_cast<std::uint32_t>(reading.size())});
  texts_.append(text).append(reading);
}

std::string_view SharedStrings::text(std::size_t number) const {
  if (!has(number)) return {};
  return std::string_view(texts_).substr(items_[number].begin, items_[number].text_size);
}

std::string_view SharedStrings::reading(std::size_t number) const {
  if (!has(number)) return {};
  const auto& item = items_[number];
  return std::string_view(texts_).substr(item.begin + item.text_size, item.reading_size);
}

std::string without_escapes(std::string text) {
  if (text.find("_x") == std::string::npos) return text;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* hex = text.data() + i + 2;
    if (i + 7 <= text.size() && text[i] == '_' && text[i + 1] == 'x' && text[i + 6] == '_' &&
        std::from_chars(hex, hex + 4, value, 16).ptr == hex + 4 && value < 0x80) {
      out += value == '\r' ? '\n' : static_cast<char>(value);
      i += 6;
    } else {
      out += text[i];
    }
  }
  return out;
}

void RichText::begin() {
  text_.clear();
  reading_.clear();
  in_text_ = in_reading_ = false;
}

void RichText::open(std::string_view name) {
  if (name == "t") in_text_ = true;
  if (name == "rPh") in_reading_ = true;
}

void RichText::text(std::string_view piece) {
  if (!in_text_) return;
  std::string& out = in_reading_ ? reading_ : text_;
  if (out.size() + piece.size() <= kMost) out += piece;
}

void RichText::close(std::string_view name) {
  if (name == "t") in_text_ = false;
  if (name == "rPh") in_reading_ = false;
}

std::string RichText::take_text() { return without_escapes(std::move(text_)); }
std::string RichText::take_reading() { return without_escapes(std::move(reading_)); }

void SharedStringsPart::open(std::string_view, std::string_view name,
                             std::span<const XmlAttribute>) {
  if (name == "si") rich_.begin();
  rich_.open(name);
}

void SharedStringsPart::close(std::string_view name) {
  rich_.close(name);
  if (name == "si") strings_.add(rich_.take_text(), rich_.take_reading());
}

}  // namespace hitokoe::matcher
