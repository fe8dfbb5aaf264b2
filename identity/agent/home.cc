#include "identity/agent/home.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "hitokoe/base/file.h"
#include "hitokoe/identity/ceremony.h"

namespace hitokoe::identity {
namespace {

namespace json = boost::json;

constexpr std::int64_t kFormat = 1;
constexpr std::string_view kKdf = "argon2id";
constexpr std::uint64_t kMostKeyFile = 64U << 10;
constexpr std::uint64_t kMostState = 16U << 20;
constexpr std::uint64_t kMostMemory = 4ULL << 30;
constexpr std::uint64_t kMostOps = 64;
constexpr std::size_t kSecret = 32 + 64 + 32;  // X25519, Ed25519, state key
constexpr std::size_t kMostParty = 128;

ByteView state_context() { return as_bytes("hitokoe agent state"); }

// Party and public keys are authenticated with the secret ones.
Bytes key_context(const Enrolment& e) {
  Bytes out;
  put_bytes(out, as_bytes("hitokoe agent keys"));
  put_string(out, e.party);
  put_bytes(out, e.box);
  put_bytes(out, e.sign);
  return out;
}

struct KeyFile {
  Enrolment enrolment;
  crypto::Argon2Cost cost;
  std::array<std::uint8_t, 16> salt{};
  Bytes sealed;
};

std::string write_key_file(const KeyFile& f) {
  return json::serialize(json::object{
             {"format", kFormat},
             {"party", f.enrolment.party},
             {"box", to_base64(f.enrolment.box)},
             {"sign", to_base64(f.enrolment.sign)},
             {"kdf", json::object{{"name", kKdf},
                                  {"ops", static_cast<std::int64_t>(f.cost.ops)},
                                  {"memory", static_cast<std::int64_t>(f.cost.memory_bytes)},
                                  {"salt", to_base64(f.salt)}}},
             {"keys", to_base64(f.sealed)}}) +
         "\n";
}

auto damaged(std::string_view file, std::string_view where) {
  return fail(
      Errc::kCorrupt,
      "the agent's home is damaged: " + std::string(file) + ", at \"" + std::string(where) + "\"",
      "エージェントの保管場所が壊れています: " + std::string(file) + " の \"" + std::string(where) +
          "\"");
}

Result<Bytes> bytes_at(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  if (v == nullptr || !v->is_string()) return damaged("agent.json", key);
  auto bytes = from_base64(v->get_string());
  if (!bytes) return damaged("agent.json", key);
  return std::move(bytes).value();
}

template <std::size_t N>
Result<void> array_at(const json::object& o, std::string_view key,
                      std::array<std::uint8_t, N>& out) {
  TRY(const auto bytes, bytes_at(o, key));
  if (bytes.size() != N) return damaged("agent.json", key);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return ok();
}

Result<std::uint64_t> number_at(const json::object& o, std::string_view key, std::uint64_t most) {
  const json::value* v = o.if_contains(key);
  if (v == nullptr || !v->is_int64() || v->get_int64() < 1 ||
      static_cast<std::uint64_t>(v->get_int64()) > most) {
    return damaged("agent.json", key);
  }
  return static_cast<std::uint64_t>(v->get_int64());
}

Result<KeyFile> parse_key_file(std::string_view text) {
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  if (error || !document.is_object()) return damaged("agent.json", "{");
  const json::object& o = document.get_object();
  TRY(const auto format, number_at(o, "format", 1'000'000));
  if (format != static_cast<std::uint64_t>(kFormat)) {
    return fail(Errc::kUnsupported,
                "the agent's home has format " + std::to_string(format) + "; this program reads " +
                    std::to_string(kFormat),
                "エージェントの保管場所の形式は " + std::to_string(format) +
                    "。このプログラムが読めるのは " + std::to_string(kFormat));
  }
  KeyFile f;
  const json::value* party = o.if_contains("party");
  if (party == nullptr || !party->is_string()) return damaged("agent.json", "party");
  f.enrolment.party = std::string(party->get_string());
  TRYV(array_at(o, "box", f.enrolment.box));
  TRYV(array_at(o, "sign", f.enrolment.sign));
  const json::value* kdf = o.if_contains("kdf");
  if (kdf == nullptr || !kdf->is_object()) return damaged("agent.json", "kdf");
  const json::value* name = kdf->get_object().if_contains("name");
  if (name == nullptr || !name->is_string() || name->get_string() != kKdf)
    return damaged("agent.json", "kdf");
  TRY(f.cost.ops, number_at(kdf->get_object(), "ops", kMostOps));
  TRY(f.cost.memory_bytes, number_at(kdf->get_object(), "memory", kMostMemory));
  if (f.cost.memory_bytes < 8192) return damaged("agent.json", "memory");
  TRYV(array_at(kdf->get_object(), "salt", f.salt));
  TRY(f.sealed, bytes_at(o, "keys"));
  return f;
}

std::string write_state(const HomeState& s) {
  json::object sequences;
  for (const auto& [snapshot, sequence] : s.sequences) sequences[snapshot] = sequence;
  json::object o{{"format", kFormat}, {"sequences", std::move(sequences)}};
  if (s.service) {
    o["service"] =
        json::object{{"sign", to_base64(s.service->sign)}, {"box", to_base64(s.service->box)}};
  }
  return json::serialize(o);
}

Result<HomeState> parse_state(std::string_view text) {
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  if (error || !document.is_object()) return damaged("state", "{");
  const json::object& o = document.get_object();
  HomeState s;
  if (const json::value* service = o.if_contains("service")) {
    if (!service->is_object()) return damaged("state", "service");
    s.service.emplace();
    TRYV(array_at(service->get_object(), "sign", s.service->sign));
    TRYV(array_at(service->get_object(), "box", s.service->box));
  }
  const json::value* sequences = o.if_contains("sequences");
  if (sequences == nullptr || !sequences->is_object()) return damaged("state", "sequences");
  for (const auto& [snapshot, sequence] : sequences->get_object()) {
    boost::system::error_code wrong;
    s.sequences[std::string(snapshot)] = sequence.to_number<std::uint64_t>(wrong);
    if (wrong) return damaged("state", "sequences");
  }
  return s;
}

class Lock {
 public:
  explicit Lock(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ >= 0 && ::flock(fd_, LOCK_EX) != 0) {
      ::close(fd_);
      fd_ = -1;
    }
  }
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  bool held() const { return fd_ >= 0; }

