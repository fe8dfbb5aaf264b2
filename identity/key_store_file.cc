#include "identity/key_store_file.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::identity {
namespace {

namespace json = boost::json;

constexpr std::int64_t kFormat = 1;
constexpr std::string_view kKdf = "argon2id";
constexpr std::uint64_t kMostMemory = 4ULL << 30;
constexpr std::uint64_t kMostOps = 64;
constexpr std::size_t kMostEntries = 1'000'000;

ByteView root_context() { return as_bytes("hitokoe key store root"); }

std::string mac_of(const Key256& root, std::string_view text) {
  const crypto::Digest key = crypto::Hmac(root.expose()).mac(as_bytes("hitokoe key store mac"));
  return to_hex(crypto::Hmac(key).mac(as_bytes(text)));
}

Bytes key_context(const KeyEntry& entry) {
  Bytes out;
  put_bytes(out, as_bytes("hitokoe key"));
  put_string(out, to_string(entry.kind));
  put_string(out, entry.name);
  put_u64(out, entry.generation);
  return out;
}

// Reading of JSON that may be anything: every getter says what is missing.
class Object {
 public:
  Object(const json::value& value, std::string_view name) : name_(name) {
    object_ = value.if_object();
  }
  auto corrupt(std::string_view what) const {
    return fail(Errc::kCorrupt,
                std::string(name_) + ": the key store is damaged at \"" + std::string(what) + "\"",
                std::string(name_) + ": 鍵庫の \"" + std::string(what) + "\" が壊れています");
  }
  const json::value* find(std::string_view key) const {
    return object_ == nullptr ? nullptr : object_->if_contains(key);
  }
  Result<std::string> text(std::string_view key) const {
    const json::value* v = find(key);
    if (v == nullptr || !v->is_string()) return corrupt(key);
    return std::string(v->get_string());
  }
  Result<std::uint64_t> number(std::string_view key) const {
    const json::value* v = find(key);
    if (v == nullptr || !v->is_int64() || v->get_int64() < 0) return corrupt(key);
    return static_cast<std::uint64_t>(v->get_int64());
  }
  Result<UtcTime> time(std::string_view key) const {
    TRY(const auto t, text(key));
    const auto parsed = parse_utc(t);
    if (!parsed) return corrupt(key);
    return parsed.value();
  }
  Result<Bytes> base64(std::string_view key) const {
    TRY(const auto t, text(key));
    auto bytes = from_base64(t);
    if (!bytes) return corrupt(key);
    return std::move(bytes).value();
  }
  template <std::size_t N>
  Result<void> array(std::string_view key, std::array<std::uint8_t, N>& out) const {
    TRY(const auto bytes, base64(key));
    if (bytes.size() != N) return corrupt(key);
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return ok();
  }
  Result<const json::array*> list(std::string_view key) const {
    const json::value* v = find(key);
    if (v == nullptr || !v->is_array() || v->get_array().size() > kMostEntries) return corrupt(key);
    return &v->get_array();
  }

 private:
  const json::object* object_ = nullptr;
  std::string_view name_;
};

json::object content_of(const KeyStoreFile& file) {
  json::array keys;
  for (const StoredKey& k : file.keys) {
    json::object o{{"kind", to_string(k.entry.kind)},
                   {"name", k.entry.name},
                   {"generation", static_cast<std::int64_t>(k.entry.generation)},
                   {"created", format_utc(k.entry.created)}};
    if (k.entry.destroyed) {
      o["destroyed"] = format_utc(*k.entry.destroyed);
    } else {
      o["wrapped"] = to_base64(k.wrapped);
    }
    keys.push_back(std::move(o));
  }
  json::array enrolments;
  for (const EnrolmentEntry& e : file.enrolments) {
    enrolments.push_back(json::object{{"party", e.enrolment.party},
                                      {"box", to_base64(e.enrolment.box)},
                                      {"sign", to_base64(e.enrolment.sign)},
                                      {"at", format_utc(e.at)}});
  }
  return {{"format", kFormat},
          {"id", file.id},
          {"kdf", json::object{{"name", kKdf},
                               {"ops", static_cast<std::int64_t>(file.cost.ops)},
                               {"memory", static_cast<std::int64_t>(file.cost.memory_bytes)},
                               {"salt", to_base64(file.salt)}}},
          {"root", to_base64(file.wrapped_root)},
          {"keys", std::move(keys)},
          {"enrolments", std::move(enrolments)}};
}

struct Parsed {
  KeyStoreFile file;
  std::string signed_text;  // what the MAC is over
  std::string mac;
};

Result<StoredKey> parse_stored_key(const json::value& value, std::string_view name) {
  const Object o(value, name);
  StoredKey k;
  TRY(const auto kind, o.text("kind"));
  const auto known = key_kind_by_name(kind);
  if (!known) return o.corrupt("kind");
  k.entry.kind = known.value();
  TRY(k.entry.name, o.text("name"));
  TRY(k.entry.generation, o.number("generation"));
  TRY(k.entry.created, o.time("created"));
  if (o.find("destroyed") != nullptr) {
    TRY(k.entry.destroyed, o.time("destroyed"));
  } else {
    TRY(k.wrapped, o.base64("wrapped"));
  }
  return k;
}

Result<Parsed> parse(std::string_view text, std::string_view name) {
  boost::system::error_code error;
  json::value document = json::parse(text, error);
  const Object top(document, name);
  if (error || !document.is_object()) {
    return fail(Errc::kCorrupt, std::string(name) + ": not a key store (no JSON object)",
                std::string(name) + ": 鍵庫ではありません（JSON のオブジェクトがありません）");
  }
  TRY(const auto format, top.number("format"));
  if (format != static_cast<std::uint64_t>(kFormat)) {
    return fail(Errc::kUnsupported,
                std::string(name) + ": key store format " + std::to_string(format) +
                    "; this program reads " + std::to_string(kFormat),
                std::string(name) + ": 鍵庫の形式は " + std::to_string(format) +
                    "。このプログラムが読めるのは " + std::to_string(kFormat));
  }
  Parsed out;
  KeyStoreFile& f = out.file;
  TRY(f.id, top.text("id"));
  const json::value* kdf = top.find("kdf");
  if (kdf == nullptr) return top.corrupt("kdf");
  const Object k(*kdf, name);
  TRY(const auto kdf_name, k.text("name"));
  if (kdf_name != kKdf) return top.corrupt("kdf");
  TRY(f.cost.ops, k.number("ops"));
  TRY(f.cost.memory_bytes, k.number("memory"));
  if (f.cost.ops < 1 || f.cost.ops > kMostOps || f.cost.memory_bytes < 8192 ||
      f.cost.memory_bytes > kMostMemory) {
    return top.corrupt("kdf");
  }
  TRYV(k.array("salt", f.salt));
  TRY(f.wrapped_root, top.base64("root"));
  TRY(const auto* keys, top.list("keys"));
  for (const json::value& v : *keys) {
    TRY(auto key, parse_stored_key(v, name));
    f.keys.push_back(std::move(key));
  }
  TRY(const auto* enrolments, top.list("enrolments"));
  for (const json::value& v : *enrolments) {
    const Object o(v, name);
    EnrolmentEntry e;
    TRY(e.enrolment.party, o.text("party"));
    TRYV(o.array("box", e.enrolment.box));
    TRYV(o.array("sign", e.enrolment.sign));
    TRY(e.at, o.time("at"));
    f.enrolments.push_back(std::move(e));
  }
  TRY(out.mac, top.text("mac"));
  out.signed_text = json::serialize(content_of(f));
  return out;
}

Result<void> check_mac(const Parsed& parsed, const Key256& root, std::string_view name) {
  const std::string expected = mac_of(root, parsed.signed_text);
  if (!crypto::equal_constant_time(as_bytes(expected), as_bytes(parsed.mac))) {
    return fail(Errc::kCorrupt,
                std::string(name) +
                    ": the key store was altered: its checksum does not hold; "
                    "restore a backup (hitokoe key restore)",
                std::string(name) +
                    ": 鍵庫が改変されています（検査値が合いません）: "
                    "バックアップから戻してください（hitokoe key restore）");
  }
  return ok();
}

}  // namespace

