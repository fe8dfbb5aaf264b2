// How long attribution takes for one leak of the base world: 185 holders, some 560 copies.
#include <benchmark/benchmark.h>

#include "evaluation/model/index.h"
#include "evaluation/model/model.h"
#include "evaluation/model/scratch.h"

namespace hitokoe::evaluation {
namespace {

// The first leak of about so many rows that can be resolved.
void attribute_a_leak(benchmark::State& state) {
  const auto wanted = static_cast<std::uint64_t>(state.range(0));
  const World world({}, 4711);
  LeakMaker maker(world, {}, 4712);
  MadeIndex index(world, maker.dumps());
  matcher::Leak leak;
  while (leak.rows() < wanted * 8 / 10 || leak.rows() > wanted * 12 / 10) {
    leak = index.resolve(maker.make().rows);
  }
  const auto scratch = Scratch::make();
  if (!scratch || !index.open(scratch.value().path())) {
    state.SkipWithError("no folder");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(ask_model(world, index, leak));
  state.counters["rows"] = static_cast<double>(leak.rows());
}
BENCHMARK(attribute_a_leak)->Arg(200)->Arg(2'000)->Arg(14'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hitokoe::evaluation
