#include "storage/redis/connection.h"

#include <algorithm>
#include <span>

#include "hitokoe/base/file.h"

namespace hitokoe::storage {

using redis::Reply;
using redis::Script;

namespace {

constexpr std::size_t kBatch = 128;
constexpr std::size_t kLongestPassword = 4096;

Result<SecretText> password_in(const std::filesystem::path& file) {
  if (file.empty()) return SecretText{};
  TRY(auto bytes, read_file(file, kLongestPassword));
  std::string text(bytes.begin(), bytes.end());
  wipe(bytes.data(), bytes.size());
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) {
    return fail(Errc::kBadInput,
                shown(file) + Words{": no password in it", ": パスワードがありません"});
  }
  return SecretText(std::move(text));
}

// Before every script: nothing runs on data that are not what they were when we connected.
constexpr std::string_view kMarked =
    "if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 0 then "
    "return redis.error_reply('HITOKOE_FORGOT data') end\n";

// The master may be another server now.
bool is_of_the_server(Errc code) { return code == Errc::kUnavailable; }

std::string value_of(const std::string& info, const std::string& key) {
  const auto at = info.find("\n" + key + ":");
  if (at == std::string::npos) return {};
  const auto begin = at + key.size() + 2;
  return info.substr(begin, info.find_first_of("\r\n", begin) - begin);
}

}  // namespace

std::string redis::server_id(const std::string& run_id, const std::string& mark) {
  return run_id + "/" + mark.substr(mark.find_last_of(':') + 1);
}

bool redis::has_mark(const std::string& id) { return !id.ends_with('/'); }

bool redis::is_same_server(const std::string& before, const std::string& now) {
  return before == now || (!has_mark(before) && now.starts_with(before));
}

