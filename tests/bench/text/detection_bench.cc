// Right answers in a hundred and MB/s of detection, beside uchardet and ICU on the same snippets.
//   detection_bench [SNIPPETS OF EVERY KIND AND ENCODING [SEED [show]]]
#include <time.h>
#include <uchardet/uchardet.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "hitokoe/text/charset.h"
#include "tests/bench/text/snippets.h"

namespace hitokoe::text {
namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Names of the peers that mean the same charset.
std::string same_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name == "SHIFT_JIS" || name == "CP932" || name == "SJIS") return "Shift_JIS";
  if (name == "EUC-JP" || name == "UTF-8" || name == "ISO-2022-JP" || name == "UTF-16LE" ||
      name == "UTF-16BE") {
    return name;
  }
  return name;
}

using Detector = std::function<std::string(const std::string&)>;

std::string by_uchardet(const std::string& bytes) {
  static uchardet_t detector = uchardet_new();
  uchardet_reset(detector);
  uchardet_handle_data(detector, bytes.data(), bytes.size());
  uchardet_data_end(detector);
  return same_name(uchardet_get_charset(detector));
}

std::string by_icu(const std::string& bytes) {
  UErrorCode status = U_ZERO_ERROR;
  static UCharsetDetector* detector = ucsdet_open(&status);
  ucsdet_setText(detector, bytes.data(), static_cast<int32_t>(bytes.size()), &status);
  const UCharsetMatch* match = ucsdet_detect(detector, &status);
  return match == nullptr ? "" : same_name(ucsdet_getName(match, &status));
}

struct Peer {
  const char* name;
  Detector detector;
  int most;  // snippets of a kind; the peers are slow
};

void measure(std::size_t size, int each, std::uint32_t seed, bool show) {
  const auto all = snippets(size, each, seed);
  const Peer peers[] = {
      {"hitokoe",
       [](const std::string& bytes) { return std::string(iana_name(detect(as_bytes(bytes)))); }, 0},
      {"uchardet", by_uchardet, 1},
      {"ICU ucsdet", by_icu, 1}};
  for (const Peer& peer : peers) {
    int right[std::size(kEncodings)] = {}, total[std::size(kEncodings)] = {};
    int wrong_kind[std::size(kEncodings)][std::size(kKinds)] = {};
    std::size_t bytes = 0;
    peer.detector(all.front().bytes);  // tables are made once
    const double begin = cpu_seconds();
    for (const Snippet& snippet : all) {
      const bool good = peer.detector(snippet.bytes) == kEncodings[snippet.encoding].name;
      right[snippet.encoding] += good ? 1 : 0;
      ++total[snippet.encoding];
      wrong_kind[snippet.encoding][snippet.kind] += good ? 0 : 1;
      bytes += snippet.bytes.size();
    }
    const double seconds = cpu_seconds() - begin;
    std::printf("%5zu  %-11s", size, peer.name);
    for (std::size_t e = 0; e < std::size(kEncodings); ++e) {
      std::printf("  %6.2f", 100.0 * right[e] / std::max(total[e], 1));
    }
    std::printf("  %8.1f MB/s\n", static_cast<double>(bytes) / 1e6 / seconds);
    if (!show || peer.most != 0) continue;
    for (std::size_t e = 0; e < std::size(kEncodings); ++e) {
      for (std::size_t k = 0; k < std::size(kKinds); ++k) {
        if (wrong_kind[e][k] > 0) {
          std::printf("         %s, %s: %d wrong\n", kEncodings[e].name.data(), kKinds[k].data(),
                      wrong_kind[e][k]);
        }
      }
    }
    int shown = 0;
    for (const Snippet& snippet : all) {
      const auto found = detect_two(as_bytes(snippet.bytes));
      if (iana_name(found.best) == kEncodings[snippet.encoding].name || ++shown > 60) continue;
      std::printf("         %s as %s by %.1f:", kEncodings[snippet.encoding].name.data(),
                  iana_name(found.best).data(), found.margin);
      for (const std::uint8_t c : as_bytes(snippet.bytes)) std::printf("%02x", c);
      std::printf("\n");
    }
  }
}

}  // namespace
}  // namespace hitokoe::text

int main(int argc, char** argv) {
  using namespace hitokoe::text;
  const int each = argc > 1 ? std::atoi(argv[1]) : 200;
  const auto seed = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 1);
  std::printf("bytes  detector   ");
  for (const Encoding& encoding : kEncodings) std::printf("  %s", encoding.name.data());
  std::printf("\n");
  for (const std::size_t size : {50U, 200U, 1000U, 65536U}) {
    measure(size, size > 10000 ? 1 : each, seed, argc > 3);
  }
  return 0;
}
