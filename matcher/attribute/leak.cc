#include "matcher/attribute/leak.h"

namespace hitokoe::matcher {

void Leak::add(std::span<const RowPart> parts) {
  std::string key;
  const auto put = [&](std::uint32_t v) {
    key.append(reinterpret_cast<const char*>(&v), sizeof v);
  };
  for (const auto& part : parts) {
    put(part.carrier);
    put(part.subject);
    put(static_cast<std::uint32_t>(part.values.size()));
    for (const auto& v : part.values) {
      put(static_cast<std::uint32_t>(v.field));
      put(v.klass);
    }
  }
  ++rows_;
  const auto [at, fresh] = at_.try_emplace(std::move(key), types_.size());
  if (fresh) types_.push_back({{parts.begin(), parts.end()}, 0});
  ++types_[at->second].rows;
}

}  // namespace hitokoe::matcher