Redis::Redis(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Redis::~Redis() = default;

Result<std::shared_ptr<Redis>> Redis::open(const RedisOptions& options, const Clock& clock,
                                           Random& random, const Logger& log) {
  auto impl = std::make_unique<Impl>(options, clock, random, log);
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  for (const auto* name : {&options.prefix, &options.queue}) {
    if (!std::ranges::all_of(*name, allowed)) {
      return fail(Errc::kBadInput, "redis: prefix and queue have letters, digits, -, _ and . only",
                  "redis: prefix と queue に使えるのは英数字と - _ . だけです");
    }
  }
  if (options.prefix.empty() || options.wanted() == false) {
    return fail(Errc::kBadInput, "redis: set address or sentinels, and a prefix",
                "redis: address か sentinels と、prefix を設定してください");
  }
  if (!options.address.empty() && !options.sentinels.empty()) {
    return fail(Errc::kBadInput, "redis: either address or sentinels, not both",
                "redis: address と sentinels はどちらか一方だけ設定してください");
  }
  if (options.sentinels.empty()) {
    TRY(impl->address, redis::parse_address(options.address));
  }
  for (const auto& text : options.sentinels) {
    TRY(auto address, redis::parse_address(text));
    impl->sentinels.push_back(std::move(address));
  }
  TRY(impl->password, password_in(options.password_file));
  TRY(impl->sentinel_password, password_in(options.sentinel_password_file));
  return std::shared_ptr<Redis>(new Redis(std::move(impl)));
}

Redis::Health Redis::health() const {
  const std::scoped_lock lock(impl_->mutex);
  auto out = impl_->health;
  out.connected = impl_->context != nullptr;
  return out;
}

Result<void> Redis::ping() {
  TRY(const auto said, impl_->command({"PING"}));
  TRYV(redis::text_of(said));
  return ok();
}

Result<Redis::Memory> Redis::memory() {
  TRY(const auto said, impl_->command({"INFO", "memory"}));
  TRY(const auto* info, redis::text_of(said));
  const auto number = [&](const std::string& key) -> std::uint64_t {
    Reply text;
    text.kind = Reply::Kind::kText;
    text.text = value_of(*info, key);
    const auto found = redis::count_of(text);
    return found ? found.value() : 0;
  };
  return Memory{number("used_memory"), number("maxmemory")};
}

std::string Redis::Impl::server() const {
  const std::scoped_lock lock(mutex);
  return context ? server_id : std::string();
}

Result<Reply> Redis::Impl::run(const Script& script, const std::string& prefix,
                               const std::vector<std::string>& arguments) {
  TRY(auto replies, exchange(&script, prefix, {arguments}, {}));
  return std::move(replies.front());
}

Result<Reply> Redis::Impl::run_on(const std::string& server, const Script& script,
                                  const std::string& prefix,
                                  const std::vector<std::string>& arguments) {
  TRY(auto replies, exchange(&script, prefix, {arguments}, {.server = server}));
  return std::move(replies.front());
}

Result<std::vector<Reply>> Redis::Impl::run_all(const Script& script, const std::string& prefix,
                                                const std::vector<std::vector<std::string>>& calls,
                                                std::uint32_t replicas) {
  std::vector<Reply> all;
  all.reserve(calls.size());
  for (std::size_t begin = 0; begin < calls.size(); begin += kBatch) {
    const auto end = std::min(calls.size(), begin + kBatch);
    using Difference = Calls::difference_type;
    const Calls batch(calls.begin() + static_cast<Difference>(begin),
                      calls.begin() + static_cast<Difference>(end));
    TRY(auto replies, exchange(&script, prefix, batch, {.replicas = replicas}));
    std::ranges::move(replies, std::back_inserter(all));
  }
  return all;
}

Result<Reply> Redis::Impl::command(const std::vector<std::string>& words) {
  TRY(auto replies, exchange(nullptr, "", {words}, {}));
  return std::move(replies.front());
}

// What adapters ask for can be asked twice. So a connection that was lost while nobody looked (a
// restart, a failover) is made anew once; what was not answered in time is not waited for again.
Result<std::vector<Reply>> Redis::Impl::exchange(const Script* script, const std::string& prefix,
                                                 const Calls& calls, const Conditions& conditions) {
  const std::scoped_lock lock(mutex);
  for (int attempt = 0;; ++attempt) {
    const bool fresh = context == nullptr;
    TRYV(connect());
    if (!conditions.server.empty() && !redis::is_same_server(conditions.server, server_id)) {
      return fail(Errc::kUnavailable, "redis: another server took over; it is tried again",
                  "redis: 別のサーバーに替わりました。再び試みます");
    }
    bool lost = false;
    auto replies = send(script, prefix, calls, lost);
    if (replies && conditions.replicas > 0) {
      // Here, where it was written: a new connection knows of nothing to wait for, and says that
      // all have it. Where it is lost, all of it is done again.
      const auto reached = wait_for_replicas(conditions.replicas, lost);
      if (!reached) {
        replies = outcome::failure(reached.error());
      } else if (reached.value() < conditions.replicas) {
        return fail(Errc::kUnavailable, "redis: too few replicas have it (redis: wait_replicas)",
                    "redis: 複製が足りません（redis: wait_replicas）");
      }
    }
    if (replies) return replies;
    const Error& error = replies.error();
    if (!lost && !is_of_the_server(error.code)) return replies;
    ++health.failures;
    drop(error);
    if (error.code == Errc::kTimeout || fresh || attempt > 0) {
      attempt_failed(error);
      return replies;
    }
  }
}

Result<std::vector<Reply>> Redis::Impl::send(const Script* script, const std::string& prefix,
                                             const Calls& calls, bool& lost) {
  std::vector<Reply> replies;
  replies.reserve(calls.size());
  if (script != nullptr && !loaded.contains(script)) {
    auto said = redis::ask(*context, {"SCRIPT", "LOAD", std::string(kMarked) + script->text});
    lost = redis::is_broken(*context);
    if (!said) return outcome::failure(said.error());
    loaded[script] = std::move(said.value().text);
  }
  for (const auto& call : calls) {
    if (script == nullptr) {
      redis::append(*context, call);
      continue;
    }
    std::vector<std::string> words{"EVALSHA", loaded[script], mark.empty() ? "1" : "2", prefix};
    if (!mark.empty()) words.push_back(mark);
    words.insert(words.end(), call.begin(), call.end());
    redis::append(*context, words);
  }
  std::optional<Error> first;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto said = redis::receive(*context);
    if (said) {
      replies.push_back(std::move(said.value()));
      continue;
    }
    if (!first) first = said.error();
    if (redis::is_broken(*context)) break;
  }
  lost = redis::is_broken(*context);
  if (first) return outcome::failure(*first);
  return replies;
}

