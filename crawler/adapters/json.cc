#include "crawler/adapters/json.h"

#include <charconv>
#include <limits>

namespace hitokoe::crawler {

namespace json = boost::json;

std::optional<json::value> read_json(ByteView body) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  options.max_depth = 32;
  auto text = as_text(body);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  json::error_code error;
  auto value = json::parse(text, error, {}, options);
  if (error) return std::nullopt;
  return value;
}

std::string text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (const auto* text = value->if_string()) return {text->begin(), text->end()};
  if (const auto* number = value->if_int64()) return std::to_string(*number);
  if (const auto* number = value->if_uint64()) return std::to_string(*number);
  return {};
}

std::optional<std::uint64_t> number_at(const json::object& object, std::string_view key) {
  return whole_number(text_at(object, key));
}

const json::array* array_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

const json::object* object_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool fine =
      error == std::errc{} && end == text.data() + text.size() && !text.empty() && value <= kMost;
  return fine ? std::optional(value) : std::nullopt;
}

}  // namespace hitokoe::crawler
