#include "hitokoe/identity/key_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <mutex>
#include <utility>

#include "hitokoe/base/file.h"
#include "hitokoe/base/secret_source.h"
#include "identity/key_store_file.h"

namespace hitokoe::identity {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostFile = 256ULL << 20;
constexpr std::size_t kMostEpochs = 4;  // a scan computes every value under each
constexpr std::size_t kMostName = 256;

struct KindInfo {
  KeyKind kind;
  std::string_view name;
  std::size_t size;  // of the stored secret
  bool cache;        // never in a backup
};
constexpr KindInfo kKinds[] = {
    {KeyKind::kEpoch, "epoch", 32, false},
    {KeyKind::kDelegation, "delegation", 16, false},
    {KeyKind::kStore, "store", 32, false},
    {KeyKind::kIndex, "index", 16, true},
    {KeyKind::kFilter, "filter", 16, true},
    {KeyKind::kServiceSign, "service-sign", 64, false},
    {KeyKind::kServiceBox, "service-box", 64, false},
    {KeyKind::kCaptureDay, "capture-day", 32, false},
    {KeyKind::kIncident, "incident", 32, false},
    {KeyKind::kCampaign, "campaign", 64, false},
    {KeyKind::kToken, "token", 32, false},
    {KeyKind::kAccessLog, "access-log", 32, false},
    {KeyKind::kSourceAccount, "source-account", 32, false},
};

const KindInfo& info(KeyKind kind) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds),
                       [kind](const KindInfo& k) { return k.kind == kind; });
}

fs::path store_path(const fs::path& data) { return data / "keys" / "keystore.json"; }

// Box pairs are kept as secret key || public key; signing pairs in libsodium's form, which ends
// with the public key.
SecretBytes make_secret(KeyKind kind, Random& random) {
  SecretBytes out;
  Bytes& bytes = out.expose();
  bytes.reserve(64);
  if (kind == KeyKind::kServiceSign) {
    const auto pair = crypto::make_sign_keys(random);
    put_bytes(bytes, pair.secret_key.expose());
  } else if (kind == KeyKind::kServiceBox || kind == KeyKind::kCampaign) {
    const auto pair = crypto::make_box_keys(random);
    put_bytes(bytes, pair.secret_key.expose());
    put_bytes(bytes, pair.public_key);
  } else {
    bytes.resize(info(kind).size);
    random.fill(bytes);
  }
  return out;
}

StoredKey make_stored(const Key256& root, KeyKind kind, std::string_view name,
                      std::uint64_t generation, UtcTime now, Random& random) {
  StoredKey key{{kind, std::string(name), now, {}, generation}, {}};
  const SecretBytes secret = make_secret(kind, random);
  key.wrapped = wrap_key(root, key.entry, secret.expose(), random);
  return key;
}

// Held while the file is changed; other processes wait.
class Lock {
 public:
  static Result<Lock> take(const fs::path& data) {
    const fs::path path = data / "keys" / "lock";
    Lock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.fd_ < 0 || ::flock(lock.fd_, LOCK_EX) != 0) {
      return fail(Errc::kIo, std::string("keys/lock: ") + std::strerror(errno),
                  std::string("keys/lock: ") + std::strerror(errno));
    }
    return lock;
  }
  Lock(Lock&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  Lock& operator=(Lock&&) = delete;
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_;
};

// Which version of the file is in memory: it is replaced, never changed in place.
struct Stamp {
  std::uint64_t inode = 0, size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

Result<Stamp> stamp_of(const fs::path& path) {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) {
    return fail(errno == ENOENT ? Errc::kNotFound : Errc::kIo,
                shown(path) + ": " + std::strerror(errno),
                shown(path) + ": " + std::strerror(errno));
  }
  return Stamp{s.st_ino, static_cast<std::uint64_t>(s.st_size), s.st_mtim.tv_sec,
               s.st_mtim.tv_nsec};
}

Words named(KeyKind kind, std::string_view name) {
  return Words{"key ", "鍵 "} + (std::string(to_string(kind)) + " " + std::string(name));
}
Words none(KeyKind kind, std::string_view name) {
  return Words{"there is no ", ""} + named(kind, name) + Words{"", " はありません"};
}
Words another_size(KeyKind kind, std::string_view name) {
  return named(kind, name) + Words{" has another size", " の大きさが違います"};
}

std::uint32_t epoch_number(const KeyEntry& entry) {
  std::uint32_t out = 0;
  std::from_chars(entry.name.data(), entry.name.data() + entry.name.size(), out);
  return out;
}

Result<OpenedKeyStore> open_file(const fs::path& path, const SecretText& passphrase) {
  TRY(const auto bytes, read_file(path, kMostFile));
  return open_key_store(as_text(bytes), passphrase, shown(path));
}

}  // namespace

