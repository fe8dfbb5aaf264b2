// Decoding and detection on made-up customer text; bytes are those of the encoded input.
#include <benchmark/benchmark.h>
#include <iconv.h>

#include <string>

#include "hitokoe/text/charset.h"
#include "hitokoe/text/fold.h"

namespace hitokoe::text {
namespace {

std::string customers() {
  std::string text;
  for (int i = 0; text.size() < (1U << 20); ++i) {
    text += "C" + std::to_string(1000000 + i) + ",山田　太郎,ヤマダ　タロウ,090-1234-" +
            std::to_string(1000 + i % 9000) +
            ",東京都江東区豊洲1丁目2番27号,taro@example.jp,1980/01/02\r\n";
  }
  return text;
}

std::string encoded(const char* charset) {
  std::string in = customers(), out(in.size() * 2, '\0');
  iconv_t cd = iconv_open(charset, "UTF-8");
  char* from = in.data();
  char* to = out.data();
  std::size_t left = in.size(), room = out.size();
  iconv(cd, &from, &left, &to, &room);
  iconv_close(cd);
  out.resize(out.size() - room);
  return out;
}

void decode_all(benchmark::State& state, Charset charset, const char* name) {
  const std::string bytes = encoded(name);
  std::string out;
  for (auto _ : state) {
    out.clear();
    StreamDecoder decoder(charset);
    decoder.feed(as_bytes(bytes), out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK_CAPTURE(decode_all, utf8, Charset::kUtf8, "UTF-8");
BENCHMARK_CAPTURE(decode_all, cp932, Charset::kShiftJis, "CP932");
BENCHMARK_CAPTURE(decode_all, euc_jp, Charset::kEucJp, "EUC-JP");
BENCHMARK_CAPTURE(decode_all, iso2022_jp, Charset::kIso2022Jp, "ISO-2022-JP");
BENCHMARK_CAPTURE(decode_all, utf16, Charset::kUtf16Le, "UTF-16LE");

void detect_all(benchmark::State& state, const char* name) {
  const std::string bytes = encoded(name).substr(0, 64U << 10);
  for (auto _ : state) benchmark::DoNotOptimize(detect(as_bytes(bytes)));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK_CAPTURE(detect_all, utf8, "UTF-8");
BENCHMARK_CAPTURE(detect_all, cp932, "CP932");
BENCHMARK_CAPTURE(detect_all, euc_jp, "EUC-JP");

void fold_all(benchmark::State& state) {
  const std::string text = customers();
  std::u32string out;
  std::vector<std::uint32_t> offsets;
  for (auto _ : state) {
    fold_with_offsets(text, out, offsets);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(fold_all);

}  // namespace
}  // namespace hitokoe::text
