#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <charconv>

#include "storage/redis/connection.h"

namespace hitokoe::storage::redis {
namespace {

timeval time_of(Duration d) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d);
  return {static_cast<time_t>(seconds.count()), static_cast<suseconds_t>((d - seconds).count())};
}

struct FreeReply {
  void operator()(void* reply) const { freeReplyObject(reply); }
};

// Scripts answer two levels deep; what is deeper is not ours.
constexpr int kDeepest = 8;

Reply taken(const redisReply& from, int depth = 0) {
  Reply out;
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      out.kind = Reply::Kind::kNumber;
      out.number = from.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      out.kind = Reply::Kind::kText;
      out.text.assign(from.str, static_cast<std::size_t>(from.len));
      break;
    case REDIS_REPLY_ARRAY:
      out.kind = Reply::Kind::kList;
      if (depth == kDeepest) break;
      out.items.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) {
        out.items.push_back(taken(*from.element[i], depth + 1));
      }
      break;
    default:
      break;
  }
  return out;
}

}  // namespace

Result<Address> parse_address(const std::string& text) {
  Address out;
  std::string_view rest = text;
  const auto wrong = [&] {
    return fail(Errc::kBadInput, Words{"redis: an address is host:port, not ",
                                       "redis: アドレスは host:port の形です: "} +
                                     text);
  };
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return wrong();
    out.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    out.host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(out.host.size());
  }
  if (out.host.empty() || out.host.find('/') != std::string::npos) return wrong();
  if (rest.empty()) return out;
  rest.remove_prefix(1);
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), out.port);
  if (read.ec != std::errc() || read.ptr != rest.data() + rest.size() || out.port < 1 ||
      out.port > 65535) {
    return wrong();
  }
  return out;
}

void CloseContext::operator()(redisContext* context) const { redisFree(context); }

Result<Context> dial(const Address& address, const RedisOptions& options) {
  Context context(redisConnectWithTimeout(address.host.c_str(), address.port,
                                          time_of(options.connect_timeout)));
  if (!context || context->err != 0) {
    return fail(Errc::kUnavailable, Words{"redis: no connection to ", "redis: 接続できません: "} +
                                        address.host + ":" + std::to_string(address.port));
  }
  redisSetTimeout(context.get(), time_of(options.command_timeout));
  redisEnableKeepAlive(context.get());
  return context;
}

void append(redisContext& context, const std::vector<std::string>& words) {
  std::vector<const char*> at;
  std::vector<std::size_t> sizes;
  at.reserve(words.size());
  sizes.reserve(words.size());
  for (const auto& word : words) {
    at.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(&context, static_cast<int>(words.size()), at.data(), sizes.data());
}

Result<Reply> receive(redisContext& context) {
  void* raw = nullptr;
  if (redisGetReply(&context, &raw) != REDIS_OK) {
    const bool late = context.err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (late) {
      return fail(Errc::kTimeout, "redis: no answer in time (redis: command_timeout)",
                  "redis: 時間内（redis: command_timeout）に応答がありません");
    }
    return fail(Errc::kUnavailable, "redis: the connection was lost", "redis: 接続が切れました");
  }
  const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(raw));
  if (reply->type == REDIS_REPLY_ERROR) {
    return outcome::failure(refused(std::string(reply->str, static_cast<std::size_t>(reply->len))));
  }
  return taken(*reply);
}

bool is_broken(const redisContext& context) { return context.err != 0; }

Result<Reply> ask(redisContext& context, const std::vector<std::string>& words) {
  append(context, words);
  return receive(context);
}

Result<void> log_in(redisContext& context, const std::string& user, const SecretText& password) {
  if (password.expose().empty()) return ok();
  std::vector<std::string> words{"AUTH"};
  if (!user.empty()) words.push_back(user);
  words.push_back(password.expose());
  const auto said = ask(context, words);
  wipe_value(words.back());
  if (!said) return outcome::failure(said.error());
  return ok();
}

Result<Address> find_master(const std::vector<Address>& sentinels, const RedisOptions& options,
                            const SecretText& password) {
  for (const auto& sentinel : sentinels) {
    const auto context = dial(sentinel, options);
    if (!context || !log_in(*context.value(), "", password)) continue;
    const auto said =
        ask(*context.value(), {"SENTINEL", "get-master-addr-by-name", options.master});
    if (!said || said.value().items.size() != 2) continue;
    const auto port = number_of(said.value().items[1]);
    if (!port) continue;
    const Address master{said.value().items[0].text, static_cast<int>(port.value())};
    // During a failover a sentinel may still name the old one.
    const auto there = dial(master, options);
    if (there) return master;
  }
  return fail(Errc::kUnavailable,
              Words{"redis: no sentinel names a master that answers, for ",
                    "redis: 応答する主サーバーを答えるセンチネルがありません: "} +
                  options.master);
}

}  // namespace hitokoe::storage::redis
