// Any bytes: a registry or a refusal that names the file; what was read can be walked and printed.
#include <cstdlib>

#include "hitokoe/registry/counts.h"
#include "hitokoe/registry/views.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > (1U << 16)) return 0;
  const auto parsed =
      hitokoe::registry::parse_registry({reinterpret_cast<const char*>(data), size}, "r.yaml");
  if (!parsed) {
    if (parsed.error().detail.rfind("r.yaml:", 0) != 0) std::abort();
    return 0;
  }
  const auto& registry = parsed.value();
  for (const auto& snapshot : registry.snapshots()) {
    if (registry.chain(snapshot).back() != snapshot.controller) std::abort();
  }
  const auto findings = registry.findings(hitokoe::JstDay(std::chrono::days(20'000)));
  (void)hitokoe::registry::registry_to_json(registry, findings);
  for (const auto& carrier : hitokoe::registry::carriers_of(registry)) {
    if (!hitokoe::registry::count(registry, carrier, {2024})) std::abort();
  }
  (void)hitokoe::registry::redelegations(registry, hitokoe::JstDay(std::chrono::days(20'000)));
  return 0;
}