std::string_view to_string(KeyKind kind) { return info(kind).name; }

Result<KeyKind> key_kind_by_name(std::string_view name) {
  std::string names;
  for (const KindInfo& k : kKinds) {
    if (k.name == name) return k.kind;
    names += (names.empty() ? "" : " ") + std::string(k.name);
  }
  return fail(Errc::kUsage, "no such kind of key; there are: " + names,
              "そのような種類の鍵はありません。使えるもの: " + names);
}

struct KeyStore::State {
  State(fs::path d, const Clock& c, Random& r) : data(std::move(d)), clock(c), random(r) {}

  const fs::path data;
  const Clock& clock;
  Random& random;
  mutable std::mutex mutex;
  Key256 root;
  KeyStoreFile file;
  Stamp stamp;

  Result<void> refresh() {
    const fs::path path = store_path(data);
    TRY(const Stamp now, stamp_of(path));
    if (now == stamp) return ok();
    TRY(const auto bytes, read_file(path, kMostFile));
    TRY(file, reopen_key_store(as_text(bytes), root, shown(path)));
    stamp = now;
    return ok();
  }

  // Changes the newest state of the file and makes it durable; memory is only changed with it.
  template <class Change>
  Result<void> change(const Change& apply) {
    TRY(const Lock lock, Lock::take(data));
    TRYV(refresh());
    KeyStoreFile next = file;
    TRYV(apply(next));
    const std::string text = write_key_store(next, root);
    TRYV(write_file_durably(store_path(data), as_bytes(text)));
    TRY(stamp, stamp_of(store_path(data)));
    file = std::move(next);
    return ok();
  }

  Result<SecretBytes> read(KeyKind kind, std::string_view name) const {
    const StoredKey* key = file.find(kind, name);
    if (key == nullptr) return fail(Errc::kNotFound, none(kind, name));
    if (key->entry.destroyed) {
      return fail(Errc::kForbidden, named(kind, name) +
                                        Words{" was destroyed on ", " は破棄済み: "} +
                                        format_jst(*key->entry.destroyed));
    }
    return unwrap_key(root, *key);
  }
};

Result<SecretText> KeyStore::passphrase_from_environment() {
  return secret_from_environment("HITOKOE_PASSPHRASE");
}

KeyStore::KeyStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyStore::KeyStore(KeyStore&&) noexcept = default;
KeyStore& KeyStore::operator=(KeyStore&&) noexcept = default;
KeyStore::~KeyStore() = default;

Result<void> KeyStore::init(const fs::path& data, const SecretText& passphrase, const Clock& clock,
                            Random& random, crypto::Argon2Cost cost) {
  TRYV(make_private_dir(data / "keys"));
  TRY(const Lock lock, Lock::take(data));
  if (stamp_of(store_path(data))) {
    return fail(Errc::kExists, "there is a key store already: keys/keystore.json",
                "鍵庫がすでにあります: keys/keystore.json");
  }
  OpenedKeyStore store = make_key_store(passphrase, cost, random);
  const auto add = [&](KeyKind kind, std::string_view name) {
    store.file.keys.push_back(make_stored(store.root, kind, name, 1, clock.now(), random));
  };
  add(KeyKind::kEpoch, "1");
  add(KeyKind::kServiceSign, "service");
  add(KeyKind::kServiceBox, "service");
  const std::string text = write_key_store(store.file, store.root);
  return write_file_durably(store_path(data), as_bytes(text));
}

Result<KeyStore> KeyStore::open(const fs::path& data, const SecretText& passphrase,
                                const Clock& clock, Random& random) {
  auto state = std::make_unique<State>(data, clock, random);
  const auto stamp = stamp_of(store_path(data));
  if (!stamp) {
    if (stamp.error().code != Errc::kNotFound) return stamp.error();
    return fail(Errc::kNotFound,
                "there is no key store in " + data.string() + ": run `hitokoe key init` first",
                data.string() + " に鍵庫がありません: 先に `hitokoe key init` を実行してください");
  }
  state->stamp = stamp.value();
  TRY(auto opened, open_file(store_path(data), passphrase));
  state->root = std::move(opened.root);
  state->file = std::move(opened.file);
  return KeyStore(std::move(state));
}

Result<SecretBytes> KeyStore::get(KeyKind kind, std::string_view name) const {
  const std::lock_guard hold(state_->mutex);
  TRYV(state_->refresh());
  return state_->read(kind, name);
}

