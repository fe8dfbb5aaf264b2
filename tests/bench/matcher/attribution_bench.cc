// What attribution costs: 185 holders and 20,000 rows on one core; 1,000 holders and 10 million
// rows. Usage: attribution_bench small|large
#include <sys/resource.h>

#include <cstdio>
#include <random>
#include <string_view>
#include <vector>

#include "evaluation/leaks/leak.h"
#include "evaluation/model/index.h"
#include "evaluation/model/scratch.h"
#include "tests/bench/stopwatch.h"

namespace hitokoe::evaluation {
namespace {

constexpr std::uint64_t kRows = 20'000;
constexpr std::uint64_t kManyRows = 10'000'000;

double memory_mib() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  return static_cast<double>(use.ru_maxrss) / 1024;
}

// Rows of the largest copy that is no carrier's own.
std::vector<LeakedRow> rows_of(const World& world, std::uint64_t rows) {
  const Copy* largest = nullptr;
  for (const auto& copy : world.copies()) {
    if (copy.own()) continue;
    if (largest == nullptr || copy.members.size() > largest->members.size()) largest = &copy;
  }
  std::vector<LeakedRow> out;
  for (const auto contract : largest->members) {
    if (out.size() == rows) break;
    LeakedRow row{.contract = contract, .legible = largest->columns};
    const auto person = world.people().contracts()[contract].person;
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      row.versions[i] = world.people().version(person, kColumns[i].change, largest->as_of);
    }
    out.push_back(row);
  }
  return out;
}

// Kinds of rows that are each a little different: with many holders nearly every row is.
void add_kinds(matcher::Leak& leak, std::uint64_t rows) {
  std::vector<std::vector<matcher::RowPart>> made;
  for (const auto& type : leak.types()) {
    auto& parts = made.emplace_back();
    for (const auto& p : type.parts) {
      parts.push_back({p.carrier, p.subject, {p.values.begin(), p.values.end()}, p.known});
    }
  }
  std::mt19937_64 random(1);
  while (leak.rows() < rows) {
    auto parts = made[random() % made.size()];
    for (auto& part : parts) {
      for (auto& value : part.values) {
        const auto& other = made[random() % made.size()];
        for (const auto& p : other) {
          for (const auto& v : p.values) {
            if (p.carrier == part.carrier && v.field == value.field) value.klass = v.klass;
          }
        }
      }
    }
    leak.add(parts);
  }
  leak.set_subjects(leak.rows());
}

int run(bool large) {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // figures of a run that is cut short stay
  WorldOptions options;
  if (large) {
    options.contractors = 400;
    options.sub_contractors = 595;
  }
  const World world(options, 1);
  MadeIndex index(world, {});
  auto leak = index.resolve(rows_of(world, kRows));
  auto scratch = Scratch::make();
  if (!scratch || !index.open(scratch.value().path())) return 5;
  if (large) add_kinds(leak, kManyRows);
  std::printf("holders %zu, copies %zu, rows %llu, kinds %zu, memory before %.0f MiB\n",
              world.parties().size(), world.copies().size(),
              static_cast<unsigned long long>(leak.rows()), leak.types().size(), memory_mib());
  for (int round = 0; round < (large ? 1 : 7); ++round) {
    std::string top;
    const double cpu = bench::cpu_seconds([&] {
      const auto said = matcher::attribute({leak, index.carriers(), index.registry()});
      top = said.holders.empty() ? "" : said.holders[0].party;
    });
    std::printf("attribute %.1f ms (%s), memory %.0f MiB\n", 1000 * cpu, top.c_str(), memory_mib());
  }
  return 0;
}

}  // namespace
}  // namespace hitokoe::evaluation

int main(int argc, char** argv) {
  return hitokoe::evaluation::run(argc > 1 && std::string_view(argv[1]) == "large");
}
