// What unpacking costs: archive_bench FILE… prints MB of content a second of CPU time, unpacked
// alone and with the rows that come out of it.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

#include "hitokoe/base/file.h"
#include "matcher/decode/archive/archive_kind.h"
#include "matcher/decode/archive/zip_member.h"
#include "matcher/decode/document.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::matcher;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t unpack_stream(ByteView in, Method method) {
  Bytes out(256U << 10);
  std::uint64_t made = 0;
  while (!in.empty()) {
    const auto by = make_decompressor(method, 256U << 20);
    for (;;) {
      const auto step = by->step(in, out);
      in = in.subspan(step.taken);
      made += step.put;
      if (step.state != Decompressor::State::kMore || (step.taken == 0 && step.put == 0)) break;
    }
  }
  return made;
}

std::uint64_t unpack_zip(ByteView in) {
  Spool spool(0, 1ULL << 40);
  for (std::size_t at = 0; at < in.size(); at += 4U << 20) {
    spool.append(in.subspan(at, std::min<std::size_t>(in.size() - at, 4U << 20)));
  }
  std::uint64_t made = 0;
  const auto directory = ZipDirectory::find(spool, spool.size());
  auto position = directory->begin();
  while (const auto member = directory->next(position)) {
    (void)read_zip_member(spool, *member, std::nullopt, 256U << 20,
                          [&](ByteView out, std::uint64_t) -> Result<bool> {
                            made += out.size();
                            return true;
                          });
  }
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto bytes = read_file(argv[i]);
    if (!bytes) return 1;
    const ByteView view = bytes.value();
    const auto kind =
        archive_kind(view.first(std::min<std::size_t>(view.size(), 64U << 10)), argv[i]);
    if (!kind) return 1;
    const double before = cpu_seconds();
    const std::uint64_t made = kind->how == ArchiveKind::How::kCompressed
                                   ? unpack_stream(view, kind->method)
                                   : unpack_zip(view);
    const double alone = cpu_seconds() - before;
    std::uint64_t rows = 0;
    std::vector<Warning> warnings;
    Reading reading(
        [&](std::span<const identity::FieldValue>) -> Result<void> {
          ++rows;
          return ok();
        },
        warnings);
    DocumentReader reader(reading, argv[i], {});
    const double begin = cpu_seconds();
    for (std::size_t at = 0; at < view.size(); at += 4U << 20) {
      (void)reader.feed(view.subspan(at, std::min<std::size_t>(view.size() - at, 4U << 20)));
    }
    (void)reader.finish();
    const double all = cpu_seconds() - begin;
    const double mb = static_cast<double>(made) / 1e6;
    std::printf("%s: %.0f MB content; unpacked alone %.0f MB/s, with its %llu rows %.1f MB/s\n",
                argv[i], mb, mb / alone, static_cast<unsigned long long>(rows), mb / all);
  }
  return 0;
}