Result<SecretBytes> KeyStore::get_or_make(KeyKind kind, std::string_view name) {
  if (name.empty() || name.size() > kMostName) {
    return fail(Errc::kUsage, "a key's name has 1 to 256 bytes", "鍵の名は 1〜256 バイト");
  }
  State& s = *state_;
  const std::lock_guard hold(s.mutex);
  TRYV(s.refresh());
  if (s.file.find(kind, name) == nullptr) {
    TRYV(s.change([&](KeyStoreFile& file) -> Result<void> {
      if (file.find(kind, name) == nullptr) {
        file.keys.push_back(make_stored(s.root, kind, name, 1, s.clock.now(), s.random));
      }
      return ok();
    }));
  }
  return s.read(kind, name);
}

Result<void> KeyStore::adopt(KeyKind kind, std::string_view name, ByteView key) {
  if (name.empty() || name.size() > kMostName) {
    return fail(Errc::kUsage, "a key's name has 1 to 256 bytes", "鍵の名は 1〜256 バイト");
  }
  State& s = *state_;
  const std::lock_guard hold(s.mutex);
  return s.change([&](KeyStoreFile& file) -> Result<void> {
    if (file.find(kind, name) != nullptr) {
      return fail(Errc::kExists, Words{"there is already a ", ""} + named(kind, name) +
                                     Words{"", " は既にあります"});
    }
    StoredKey stored{{kind, std::string(name), s.clock.now(), {}, 1}, {}};
    stored.wrapped = wrap_key(s.root, stored.entry, key, s.random);
    file.keys.push_back(std::move(stored));
    return ok();
  });
}

Result<void> KeyStore::destroy(KeyKind kind, std::string_view name) {
  State& s = *state_;
  const std::lock_guard hold(s.mutex);
  return s.change([&](KeyStoreFile& file) -> Result<void> {
    StoredKey* key = file.find(kind, name);
    if (key == nullptr) return fail(Errc::kNotFound, none(kind, name));
    if (!key->entry.destroyed) key->entry.destroyed = s.clock.now();
    key->wrapped.clear();
    return ok();
  });
}

Result<void> KeyStore::replace(KeyKind kind, std::string_view name) {
  State& s = *state_;
  const std::lock_guard hold(s.mutex);
  return s.change([&](KeyStoreFile& file) -> Result<void> {
    StoredKey* key = file.find(kind, name);
    if (key == nullptr) return fail(Errc::kNotFound, none(kind, name));
    if (key->entry.destroyed)
      return fail(Errc::kForbidden, named(kind, name) + Words{" was destroyed", " は破棄済み"});
    *key = make_stored(s.root, kind, name, key->entry.generation + 1, s.clock.now(), s.random);
    return ok();
  });
}

Result<std::uint32_t> KeyStore::add_epoch() {
  State& s = *state_;
  const std::lock_guard hold(s.mutex);
  std::uint32_t made = 0;
  TRYV(s.change([&](KeyStoreFile& file) -> Result<void> {
    std::size_t live = 0;
    for (const StoredKey& k : file.keys) {
      if (k.entry.kind != KeyKind::kEpoch) continue;
      made = std::max(made, epoch_number(k.entry));
      if (!k.entry.destroyed) ++live;
    }
    if (live >= kMostEpochs) {
      return fail(Errc::kLimit, "four epochs are live already: destroy the oldest one first",
                  "有効な世代が 4 つあります: 先に最も古い世代を破棄してください");
    }
    ++made;
    file.keys.push_back(
        make_stored(s.root, KeyKind::kEpoch, std::to_string(made), 1, s.clock.now(), s.random));
    return ok();
  }));
  return made;
}

std::vector<KeyEntry> KeyStore::list() const {
  const std::lock_guard hold(state_->mutex);
  (void)state_->refresh();
  std::vector<KeyEntry> out;
  for (const StoredKey& k : state_->file.keys) out.push_back(k.entry);
  return out;
}

Result<Key128> KeyStore::key128(KeyKind kind, std::string_view name) {
  TRY(const auto secret, get_or_make(kind, name));
  Key128 key;
  if (secret.expose().size() != key.expose().size()) {
    return fail(Errc::kCorrupt, another_size(kind, name));
  }
  std::copy(secret.expose().begin(), secret.expose().end(), key.expose().begin());
  return key;
}

Result<Key256> KeyStore::key256(KeyKind kind, std::string_view name) {
  TRY(const auto secret, get_or_make(kind, name));
  Key256 key;
  if (secret.expose().size() != key.expose().size()) {
    return fail(Errc::kCorrupt, another_size(kind, name));
  }
  std::copy(secret.expose().begin(), secret.expose().end(), key.expose().begin());
  return key;
}

Result<crypto::SignKeyPair> KeyStore::service_sign() {
  TRY(const auto secret, get_or_make(KeyKind::kServiceSign, "service"));
  crypto::SignKeyPair pair;
  const Bytes& bytes = secret.expose();
  if (bytes.size() != pair.secret_key.expose().size()) {
    return fail(Errc::kCorrupt, "the service's signing key has another size",
                "サービスの署名鍵の大きさが違います");
  }
  std::copy(bytes.begin(), bytes.end(), pair.secret_key.expose().begin());
  std::copy(bytes.end() - 32, bytes.end(), pair.public_key.begin());
  return pair;
}

