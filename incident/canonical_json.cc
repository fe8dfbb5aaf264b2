#include "incident/canonical_json.h"

#include <algorithm>
#include <cstdlib>

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

void write(const json::value& value, std::string& out) {
  if (const auto* object = value.if_object()) {
    std::vector<const json::key_value_pair*> pairs;
    for (const auto& pair : *object) pairs.push_back(&pair);
    std::sort(pairs.begin(), pairs.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (i > 0) out += ',';
      out += json::serialize(json::value(pairs[i]->key()));
      out += ':';
      write(pairs[i]->value(), out);
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      write((*array)[i], out);
    }
    out += ']';
  } else {
    if (value.is_double()) std::abort();  // a broken invariant: events carry integers
    out += json::serialize(value);
  }
}

auto wrong(std::string_view key) {
  return fail(Errc::kCorrupt,
              "event body: \"" + std::string(key) + "\" is missing or of another kind",
              "監査記録の本文: \"" + std::string(key) + "\" がないか、型が違います");
}

}  // namespace

std::string canonical(const json::value& value) {
  std::string out;
  write(value, out);
  return out;
}

Result<BodyReader> BodyReader::parse(std::string_view body) {
  json::error_code ec;
  auto value = json::parse(json::string_view(body.data(), body.size()), ec);
  if (ec || !value.is_object())
    return fail(Errc::kCorrupt, "event body is not a JSON object",
                "監査記録の本文が JSON のオブジェクトではありません");
  return BodyReader(std::move(value.as_object()));
}

const json::value* BodyReader::find(std::string_view key) const {
  return object_.if_contains(json::string_view(key.data(), key.size()));
}

Result<std::string> BodyReader::text(std::string_view key) const {
  const auto* v = find(key);
  if (v == nullptr || !v->is_string()) return wrong(key);
  return std::string(v->get_string().data(), v->get_string().size());
}

std::string BodyReader::text_or_empty(std::string_view key) const {
  auto found = text(key);
  return found ? std::move(found.value()) : std::string();
}

Result<std::uint64_t> BodyReader::number(std::string_view key) const {
  const auto* v = find(key);
  if (v != nullptr && v->is_uint64()) return v->get_uint64();
  if (v != nullptr && v->is_int64() && v->get_int64() >= 0) {
    return static_cast<std::uint64_t>(v->get_int64());
  }
  return wrong(key);
}

Result<bool> BodyReader::boolean(std::string_view key) const {
  const auto* v = find(key);
  if (v == nullptr || !v->is_bool()) return wrong(key);
  return v->get_bool();
}

Result<std::vector<std::string>> BodyReader::texts(std::string_view key) const {
  const auto* v = find(key);
  if (v == nullptr || !v->is_array()) return wrong(key);
  std::vector<std::string> out;
  for (const auto& item : v->get_array()) {
    if (!item.is_string()) return wrong(key);
    out.emplace_back(item.get_string().data(), item.get_string().size());
  }
  return out;
}

Result<std::vector<BodyReader>> BodyReader::objects(std::string_view key) const {
  const auto* v = find(key);
  if (v == nullptr || !v->is_array()) return wrong(key);
  std::vector<BodyReader> out;
  for (const auto& item : v->get_array()) {
    if (!item.is_object()) return wrong(key);
    out.emplace_back(item.get_object());
  }
  return out;
}

}  // namespace hitokoe::incident
