// Decoding beside iconv and ICU, on made-up text of many kinds (snippets.h), each 1 MiB of UTF-8 in
// its encoding; bytes are those of the encoded input. And folding.
#include <benchmark/benchmark.h>
#include <iconv.h>
#include <unicode/ucnv.h>

#include <random>
#include <string>
#include <vector>

#include "hitokoe/text/charset.h"
#include "hitokoe/text/charset_stream.h"
#include "hitokoe/text/escapes.h"
#include "hitokoe/text/fold.h"
#include "tests/bench/text/snippets.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kText = 1U << 20;
constexpr std::size_t kPiece = 64U << 10;

std::string text_of(std::int64_t kind) {
  std::mt19937 random(1);
  return text_of_kind(static_cast<std::size_t>(kind), kText, random);
}

// Kinds 0 (CSV rows), 1 (prose), 2 (half-width rows), 4 (mostly ASCII), 5 (kanji names).
void kinds(benchmark::internal::Benchmark* bench) {
  for (const int kind : {0, 1, 2, 4, 5}) bench->Arg(kind);
}

std::string bytes_of(benchmark::State& state, std::size_t encoding) {
  state.SetLabel(std::string(kKinds[static_cast<std::size_t>(state.range(0))]));
  return encoded(text_of(state.range(0)), kEncodings[encoding]);
}

void set_bytes(benchmark::State& state, const std::string& bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

// In pieces, into one buffer that is emptied: as the document reader does it.
template <class Decoder>
void feed_all(Decoder& decoder, const std::string& bytes, std::string& out) {
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    out.clear();
    decoder.feed(as_bytes(bytes).subspan(at, std::min(kPiece, bytes.size() - at)), out);
    benchmark::DoNotOptimize(out.data());
  }
  decoder.finish(out);
}

void hitokoe_strict(benchmark::State& state, std::size_t encoding) {
  const std::string bytes = bytes_of(state, encoding);
  const Charset charset = charset_by_name(kEncodings[encoding].name).value();
  std::string out;
  for (auto _ : state) {
    StreamDecoder decoder(charset);
    feed_all(decoder, bytes, out);
  }
  set_bytes(state, bytes);
}

void hitokoe_stream(benchmark::State& state, std::size_t encoding) {
  const std::string bytes = bytes_of(state, encoding);
  const Charset charset = charset_by_name(kEncodings[encoding].name).value();
  std::string out;
  for (auto _ : state) {
    CharsetStream decoder(charset);
    feed_all(decoder, bytes, out);
  }
  set_bytes(state, bytes);
}

void peer_iconv(benchmark::State& state, std::size_t encoding) {
  std::string bytes = bytes_of(state, encoding), out(bytes.size() * 3, '\0');
  iconv_t cd = iconv_open("UTF-8", kEncodings[encoding].iconv_name);
  for (auto _ : state) {
    iconv(cd, nullptr, nullptr, nullptr, nullptr);
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
      char *from = bytes.data() + at, *to = out.data();
      std::size_t left = std::min(kPiece, bytes.size() - at), room = out.size();
      iconv(cd, &from, &left, &to, &room);
    }
    benchmark::DoNotOptimize(out.data());
  }
  iconv_close(cd);
  set_bytes(state, bytes);
}

void peer_icu(benchmark::State& state, std::size_t encoding) {
  static const char* const kNames[] = {"UTF-8",       "ibm-943_P15A-2003", "EUC-JP",
                                       "ISO-2022-JP", "UTF-16LE",          "UTF-16BE"};
  const std::string bytes = bytes_of(state, encoding);
  std::string out(bytes.size() * 3, '\0');
  UErrorCode status = U_ZERO_ERROR;
  UConverter* from = ucnv_open(kNames[encoding], &status);
  UConverter* to = ucnv_open("UTF-8", &status);
  std::vector<UChar> pivot(1024);
  for (auto _ : state) {
    const char* source = bytes.data();
    char* target = out.data();
    UChar *pivot_source = pivot.data(), *pivot_target = pivot.data();
    status = U_ZERO_ERROR;
    ucnv_convertEx(to, from, &target, out.data() + out.size(), &source, bytes.data() + bytes.size(),
                   pivot.data(), &pivot_source, &pivot_target, pivot.data() + pivot.size(), true,
                   true, &status);
    benchmark::DoNotOptimize(out.data());
  }
  ucnv_close(from);
  ucnv_close(to);
  set_bytes(state, bytes);
}