Result<std::uint64_t> Redis::Impl::wait_for_replicas(std::uint32_t wanted, bool& lost) {
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::max<Duration>(options.command_timeout / 2, std::chrono::milliseconds(1)));
  const auto said =
      redis::ask(*context, {"WAIT", std::to_string(wanted), std::to_string(patience.count())});
  lost = redis::is_broken(*context);
  if (!said) return outcome::failure(said.error());
  return redis::count_of(said.value());
}

Result<void> Redis::Impl::connect() {
  if (context) {
    if (mark.empty()) find_mark_again();
    return ok();
  }
  if (clock.steady() < next_attempt) {
    return fail(Errc::kUnavailable, "redis does not answer; it is tried again within seconds",
                "redis が応答しません。数秒以内に再び試みます");
  }
  const auto connected = connect_now();
  if (!connected) {
    context.reset();
    ++health.failures;
    attempt_failed(connected.error());
  }
  return connected;
}

Result<void> Redis::Impl::connect_now() {
  auto to = address;
  if (!sentinels.empty()) {
    TRY(to, redis::find_master(sentinels, options, sentinel_password));
  }
  TRY(context, redis::dial(to, options));
  TRYV(redis::log_in(*context, options.user, password));
  if (options.database != 0) {
    TRYV(redis::ask(*context, {"SELECT", std::to_string(options.database)}));
  }
  TRY(const auto info, redis::ask(*context, {"INFO"}));
  if (value_of(info.text, "loading") == "1") {
    return outcome::failure(redis::refused("LOADING"));
  }
  // Writes to a replica would be refused one by one; and an old master that comes back is one.
  if (value_of(info.text, "role") != "master") return outcome::failure(redis::refused("READONLY"));
  const std::string before = mark;
  TRY(mark, find_mark());
  server_id = redis::server_id(value_of(info.text, "run_id"), mark);
  loaded.clear();
  ++health.connects;
  const bool other = !last_server_id.empty() && !redis::is_same_server(last_server_id, server_id);
  if (other) ++health.failovers;
  if (!before.empty() && !mark.empty() && before != mark) log.warn("redis.forgot", {});
  last_server_id = server_id;
  failed_attempts = 0;
  log.info("redis.connected", {{"other_server", other}, {"failovers", health.failovers}});
  return ok();
}

Result<std::string> Redis::Impl::find_mark() {
  const std::string name = options.prefix + ":epoch";
  TRY(auto known, redis::ask(*context, {"GET", name}));
  if (known.is_nil()) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string epoch;
    for (int i = 0; i < 16; ++i) epoch += kDigits[random.below(kDigits.size())];
    // Another process may be faster: then it is that one's.
    const auto set = redis::ask(*context, {"SET", name, epoch, "NX"});
    if (!set && set.error().code == Errc::kLimit) return std::string();
    if (!set) return outcome::failure(set.error());
    TRY(known, redis::ask(*context, {"GET", name}));
  }
  TRY(const auto* epoch, redis::text_of(known));
  auto key = name + ":" + *epoch;
  // A full server refuses to set even what is there.
  TRY(const auto there, redis::ask(*context, {"EXISTS", key}));
  TRY(const auto count, redis::count_of(there));
  if (count > 0) return key;
  const auto kept = redis::ask(*context, {"SETNX", key, "1"});
  if (!kept && kept.error().code == Errc::kLimit) return std::string();
  if (!kept) return outcome::failure(kept.error());
  return key;
}

// What fails here fails at the next command, too, and is told there.
void Redis::Impl::find_mark_again() {
  auto found = find_mark();
  if (!found || found.value().empty()) return;
  mark = std::move(found.value());
  server_id = redis::server_id(server_id.substr(0, server_id.find('/')), mark);
  last_server_id = server_id;
}

void Redis::Impl::drop(const Error& why) {
  context.reset();
  log.warn("redis.connection_lost", {{"error", to_string(why.code)}});
}

void Redis::Impl::attempt_failed(const Error& why) {
  Duration wait = options.backoff_least;
  for (unsigned i = 0; i < failed_attempts && wait < options.backoff_most; ++i) wait *= 2;
  wait = std::min(wait, options.backoff_most);
  if (failed_attempts == 0) log.error("redis.gone", {{"error", to_string(why.code)}});
  ++failed_attempts;
  const double jitter = 0.75 + 0.5 * random.unit();
  next_attempt = clock.steady() + std::chrono::duration_cast<Duration>(wait * jitter);
}

}  // namespace hitokoe::storage
