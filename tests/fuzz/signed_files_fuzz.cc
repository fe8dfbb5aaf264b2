// Enrolments, issued keys, contact requests and bundles, approval requests and approvals: any bytes
// as a file, and any bytes as content behind a signature (and a seal) that holds.
#include <cstdlib>

#include "hitokoe/base/random.h"
#include "hitokoe/identity/campaign_files.h"
#include "hitokoe/identity/ceremony.h"
#include "identity/envelope.h"

namespace {

using namespace hitokoe;
using namespace hitokoe::identity;

struct Keys {
  SeededRandom random{1};
  crypto::BoxKeyPair box = crypto::make_box_keys(random);
  crypto::SignKeyPair sign = crypto::make_sign_keys(random);
};

void decode(ByteView file, const Keys& k) {
  (void)decode_enrolment(file);
  (void)decode_issued_key(file, k.box);
  if (const auto r = decode_request(file, k.sign.public_key)) {
    if (encode_request(r.value(), k.sign).size() != file.size()) std::abort();
  }
  (void)decode_bundle(file, k.box, k.sign.public_key);
  if (const auto r = decode_approval_request(file, k.sign.public_key)) {
    if (encode_approval_request(r.value(), k.sign).size() != file.size()) std::abort();
  }
  if (const auto r = decode_approval(file, k.sign.public_key)) {
    if (encode_approval(r.value(), k.sign).size() != file.size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Keys keys;
  if (size == 0) return 0;
  constexpr EnvelopeKind kKinds[] = {EnvelopeKind::kEnrolment,       EnvelopeKind::kIssuedKey,
                                     EnvelopeKind::kContactRequest,  EnvelopeKind::kContactBundle,
                                     EnvelopeKind::kApprovalRequest, EnvelopeKind::kApproval};
  const ByteView rest(data + 1, size - 1);
  const std::size_t which = data[0] % 7;
  if (which == 6) {
    decode(rest, keys);
    return 0;
  }
  const EnvelopeKind kind = kKinds[which];
  const bool sealed = kind == EnvelopeKind::kIssuedKey || kind == EnvelopeKind::kContactBundle;
  const Bytes content =
      sealed ? crypto::seal_to(keys.box.public_key, rest) : Bytes(rest.begin(), rest.end());
  decode(wrap_envelope(kind, content, keys.sign), keys);
  return 0;
}