BENCHMARK_CAPTURE(hitokoe_strict, cp932, 1)->Apply(kinds);
BENCHMARK_CAPTURE(hitokoe_stream, cp932, 1)->Apply(kinds);
BENCHMARK_CAPTURE(peer_iconv, cp932, 1)->Apply(kinds);
BENCHMARK_CAPTURE(peer_icu, cp932, 1)->Apply(kinds);
BENCHMARK_CAPTURE(hitokoe_strict, euc_jp, 2)->Apply(kinds);
BENCHMARK_CAPTURE(hitokoe_stream, euc_jp, 2)->Apply(kinds);
BENCHMARK_CAPTURE(peer_iconv, euc_jp, 2)->Apply(kinds);
BENCHMARK_CAPTURE(peer_icu, euc_jp, 2)->Apply(kinds);
BENCHMARK_CAPTURE(hitokoe_stream, utf8, 0)->Apply(kinds);
BENCHMARK_CAPTURE(peer_iconv, utf8, 0)->Apply(kinds);
BENCHMARK_CAPTURE(hitokoe_stream, iso2022, 3)->Arg(0)->Arg(1);
BENCHMARK_CAPTURE(peer_iconv, iso2022, 3)->Arg(0)->Arg(1);
BENCHMARK_CAPTURE(hitokoe_stream, utf16, 4)->Arg(0)->Arg(1);
BENCHMARK_CAPTURE(peer_iconv, utf16, 4)->Arg(0)->Arg(1);

// Every line in another charset: each is taken apart.
void alternating_lines(benchmark::State& state) {
  const std::string text = text_of(0);
  std::string bytes, out;
  std::size_t i = 0;
  for (std::size_t at = 0; at < text.size(); ++i) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    bytes += encoded(text.substr(at, end - at), kEncodings[i % 3]);
    at = end;
  }
  for (auto _ : state) {
    CharsetStream decoder(Charset::kUtf8);
    feed_all(decoder, bytes, out);
  }
  set_bytes(state, bytes);
}
BENCHMARK(alternating_lines);

// Escapes: text that has none, and rows that are nothing else.
void escapes_in(benchmark::State& state, const std::string& text) {
  std::uint64_t size = 0;
  for (auto _ : state) {
    Escapes escapes([&](std::string_view utf8) -> Result<void> {
      size += utf8.size();
      return ok();
    });
    for (std::size_t at = 0; at < text.size(); at += kPiece) {
      benchmark::DoNotOptimize(escapes.feed(std::string_view(text).substr(at, kPiece)));
    }
    benchmark::DoNotOptimize(escapes.finish());
  }
  benchmark::DoNotOptimize(size);
  set_bytes(state, text);
}
void escapes_none(benchmark::State& state) {
  state.SetLabel(std::string(kKinds[static_cast<std::size_t>(state.range(0))]));
  escapes_in(state, text_of(state.range(0)));
}
BENCHMARK(escapes_none)->Apply(kinds);

void escapes_everywhere(benchmark::State& state) {
  std::string text;
  for (int i = 0; text.size() < kText; ++i) {
    text += "name=%E5%B1%B1%E7%94%B0+%E5%A4%AA%E9%83%8E&mail=user" + std::to_string(i) +
            "%40example.jp&#23665;\\u7530,5bGx55Sw5aSq6YOO\n";
  }
  escapes_in(state, text);
}
BENCHMARK(escapes_everywhere);

void fold_all(benchmark::State& state) {
  const std::string text = text_of(0);
  std::u32string out;
  std::vector<std::uint32_t> offsets;
  for (auto _ : state) {
    fold_with_offsets(text, out, offsets);
    benchmark::DoNotOptimize(out.data());
  }
  set_bytes(state, text);
}
BENCHMARK(fold_all);

}  // namespace
}  // namespace hitokoe::text
