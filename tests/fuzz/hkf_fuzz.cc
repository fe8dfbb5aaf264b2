// Fingerprint files: any bytes as a file; any bytes as a header that is signed, as a block that is
// sealed, as records. Nothing may crash; what is read must be what is written again.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "hitokoe/base/random.h"
#include "identity/hkf_format.h"
#include "identity/record_codec.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::identity;

struct Keys {
  SeededRandom random{1};
  crypto::BoxKeyPair service = crypto::make_box_keys(random);
  crypto::SignKeyPair party = crypto::make_sign_keys(random);
  Key256 file_key = crypto::random_key256(random);
  Bytes sealed_file_key = crypto::seal_to(service.public_key, file_key.expose());
};

void read_as_file(ByteView file, const Keys& keys) {
  const int fd = ::memfd_create("hkf", MFD_CLOEXEC);
  if (fd < 0 || ::write(fd, file.data(), file.size()) != static_cast<ssize_t>(file.size())) {
    std::abort();
  }
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  std::uint64_t records = 0;
  const auto read = read_hkf(path, keys.service, [&](const HkfRecord&) -> Result<void> {
    ++records;
    return ok();
  });
  if (read && records != read.value().records) std::abort();
  if (read && !verify_hkf(path)) std::abort();
  ::close(fd);
}

void read_as_header(ByteView fields) {
  const auto parsed = parse_hkf_header(fields);
  if (!parsed) return;
  const Bytes again = encode_hkf_header(parsed.value().header, parsed.value().sealed_file_key);
  // Versions of columns are not kept: they are part of the tables' digest.
  if (again.size() != kHkfFixed + fields.size()) std::abort();
}

void read_as_records(ByteView bytes) {
  HkfRecord record;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t begin = at;
    if (!decode_record(bytes, at, record)) return;
    Bytes again;
    if (!encode_record(record, again)) std::abort();
    if (!std::equal(again.begin(), again.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                    bytes.begin() + static_cast<std::ptrdiff_t>(at))) {
      std::abort();
    }
  }
}

// A file whose signature, digest and seal hold, around a body that says anything.
void read_as_body(ByteView plain, const Keys& keys) {
  static SeededRandom random(2);
  const Bytes sealed = crypto::seal(keys.file_key, plain, hkf_block_context(0, true), random);
  Bytes body;
  put_u32(body, static_cast<std::uint32_t>(sealed.size()));
  put_bytes(body, sealed);
  HkfHeader h;
  h.party = h.controller = h.delegation = h.snapshot = "x";
  h.body_bytes = body.size();
  h.body = crypto::sha256(body);
  h.signer = keys.party.public_key;
  HkfRecord record;
  for (std::size_t at = 0; at < plain.size() && decode_record(plain, at, record); ++h.records) {
    h.keys += record.keys.size();
    h.checks += record.checks.size();
  }
  Bytes file = encode_hkf_header(h, keys.sealed_file_key);
  put_bytes(file, crypto::sign(keys.party, hkf_signed_part(file)));
  put_bytes(file, body);
  read_as_file(file, keys);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Keys keys;
  if (size == 0) return 0;
  const ByteView rest(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      read_as_file(rest, keys);
      break;
    case 1:
      read_as_header(rest);
      break;
    case 2:
      read_as_records(rest);
      break;
    default:
      read_as_body(rest, keys);
  }
  return 0;
}
