// Bodies of events: one spelling for one value, so that equal bodies have equal hashes.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "hitokoe/base/result.h"

namespace hitokoe::incident {

// Keys sorted as bytes, no spaces. Numbers must be integers.
std::string canonical(const boost::json::value& value);

// Reads the parts of a body; what is missing or of another kind is kCorrupt and names the key.
class BodyReader {
 public:
  static Result<BodyReader> parse(std::string_view body);
  explicit BodyReader(boost::json::object object) : object_(std::move(object)) {}

  bool has(std::string_view key) const { return find(key) != nullptr; }
  Result<std::string> text(std::string_view key) const;
  std::string text_or_empty(std::string_view key) const;
  Result<std::uint64_t> number(std::string_view key) const;
  Result<bool> boolean(std::string_view key) const;
  Result<std::vector<std::string>> texts(std::string_view key) const;
  Result<std::vector<BodyReader>> objects(std::string_view key) const;

 private:
  const boost::json::value* find(std::string_view key) const;

  boost::json::object object_;
};

}  // namespace hitokoe::incident
