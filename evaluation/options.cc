#include "hitokoe/evaluation/options.h"

#include <algorithm>

namespace hitokoe::evaluation {

namespace {

struct Bound {
  const char* name;
  double value, low, high;
};

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = [] {
    std::vector<Preset> out;
    Preset base{"base", "設計どおりの世界", "the world of the design", {}, {}};
    out.push_back(base);
    Preset hard = base;
    hard.name = "hard";
    hard.ja = "料金プランがなく、後の断面の 40 % に指紋がない";
    hard.en = "no plan field, 40 % of later snapshots were never fingerprinted";
    hard.world.plan_field = false;
    hard.world.missing = 0.4;
    out.push_back(hard);
    Preset deep = base;
    deep.name = "deep";
    deep.ja = "委託先は少なく、再委託が深い。写しは全件や広いものが多い";
    deep.en = "few contractors, long chains below them, many full copies";
    deep.world.contractors = 20;
    deep.world.sub_contractors = 160;
    deep.world.deeper = 0.6;
    deep.world.full_copy = 0.3;
    out.push_back(deep);
    Preset wide = base;
    wide.name = "wide";
    wide.ja = "通信会社は 2 社、委託先が多く再委託はない。動きの多い顧客";
    wide.en = "two carriers, many contractors and nobody below, restless customers";
    wide.world.carriers = 2;
    wide.world.contractors = 150;
    wide.world.sub_contractors = 0;
    wide.world.customers = 80'000;
    wide.world.leaves = 0.25;
    wide.world.full_copy = 0.05;
    out.push_back(wide);
    Preset calm = base;
    calm.name = "calm";
    calm.ja = "値も顧客もほとんど変わらず、受け渡しは一度きり";
    calm.en = "values and customers hardly change, one handover each";
    calm.world.phone = calm.world.email = calm.world.name = 0.005;
    calm.world.address = 0.02;
    calm.world.plan = 0.05;
    calm.world.leaves = 0.02;
    calm.world.handovers = 1;
    out.push_back(calm);
    Preset small = base;
    small.name = "small";
    small.ja = "数秒で済む小さな世界";
    small.en = "small worlds, done in seconds";
    small.world.carriers = 2;
    small.world.contractors = 10;
    small.world.sub_contractors = 16;
    small.world.customers = 8'000;
    out.push_back(small);
    return out;
  }();
  return all;
}

Result<Preset> preset_by_name(std::string_view name) {
  std::string known;
  for (const auto& p : presets()) {
    if (p.name == name) return p;
    known += (known.empty() ? "" : ", ") + std::string(p.name);
  }
  return fail(Errc::kUsage, "no such world: known are " + known,
              "その世界はありません。使えるもの: " + known);
}

void scale_rates(WorldOptions& world, LeakOptions& leaks, double factor) {
  for (double* rate :
       {&world.phone, &world.address, &world.email, &world.name, &world.plan, &world.leaves}) {
    *rate *= factor;
  }
  constexpr double kMost = 0.9;
  for (double* rate : {&leaks.two_sources, &leaks.unregistered, &leaks.illegible,
                       &leaks.other_version, &leaks.returned_weight, &leaks.own_weight}) {
    *rate = std::min(kMost, *rate * factor);
  }
}

Result<void> check(const RunOptions& o) {
  const auto& w = o.world;
  const auto& l = o.leaks;
  const Bound bounds[] = {
      {"carriers", static_cast<double>(w.carriers), 1, 32},
      {"contractors", static_cast<double>(w.contractors), 1, 1000},
      {"sub-contractors", static_cast<double>(w.sub_contractors), 0, 2000},
      {"customers", static_cast<double>(w.customers), 1000, 5e6},
      {"regions", static_cast<double>(w.regions), 2, 64},
      {"segments", static_cast<double>(w.segments), 2, 64},
      {"days", static_cast<double>(w.days), 200, 10000},
      {"missing", w.missing, 0, 1},
      {"two sources", l.two_sources, 0, 0.9},
      {"known old", l.known_old, 0, 0.9},
      {"unregistered", l.unregistered, 0, 0.9},
      {"two sources + known old + unregistered", l.two_sources + l.known_old + l.unregistered, 0,
       1},
      {"junk", l.most_junk, 0, 0.95},
      {"dumps", static_cast<double>(l.dumps), 0, 8},
      {"assumed rates", o.assumed, 0.1, 10},
      {"seed", static_cast<double>(o.seed), 0, 2147483647},
      {"leaks", static_cast<double>(o.count), 1, 1e6},
      {"leaks per world", static_cast<double>(o.leaks_per_world), 1, 1000},
  };
  for (const auto& b : bounds) {
    if (b.value >= b.low && b.value <= b.high) continue;
    const auto range = std::to_string(b.low) + " – " + std::to_string(b.high);
    return fail(Errc::kUsage, std::string(b.name) + " must lie within " + range,
                std::string(b.name) + " は " + range + " の範囲で指定してください");
  }
  return ok();
}

}  // namespace hitokoe::evaluation
