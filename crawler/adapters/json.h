// JSON of others: read leniently, asked without surprises.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

// Any value; broken UTF-8 in texts is let through. Nothing where it is no JSON, or nested deeper
// than 32.
std::optional<boost::json::value> read_json(ByteView body);

// A text, or a whole number as one; "" for anything else, and where it is missing.
std::string text_at(const boost::json::object& object, std::string_view key);
// A whole number, or a text that is one.
std::optional<std::uint64_t> number_at(const boost::json::object& object, std::string_view key);
// Null where it is missing or of another kind.
const boost::json::array* array_at(const boost::json::object& object, std::string_view key);
const boost::json::object* object_at(const boost::json::object& object, std::string_view key);

// A whole number and nothing else; nothing over 2^63.
std::optional<std::uint64_t> whole_number(std::string_view text);

}  // namespace hitokoe::crawler
