#include <curl/curl.h>

#include <algorithm>
#include <mutex>

#include "hitokoe/net/smtp_relay.h"
#include "net/smtp/connection.h"

namespace hitokoe::net {

namespace {

class SmtpRelay final : public MailRelay {
 public:
  explicit SmtpRelay(const SmtpOptions& options) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (std::size_t i = 0; i < options.connections; ++i) free_.emplace_back(options);
    pool_ = std::make_unique<CpuPool>(options.connections);
  }
  ~SmtpRelay() override {
    pool_.reset();
    free_.clear();
    curl_global_cleanup();
  }

  Task<SendOutcome> send(const Mail& mail, std::function<Result<void>()> before_end) override {
    co_return co_await pool_->run(
        [this, &mail, &before_end] { return blocking(mail, before_end); });
  }

 private:
  SendOutcome blocking(const Mail& mail, const std::function<Result<void>()>& before_end) {
    // There are as many connections as threads: one is always free here.
    auto connection = take();
    auto outcome = connection.send(mail, before_end);
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
    return outcome;
  }
  SmtpConnection take() {
    std::lock_guard lock(mutex_);
    auto connection = std::move(free_.back());
    free_.pop_back();
    return connection;
  }

  std::mutex mutex_;
  std::vector<SmtpConnection> free_;
  std::unique_ptr<CpuPool> pool_;
};

bool plain_host_and_port(std::string_view rest) {
  return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

bool usable_address(std::string_view address) {
  if (address.size() < 3 || address.size() > 254) return false;
  const auto at = address.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == address.size() || at > 64) return false;
  if (address.find('@', at + 1) != std::string_view::npos) return false;
  for (char c : address) {
    if (c <= 0x20 || c >= 0x7f || std::string_view("<>()[]\\,;:\"").find(c) != std::string::npos)
      return false;
  }
  const auto domain = address.substr(at + 1);
  return domain.front() != '.' && domain.back() != '.' && domain.find("..") == std::string::npos;
}

Result<std::unique_ptr<MailRelay>> make_smtp_relay(SmtpOptions options) {
  if (options.url.ends_with('/')) options.url.pop_back();
  std::string_view rest = options.url;
  if (rest.starts_with("smtp://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("smtps://")) {
    rest.remove_prefix(8);
  } else {
    return fail(Errc::kUsage, "the relay is smtp://host:port (STARTTLS) or smtps://host:port",
                "中継サーバは smtp://ホスト:ポート（STARTTLS）または smtps://ホスト:ポート");
  }
  if (!plain_host_and_port(rest))
    return fail(Errc::kUsage, "the relay's URL holds a host and a port, nothing else",
                "中継サーバの URL に書けるのはホストとポートだけ");
  if (!options.helo.empty() && !plain_host_and_port(options.helo))
    return fail(Errc::kUsage, "the EHLO name is a host name", "EHLO の名前はホスト名");
  if (options.connections < 1 || options.connections > 64)
    return fail(Errc::kUsage, "1 to 64 connections", "接続は 1〜64");
  return std::unique_ptr<MailRelay>(std::make_unique<SmtpRelay>(options));
}

}  // namespace hitokoe::net
