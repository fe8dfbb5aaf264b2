#include "matcher/decode/formats/pivot_cache.h"

#include <charconv>

#include "matcher/decode/formats/number_format.h"
#include "matcher/decode/formats/shared_strings.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostBytes = 64U << 20;

std::string value_of(std::string_view name, std::span<const XmlAttribute> attributes) {
  const auto value = attribute(attributes, "v");
  if (name == "s") return without_escapes(std::string(value));
  if (name == "n") return NumberFormat().shown(value, false);
  if (name == "d") return std::string(value.substr(0, value.find('T')));
  return {};
}

}  // namespace

void PivotDefinitionPart::open(std::string_view, std::string_view name,
                               std::span<const XmlAttribute> attributes) {
  if (name == "cacheField" && cache_.fields.size() < kMostCells) {
    cache_.fields.push_back({without_escapes(std::string(attribute(attributes, "name"))), {}});
  } else if (name == "sharedItems") {
    in_shared_ = !cache_.fields.empty();
  } else if (in_shared_ && name.size() == 1) {
    std::string value = value_of(name, attributes);
    cache_.bytes += value.size() + sizeof(std::string);
    if (cache_.bytes <= kMostBytes) cache_.fields.back().shared.push_back(std::move(value));
  }
}

void PivotDefinitionPart::close(std::string_view name) {
  if (name == "sharedItems") in_shared_ = false;
}

PivotRecordsPart::PivotRecordsPart(Reading& reading, const PivotCache& cache)
    : reading_(reading), cache_(cache), table_(reading.sink()) {
  std::vector<std::string_view> names;
  names.reserve(cache.fields.size());
  for (const auto& field : cache.fields) names.push_back(field.name);
  if (!names.empty()) keep(table_.names(names));
}

void PivotRecordsPart::open(std::string_view, std::string_view name,
                            std::span<const XmlAttribute> attributes) {
  if (name == "r") {
    row_.clear();
    in_row_ = true;
  } else if (in_row_ && name.size() == 1 && row_.size() < kMostCells) {
    if (name != "x") {
      row_.push_back(value_of(name, attributes));
      return;
    }
    const auto text = attribute(attributes, "v");
    std::size_t at = SIZE_MAX;
    std::from_chars(text.data(), text.data() + text.size(), at);
    const std::size_t column = row_.size();
    const bool known = column < cache_.fields.size() && at < cache_.fields[column].shared.size();
    row_.push_back(known ? cache_.fields[column].shared[at] : std::string());
  }
}

void PivotRecordsPart::close(std::string_view name) {
  if (name != "r" || !std::exchange(in_row_, false)) return;
  const std::vector<std::string_view> cells(row_.begin(), row_.end());
  reading_.see_row(cells);
  keep(table_.row(cells));
}

}  // namespace hitokoe::matcher
