#include "tests/integration/desk/desk_world.h"

namespace hitokoe::incident {

namespace {

// The evidence of a scan is of no interest here.
class NoCaptures final : public crawler::CaptureStore {
 public:
  Result<void> put(const crawler::CaptureMeta&, ByteView) override { return ok(); }
  Result<crawler::CaptureMeta> meta(const std::string&) override {
    return fail(Errc::kNotFound, "none", "なし");
  }
  Result<Bytes> read(const std::string&) override { return fail(Errc::kNotFound, "none", "なし"); }
  Result<void> keep_for_incident(const std::string&, const std::string&) override { return ok(); }
  Result<std::vector<std::string>> list() override { return std::vector<std::string>(); }
};

}  // namespace

void DeskWorld::open_incident() {
  std::vector<Person> leaked;
  for (unsigned n = 0; n < kAffected; ++n) leaked.push_back(person(n));
  auto exposure =
      matcher::Exposure::begin(world.index(), world.shared_registry(), world.keys(), {});
  const auto rows = matcher::test::csv(
      leaked, {identity::FieldId::kName, identity::FieldId::kPhone, identity::FieldId::kEmail});
  ASSERT_TRUE(exposure->add("paste", as_bytes(rows), {}));
  auto report = exposure->finish();
  ASSERT_TRUE(report);
  report.value().captures = {"made-up"};
  NoCaptures captures;
  const auto rules = built_in_rules().value();
  IncidentService service(
      {*incidents, world.keys(), &captures, rules.clocks, rules.holidays, clock, random}, {});
  const auto opening = service.open_or_join(report.value(), "scan", "local:t", world.registry());
  ASSERT_TRUE(opening) << opening.error().detail;
  incident = opening.value().incident;
  ASSERT_FALSE(incident.empty());
}

}  // namespace hitokoe::incident
