// Parts of the script tests/bench/agent:
//
//   agent_bench issue P.enrol K.hkk     plays the service: issues a key that allows every item
//   agent_bench rows FROM N OUT.csv     N made-up customers with nine columns, by number from FROM
//   agent_bench limits IN.csv           what this machine does without us: read, HMAC, AES, SHA-256
//   agent_bench run PROGRAM ARGS…       runs it; prints wall and CPU seconds and peak memory
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/ceremony.h"
#include "hitokoe/text/csv.h"
#include "tests/bench/customers.h"
#include "tests/bench/stopwatch.h"

namespace hitokoe {
namespace {

using bench::seconds;
using identity::FieldId;

int complain(const Error& e) {
  std::fprintf(stderr, "agent_bench: %s\n", e.detail.c_str());
  return exit_code(e.code);
}

Result<void> issue(const char* enrolment, const char* out) {
  SystemRandom random;
  TRY(const auto file, read_file(enrolment));
  TRY(const auto party, identity::decode_enrolment(file));
  const auto sign = crypto::make_sign_keys(random);
  identity::IssuedKey key;
  key.party = key.controller = party.party;
  key.delegation = "own:" + party.party;
  key.delegation_key = crypto::random_key128(random);
  key.epochs.push_back({1, crypto::random_key256(random)});
  key.tables = identity::tables_digest();
  for (const auto& f : identity::field_table()) {
    if (f.column && f.supported) key.items.push_back(f.id);
  }
  key.service_sign = sign.public_key;
  key.service_box = crypto::make_box_keys(random).public_key;
  return write_file_durably(out, identity::encode_issued_key(key, party, sign));
}

Result<void> rows(std::uint64_t from, std::uint64_t count, const char* out) {
  std::FILE* f = std::fopen(out, "w");
  if (f == nullptr)
    return fail(Errc::kIo, std::string(out) + ": cannot be written",
                std::string(out) + ": cannot be written");
  std::string text(bench::kHeader);
  for (std::uint64_t i = 0; i < count; ++i) {
    bench::append_customer(text, from + i);
    if (text.size() < (1U << 20) && i + 1 < count) continue;
    std::fwrite(text.data(), 1, text.size(), f);
    text.clear();
  }
  if (std::fclose(f) != 0)
    return fail(Errc::kIo, std::string(out) + ": cannot be written",
                std::string(out) + ": cannot be written");
  return ok();
}

Result<void> limits(const char* csv) {
  std::vector<std::uint8_t> buffer(1U << 20);
  std::uint64_t size = 0;
  const double read_s = seconds([&] {
    const int fd = ::open(csv, O_RDONLY | O_CLOEXEC);
    for (ssize_t n = 0; (n = ::read(fd, buffer.data(), buffer.size())) > 0;) {
      size += static_cast<std::uint64_t>(n);
    }
    ::close(fd);
  });
  std::printf("  file read                    %8.0f MB/s\n",
              static_cast<double>(size) / read_s / 1e6);

  text::CsvReader reader(
      {}, [](const text::CsvRow&) -> Result<void> { return ok(); },
      [](std::uint64_t, text::CsvFault) {});
  Error failed;
  const double csv_s = seconds([&] {
    const int fd = ::open(csv, O_RDONLY | O_CLOEXEC);
    for (ssize_t n = 0; (n = ::read(fd, buffer.data(), buffer.size())) > 0;) {
      const auto r =
          reader.feed({reinterpret_cast<const char*>(buffer.data()), static_cast<std::size_t>(n)});
      if (!r) failed = r.error();
    }
    ::close(fd);
  });
  if (!failed.detail.empty()) return failed;
  std::printf("  file read and CSV rows       %8.0f MB/s %10.0f rows/s\n",
              static_cast<double>(size) / csv_s / 1e6, static_cast<double>(reader.rows()) / csv_s);

  constexpr int kMacs = 1'000'000;
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 20> message{};
  std::array<std::uint8_t, 32> digest{};
  unsigned length = 0;
  const double openssl_s = seconds([&] {
    for (int i = 0; i < kMacs / 10; ++i) {
      std::memcpy(message.data(), &i, sizeof i);
      HMAC(EVP_sha256(), key.data(), key.size(), message.data(), message.size(), digest.data(),
           &length);
    }
  });
  const crypto::Hmac hmac(key);
  std::vector<std::array<std::uint8_t, 20>> messages(1024);
  std::vector<ByteView> views(messages.begin(), messages.end());
  std::vector<crypto::Digest> macs(views.size());
  const double hmac_s = seconds([&] {
    for (int i = 0; i < kMacs; i += 1024) hmac.mac_many(views, macs);
  });
  std::printf("  HMAC-SHA-256, OpenSSL call   %8.2f M/s\n", kMacs / 10 / openssl_s / 1e6);
  std::printf("  HMAC-SHA-256, ours           %8.2f M/s\n", kMacs / hmac_s / 1e6);

  std::vector<crypto::Block> blocks(1U << 16);
  const crypto::Aes128 aes(Key128{});
  const double aes_s = seconds([&] {
    for (int i = 0; i < 64; ++i) aes.encrypt(blocks, blocks);
  });
  std::printf("  AES-128 blocks               %8.0f M/s\n",
              64.0 * static_cast<double>(blocks.size()) / aes_s / 1e6);
  const double sha_s = seconds([&] {
    for (int i = 0; i < 256; ++i) crypto::sha256(buffer);
  });
  std::printf("  SHA-256                      %8.0f MB/s\n",
              256.0 * static_cast<double>(buffer.size()) / sha_s / 1e6);
  return ok();
}

int run(char** argv) {
  const SystemClock clock;
  const auto begin = clock.steady();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execv(argv[0], argv);
    std::_Exit(127);
  }
  int status = 0;
  struct rusage usage {};
  ::wait4(child, &status, 0, &usage);
  const double wall = std::chrono::duration<double>(clock.steady() - begin).count();
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  std::printf("%.3f %.3f %ld\n", wall, of(usage.ru_utime) + of(usage.ru_stime),
              usage.ru_maxrss / 1024);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 5;
}

}  // namespace
}  // namespace hitokoe

int main(int argc, char** argv) {
  using namespace hitokoe;
  const std::string_view what = argc > 1 ? argv[1] : "";
  Result<void> done = ok();
  if (what == "issue" && argc == 4) {
    done = issue(argv[2], argv[3]);
  } else if (what == "rows" && argc == 5) {
    done = rows(std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10), argv[4]);
  } else if (what == "limits" && argc == 3) {
    done = limits(argv[2]);
  } else if (what == "run" && argc > 2) {
    return run(argv + 2);
  } else {
    std::fprintf(stderr, "usage: agent_bench issue|rows|limits|run …\n");
    return 2;
  }
  return done ? 0 : complain(done.error());
}
