// The texts of a workbook, which its cells refer to by number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "matcher/decode/formats/xml_part.h"

namespace hitokoe::matcher {

// At most 192 MiB of text and 16 million texts; those after are not held: full().
class SharedStrings {
 public:
  void add(std::string_view text, std::string_view reading);
  // Empty where there is no such text.
  std::string_view text(std::size_t number) const;
  std::string_view reading(std::size_t number) const;
  bool has(std::size_t number) const { return number < items_.size(); }
  bool full() const { return full_; }

 private:
  struct Item {
    std::uint32_t begin, text_size, reading_size;
  };
  std::string texts_;
  std::vector<Item> items_;
  bool full_ = false;
};

// Rich text as it stands in `si` and `is`: runs are joined, phonetic runs kept apart.
class RichText {
 public:
  void begin();
  void open(std::string_view name);
  void text(std::string_view piece);
  void close(std::string_view name);
  // Without the escapes "_x000D_".
  std::string take_text();
  std::string take_reading();

 private:
  static constexpr std::size_t kMost = 256U << 10;
  std::string text_, reading_;
  bool in_text_ = false, in_reading_ = false;
};

class SharedStringsPart final : public PartHandler {
 public:
  explicit SharedStringsPart(SharedStrings& strings) : strings_(strings) {}
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view piece) override { rich_.text(piece); }
  void close(std::string_view name) override;

 private:
  SharedStrings& strings_;
  RichText rich_;
};

// "_x0041_" → "A" (ECMA-376 part 1, 22.9.2.19).
std::string without_escapes(std::string text);

}  // namespace hitokoe::matcher