const StoredKey* KeyStoreFile::find(KeyKind kind, std::string_view name) const {
  const auto it = std::find_if(keys.begin(), keys.end(), [&](const StoredKey& k) {
    return k.entry.kind == kind && k.entry.name == name;
  });
  return it == keys.end() ? nullptr : &*it;
}

StoredKey* KeyStoreFile::find(KeyKind kind, std::string_view name) {
  return const_cast<StoredKey*>(std::as_const(*this).find(kind, name));
}

std::string write_key_store(const KeyStoreFile& file, const Key256& root) {
  json::object content = content_of(file);
  const std::string text = json::serialize(content);
  content["mac"] = mac_of(root, text);
  return json::serialize(content) + "\n";
}

Result<OpenedKeyStore> open_key_store(std::string_view text, const SecretText& passphrase,
                                      std::string_view shown_name) {
  TRY(auto parsed, parse(text, shown_name));
  const Key256 opener = crypto::derive_key(passphrase, parsed.file.salt, parsed.file.cost);
  auto root = crypto::open(opener, parsed.file.wrapped_root, root_context());
  OpenedKeyStore out;
  if (!root || root.value().size() != out.root.expose().size()) {
    return fail(Errc::kUnauthorized,
                std::string(shown_name) + ": the passphrase does not open the key store",
                std::string(shown_name) + ": パスフレーズが違い、鍵庫が開きません");
  }
  std::copy(root.value().begin(), root.value().end(), out.root.expose().begin());
  wipe_value(root.value());
  TRYV(check_mac(parsed, out.root, shown_name));
  out.file = std::move(parsed.file);
  return out;
}

Result<KeyStoreFile> reopen_key_store(std::string_view text, const Key256& root,
                                      std::string_view shown_name) {
  TRY(auto parsed, parse(text, shown_name));
  TRYV(check_mac(parsed, root, shown_name));
  return std::move(parsed.file);
}

OpenedKeyStore make_key_store(const SecretText& passphrase, crypto::Argon2Cost cost,
                              Random& random) {
  OpenedKeyStore out;
  std::array<std::uint8_t, 16> id{};
  random.fill(id);
  random.fill(out.file.salt);
  out.file.id = to_hex(id);
  out.file.cost = cost;
  out.root = crypto::random_key256(random);
  const Key256 opener = crypto::derive_key(passphrase, out.file.salt, cost);
  out.file.wrapped_root = crypto::seal(opener, out.root.expose(), root_context(), random);
  return out;
}

Bytes wrap_key(const Key256& root, const KeyEntry& entry, ByteView key, Random& random) {
  return crypto::seal(root, key, key_context(entry), random);
}

Result<SecretBytes> unwrap_key(const Key256& root, const StoredKey& key) {
  auto bytes = crypto::open(root, key.wrapped, key_context(key.entry));
  if (!bytes) {
    return fail(
        Errc::kCorrupt,
        "key " + std::string(to_string(key.entry.kind)) + " " + key.entry.name + " does not open",
        "鍵 " + std::string(to_string(key.entry.kind)) + " " + key.entry.name + " が開きません");
  }
  return SecretBytes(std::move(bytes).value());
}

}  // namespace hitokoe::identity