Result<crypto::BoxKeyPair> KeyStore::box(KeyKind kind, std::string_view name) {
  TRY(const auto secret, get_or_make(kind, name));
  crypto::BoxKeyPair pair;
  const Bytes& bytes = secret.expose();
  if (bytes.size() != 64) return fail(Errc::kCorrupt, another_size(kind, name));
  std::copy(bytes.begin(), bytes.begin() + 32, pair.secret_key.expose().begin());
  std::copy(bytes.begin() + 32, bytes.end(), pair.public_key.begin());
  return pair;
}

Result<crypto::BoxKeyPair> KeyStore::service_box() { return box(KeyKind::kServiceBox, "service"); }

std::vector<std::uint32_t> KeyStore::live_epochs() const {
  std::vector<std::uint32_t> out;
  for (const KeyEntry& e : list()) {
    if (e.kind == KeyKind::kEpoch && !e.destroyed) out.push_back(epoch_number(e));
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<void> KeyStore::enrol(const Enrolment& enrolment, bool replace) {
  State& s = *state_;
  const std::lock_guard hold(s.mutex);
  return s.change([&](KeyStoreFile& file) -> Result<void> {
    for (EnrolmentEntry& e : file.enrolments) {
      if (e.enrolment.party != enrolment.party) continue;
      if (e.enrolment.box == enrolment.box && e.enrolment.sign == enrolment.sign) return ok();
      if (!replace) {
        return fail(Errc::kConflict,
                    "party " + enrolment.party +
                        " is enrolled with other keys already: compare the fingerprint by phone, "
                        "then use --replace",
                    "事業者 " + enrolment.party +
                        " は別の鍵で登録済み: 電話で指紋を見比べてから --replace を付けてください");
      }
      e = {enrolment, s.clock.now()};
      return ok();
    }
    file.enrolments.push_back({enrolment, s.clock.now()});
    return ok();
  });
}

Result<Enrolment> KeyStore::enrolment(std::string_view party) const {
  for (auto& e : enrolments()) {
    if (e.enrolment.party == party) return e.enrolment;
  }
  return fail(
      Errc::kNotFound,
      "party " + std::string(party) + " is not enrolled: run `hitokoe key issue --enrol`",
      "事業者 " + std::string(party) + " は未登録: `hitokoe key issue --enrol` を実行してください");
}

std::vector<EnrolmentEntry> KeyStore::enrolments() const {
  const std::lock_guard hold(state_->mutex);
  (void)state_->refresh();
  return state_->file.enrolments;
}

Result<void> KeyStore::backup(const fs::path& to) const {
  const std::lock_guard hold(state_->mutex);
  TRYV(state_->refresh());
  KeyStoreFile copy = state_->file;
  std::erase_if(copy.keys, [](const StoredKey& k) { return info(k.entry.kind).cache; });
  const std::string text = write_key_store(copy, state_->root);
  return write_file_durably(to, as_bytes(text));
}

Result<void> KeyStore::restore(const fs::path& from, const fs::path& data,
                               const SecretText& passphrase, const Clock& clock, Random& random) {
  TRY(auto backup, open_file(from, passphrase));
  TRYV(make_private_dir(data / "keys"));
  if (!stamp_of(store_path(data))) {
    TRY(const Lock lock, Lock::take(data));
    const std::string text = write_key_store(backup.file, backup.root);
    return write_file_durably(store_path(data), as_bytes(text));
  }
  TRY(auto there, KeyStore::open(data, passphrase, clock, random));
  State& s = *there.state_;
  return s.change([&](KeyStoreFile& file) -> Result<void> {
    if (file.id != backup.file.id) {
      return fail(Errc::kConflict, "the key store that stands there belongs to another service",
                  "今ある鍵庫は別のサービスのもの");
    }
    for (StoredKey& old : backup.file.keys) {
      StoredKey* now = file.find(old.entry.kind, old.entry.name);
      if (now == nullptr) {
        file.keys.push_back(std::move(old));
      } else if (old.entry.destroyed && !now->entry.destroyed) {
        *now = std::move(old);
      }
    }
    for (const EnrolmentEntry& old : backup.file.enrolments) {
      const bool known = std::any_of(
          file.enrolments.begin(), file.enrolments.end(),
          [&](const EnrolmentEntry& e) { return e.enrolment.party == old.enrolment.party; });
      if (!known) file.enrolments.push_back(old);
    }
    return ok();
  });
}

}  // namespace hitokoe::identity
