#include "storage/redis/reply.h"

#include <array>
#include <charconv>

namespace hitokoe::storage::redis {
namespace {

auto strange() {
  return fail(
      Errc::kCorrupt,
      "redis: an answer of another kind than was asked for: do other programs write under "
      "the same prefix?",
      "redis: 期待と異なる種類の応答です。同じ接頭辞に他のプログラムが書き込んでいませんか");
}

struct Meaning {
  std::string_view word;
  Errc code;
  std::string_view en, ja;
};

constexpr std::array<Meaning, 15> kMeanings{{
    {"HITOKOE_FULL", Errc::kLimit,
     "redis: one of the limits most_items and most_captures is reached; nothing more is taken",
     "redis: most_items か most_captures の上限に達したため、これ以上は受け付けません"},
    {"HITOKOE_FORGOT", Errc::kUnavailable,
     "redis: it lost its data (FLUSHALL?): what is known here is queued again",
     "redis: データが失われました（FLUSHALL?）。ここで分かっているものを入れ直します"},
    {"OOM", Errc::kLimit,
     "redis: its memory (maxmemory) is used up: give it more, with the policy noeviction",
     "redis: メモリ（maxmemory）を使い切りました。増やしてください（方針は noeviction）"},
    {"NOAUTH", Errc::kUnauthorized, "redis: a password is needed: set redis: password_file",
     "redis: パスワードが必要です。redis: password_file を設定してください"},
    {"WRONGPASS", Errc::kUnauthorized,
     "redis: user or password (redis: user, password_file) is wrong",
     "redis: 利用者名かパスワード（redis: user、password_file）が違います"},
    {"NOPERM", Errc::kForbidden, "redis: the user may not do this: docs/redis.md has the rights",
     "redis: この利用者には権限がありません。必要な権限は docs/redis.md にあります"},
    {"READONLY", Errc::kUnavailable, "redis: the server is a replica now; the master is looked for",
     "redis: サーバーは複製側になりました。主サーバーを探します"},
    {"LOADING", Errc::kUnavailable, "redis: it is still loading its data",
     "redis: データを読み込んでいる途中です"},
    {"MASTERDOWN", Errc::kUnavailable, "redis: the server has lost its master",
     "redis: サーバーが主サーバーを見失いました"},
    {"NOREPLICAS", Errc::kUnavailable,
     "redis: it has too few replicas (min-replicas-to-write) and takes no writes",
     "redis: 複製が足りず（min-replicas-to-write）、書き込みを受け付けません"},
    {"BUSY", Errc::kUnavailable, "redis: it is held up by a script",
     "redis: スクリプトの実行で手がふさがっています"},
    {"MISCONF", Errc::kIo, "redis: it cannot write to its disk: look at its log",
     "redis: ディスクに書き込めません。redis のログを確認してください"},
    {"WRONGTYPE", Errc::kCorrupt,
     "redis: a key holds something else: does another program use the same prefix?",
     "redis: キーの中身が異なります。他のプログラムが同じ接頭辞を使っていませんか"},
    {"NOSCRIPT", Errc::kUnavailable, "redis: it has forgotten our scripts: they are sent again",
     "redis: スクリプトが失われました。送り直します"},
    {"NOGROUP", Errc::kUnavailable, "redis: the consumer group is gone: it is made anew",
     "redis: コンシューマーグループがなくなりました。作り直します"},
}};

}  // namespace

Result<std::int64_t> number_of(const Reply& reply) {
  if (reply.kind == Reply::Kind::kNumber) return reply.number;
  std::int64_t number = 0;
  const char* end = reply.text.data() + reply.text.size();
  const auto read = std::from_chars(reply.text.data(), end, number);
  if (reply.kind != Reply::Kind::kText || read.ec != std::errc() || read.ptr != end) {
    return strange();
  }
  return number;
}

Result<std::uint64_t> count_of(const Reply& reply) {
  TRY(const auto number, number_of(reply));
  if (number < 0) return strange();
  return static_cast<std::uint64_t>(number);
}

Result<const std::string*> text_of(const Reply& reply) {
  if (reply.kind != Reply::Kind::kText) return strange();
  return &reply.text;
}

Result<const std::vector<Reply>*> items_of(const Reply& reply, std::size_t least) {
  if (reply.kind != Reply::Kind::kList || reply.items.size() < least) return strange();
  return &reply.items;
}

Error refused(const std::string& text) {
  for (const auto& meaning : kMeanings) {
    if (text.starts_with(meaning.word)) {
      return {meaning.code, std::string(meaning.en), std::string(meaning.ja)};
    }
  }
  const auto word = text.substr(0, text.find_first_of(" :"));
  return {Errc::kInternal, Words{"redis refused a command: ", "redis がコマンドを拒みました: "} +
                               word.substr(0, 40)};
}

}  // namespace hitokoe::storage::redis