 private:
  int fd_;
};

}  // namespace

Result<void> Home::init(const std::filesystem::path& dir, std::string_view party,
                        const SecretText& passphrase, Random& random, crypto::Argon2Cost cost) {
  if (party.empty() || party.size() > kMostParty) {
    return fail(Errc::kUsage, "a party's id has 1 to 128 bytes", "事業者の id は 1〜128 バイト");
  }
  TRYV(make_private_dir(dir));
  std::error_code ignored;
  if (std::filesystem::exists(dir / "agent.json", ignored)) {
    return fail(Errc::kExists, "there is an agent's home already: " + dir.string(),
                "エージェントの保管場所がすでにあります: " + dir.string());
  }
  const auto box = crypto::make_box_keys(random);
  const auto sign = crypto::make_sign_keys(random);
  const auto state_key = crypto::random_key256(random);
  KeyFile f;
  f.enrolment = {std::string(party), box.public_key, sign.public_key};
  f.cost = cost;
  random.fill(f.salt);
  Secret<Bytes> secret;
  secret.expose().reserve(kSecret);
  put_bytes(secret.expose(), box.secret_key.expose());
  put_bytes(secret.expose(), sign.secret_key.expose());
  put_bytes(secret.expose(), state_key.expose());
  const Key256 opener = crypto::derive_key(passphrase, f.salt, cost);
  f.sealed = crypto::seal(opener, secret.expose(), key_context(f.enrolment), random);
  const Bytes state = crypto::seal(state_key, as_bytes(write_state({})), state_context(), random);
  TRYV(write_file_durably(dir / "state", state));
  return write_file_durably(dir / "agent.json", as_bytes(write_key_file(f)));
}

