// The agent's home folder (docs/agent.md):
//
//   agent.json   party, public keys, and the secret keys sealed under the passphrase (Argon2id)
//   state        the pinned service and the sequences, sealed under a key among those
//   lock         held while `state` is changed
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/random.h"
#include "hitokoe/identity/enrolment.h"

namespace hitokoe::identity {

struct PinnedService {
  crypto::SignPublicKey sign{};
  crypto::BoxPublicKey box{};
  friend bool operator==(const PinnedService&, const PinnedService&) = default;
};

struct HomeState {
  std::optional<PinnedService> service;
  std::map<std::string, std::uint64_t> sequences;
};

class Home {
 public:
  static Result<void> init(const std::filesystem::path& dir, std::string_view party,
                           const SecretText& passphrase, Random& random, crypto::Argon2Cost cost);
  static Result<Home> open(const std::filesystem::path& dir, const SecretText& passphrase);

  Enrolment enrolment() const { return {party_, box_.public_key, sign_.public_key}; }
  const std::string& party() const { return party_; }
  const crypto::BoxKeyPair& box() const { return box_; }
  const crypto::SignKeyPair& sign() const { return sign_; }

  Result<HomeState> state() const;
  // Keeps `service` where none is pinned (true); kForbidden where another is.
  Result<bool> pin(const PinnedService& service, Random& random) const;
  Result<void> note_sequence(const std::string& snapshot, std::uint64_t sequence,
                             Random& random) const;

 private:
  template <class Change>
  Result<void> change(const Change& apply, Random& random) const;

  std::filesystem::path dir_;
  std::string party_;
  crypto::BoxKeyPair box_;
  crypto::SignKeyPair sign_;
  Key256 state_key_;
};

}  // namespace hitokoe::identity
