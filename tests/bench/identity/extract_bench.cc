// Extraction from running text and from a dump.
#include <benchmark/benchmark.h>

#include <string>

#include "hitokoe/identity/extract.h"

namespace hitokoe::identity {
namespace {

void extract_text(benchmark::State& state, const std::string& unit) {
  std::string text;
  while (text.size() < (1U << 20)) text += unit;
  std::vector<Token> tokens;
  for (auto _ : state) {
    tokens.clear();
    extract(text, tokens);
    benchmark::DoNotOptimize(tokens.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(
    extract_text, dump,
    "C0012345,山田 太郎,090-1234-5678,taro@example.jp,東京都江東区豊洲1-2-27,1980/01/02\n");
BENCHMARK_CAPTURE(extract_text, prose,
                  "本日、弊社の顧客情報の一部が外部に流出した可能性があることが判明しました。"
                  "お客様には多大なご迷惑をおかけしますことを深くお詫び申し上げます。\n");
BENCHMARK_CAPTURE(extract_text, english,
                  "The quick brown fox jumps over the lazy dog, and nobody was harmed in 2024.\n");

}  // namespace
}  // namespace hitokoe::identity