Result<Home> Home::open(const std::filesystem::path& dir, const SecretText& passphrase) {
  const auto text = read_file(dir / "agent.json", kMostKeyFile);
  if (!text) {
    if (text.error().code != Errc::kNotFound) return text.error();
    return fail(
        Errc::kNotFound,
        "there is no agent's home in " + dir.string() + ": run `hitokoe-agent init` first",
        dir.string() +
            " にエージェントの保管場所がありません: 先に `hitokoe-agent init` を実行してください");
  }
  TRY(const auto f, parse_key_file(as_text(text.value())));
  const Key256 opener = crypto::derive_key(passphrase, f.salt, f.cost);
  auto opened = crypto::open(opener, f.sealed, key_context(f.enrolment));
  if (!opened || opened.value().size() != kSecret) {
    return fail(Errc::kUnauthorized, "the passphrase does not open the agent's home",
                "パスフレーズが違い、エージェントの保管場所が開きません");
  }
  const Secret<Bytes> secret(std::move(opened).value());
  const auto* at = secret.expose().data();
  Home home;
  home.dir_ = dir;
  home.party_ = f.enrolment.party;
  home.box_.public_key = f.enrolment.box;
  home.sign_.public_key = f.enrolment.sign;
  const auto take = [&at](auto& into) {
    std::copy_n(at, into.size(), into.begin());
    at += into.size();
  };
  take(home.box_.secret_key.expose());
  take(home.sign_.secret_key.expose());
  take(home.state_key_.expose());
  return home;
}

Result<HomeState> Home::state() const {
  TRY(const auto sealed, read_file(dir_ / "state", kMostState));
  auto text = crypto::open(state_key_, sealed, state_context());
  if (!text) return damaged("state", "seal");
  return parse_state(as_text(text.value()));
}

template <class Change>
Result<void> Home::change(const Change& apply, Random& random) const {
  const Lock lock(dir_ / "lock");
  if (!lock.held()) {
    return fail(Errc::kIo,
                Words{"the lock of the agent's home: ", "エージェントの保管場所のロック: "} +
                    std::string_view(std::strerror(errno)));
  }
  TRY(auto now, state());
  TRY(const bool changed, apply(now));
  if (!changed) return ok();
  return write_file_durably(dir_ / "state", crypto::seal(state_key_, as_bytes(write_state(now)),
                                                         state_context(), random));
}

Result<bool> Home::pin(const PinnedService& service, Random& random) const {
  bool fresh = false;
  TRYV(change(
      [&](HomeState& s) -> Result<bool> {
        if (s.service && *s.service != service) {
          return fail(Errc::kForbidden,
                      "the key comes from another service (" +
                          enrolment_fingerprint({"service", service.box, service.sign}) +
                          ") than the one that this agent trusts (" +
                          enrolment_fingerprint({"service", s.service->box, s.service->sign}) +
                          "): refused",
                      "覚えているサービス（" +
                          enrolment_fingerprint({"service", s.service->box, s.service->sign}) +
                          "）とは別のサービス（" +
                          enrolment_fingerprint({"service", service.box, service.sign}) +
                          "）の鍵のため断りました");
        }
        fresh = !s.service;
        s.service = service;
        return fresh;
      },
      random));
  return fresh;
}

Result<void> Home::note_sequence(const std::string& snapshot, std::uint64_t sequence,
                                 Random& random) const {
  return change(
      [&](HomeState& s) -> Result<bool> {
        std::uint64_t& last = s.sequences[snapshot];
        if (sequence <= last) return false;
        last = sequence;
        return true;
      },
      random);
}

}  // namespace hitokoe::identity
