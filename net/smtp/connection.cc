#include "net/smtp/connection.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <cstring>

namespace hitokoe::net {

namespace {

constexpr std::size_t kMostReply = 256;

// Where the conversation stands: which answer is awaited.
enum class Stage { kOpening, kMail, kRcpt, kData, kEnd };

// What one mail needs while libcurl works on it.
struct Attempt {
  const Mail& mail;
  const std::function<Result<void>()>& before_end;
  CURL* handle;
  std::size_t at = 0;  // bytes of the body handed over
  bool committed = false;
  Stage stage = Stage::kOpening;
  bool over = false;  // libcurl said QUIT: what comes now answers that
  int code = 0;       // of the last whole answer at this stage
  std::string reply = {};
};

void enter(Attempt& a, Stage stage) {
  a.stage = stage;
  a.code = 0;
  a.reply.clear();
}

void note_command(Attempt& a, std::string_view line) {
  if (line.starts_with("QUIT")) a.over = true;
  if (line.starts_with("MAIL ")) enter(a, Stage::kMail);
  if (line.starts_with("RCPT ")) enter(a, Stage::kRcpt);
  if (line.starts_with("DATA")) enter(a, Stage::kData);
}

// "250-more" is continued, "250 last" and "250" are whole.
void note_answer(Attempt& a, std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.size() < 3 ||
      !std::all_of(line.begin(), line.begin() + 3, [](char c) { return c >= '0' && c <= '9'; }))
    return;
  if (line.size() > 3 && line[3] != ' ') return;
  a.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  a.reply.assign(line.substr(0, kMostReply));
  for (char& c : a.reply) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
}

int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* user) {
  if (user == nullptr) return 0;  // QUIT, when no mail is on its way
  auto& a = *static_cast<Attempt*>(user);
  if (type == CURLINFO_HEADER_OUT) note_command(a, {data, size});
  if (type == CURLINFO_HEADER_IN && !a.over) note_answer(a, {data, size});
  return 0;
}

// Has the other side gone? Then the end is not handed over and nothing is left in doubt.
bool hung_up(CURL* handle) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK ||
      socket == CURL_SOCKET_BAD)
    return false;
  pollfd p{socket, POLLRDHUP, 0};
  return poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

// libcurl asks again only after it has written everything that it was given before.
std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& a = *static_cast<Attempt*>(user);
  const auto n = std::min(size * count, a.mail.rfc5322.size() - a.at);
  if (n > 0) {
    // NOLINTNEXTLINE(bugprone-not-null-terminated-result): a piece of a mail, with its length
    std::memcpy(buffer, a.mail.rfc5322.data() + a.at, n);
    a.at += n;
    return n;
  }
  if (a.committed) return 0;
  if (hung_up(a.handle) || !a.before_end()) return CURL_READFUNC_ABORT;
  a.committed = true;
  enter(a, Stage::kEnd);
  return 0;
}

SendOutcome outcome_of(const Attempt& a) {
  using Kind = SendOutcome::Kind;
  SendOutcome out{Kind::kNotSent, a.code, a.reply};
  const int family = a.code / 100;
  if (a.stage == Stage::kEnd) {
    out.kind = family == 2   ? Kind::kAccepted
               : family == 5 ? Kind::kRefused
               : family == 4 ? Kind::kNotSent
                             : Kind::kUnknown;
  } else if (family == 5 && a.stage != Stage::kOpening) {
    const bool not_logged_in = a.stage == Stage::kMail &&
                               (a.code == 530 || a.code == 534 || a.code == 535 || a.code == 538);
    if (!not_logged_in) out.kind = Kind::kRefused;
  }
  // The answer that went before is no word about a conversation that broke off.
  const bool broke_off = out.kind == Kind::kUnknown || (out.kind == Kind::kNotSent && family < 4);
  if (broke_off) {
    out.code = 0;
    out.reply.clear();
  }
  return out;
}

long milliseconds(Duration d) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

}  // namespace

struct SmtpConnection::State {
  CURL* handle = nullptr;
  std::string url, ca_file, user;
  SecretText password;

  ~State() { curl_easy_cleanup(handle); }
};

SmtpConnection::SmtpConnection(const SmtpOptions& options) : state_(std::make_unique<State>()) {
  auto& s = *state_;
  s.url = options.url + "/" + options.helo;
  s.ca_file = options.ca_file.string();
  s.user = options.user;
  s.password = options.password.clone();
  s.handle = curl_easy_init();
  auto* h = s.handle;
  curl_easy_setopt(h, CURLOPT_URL, s.url.c_str());
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(h, CURLOPT_PROXY, "");
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  curl_easy_setopt(h, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!s.ca_file.empty()) {
    curl_easy_setopt(h, CURLOPT_CAINFO, s.ca_file.c_str());
    curl_easy_setopt(h, CURLOPT_CAPATH, nullptr);
  }
  if (!s.user.empty()) {
    curl_easy_setopt(h, CURLOPT_USERNAME, s.user.c_str());
    curl_easy_setopt(h, CURLOPT_PASSWORD, s.password.expose().c_str());
  }
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connect_timeout));
  curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, milliseconds(options.timeout));
  curl_easy_setopt(h, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                   std::max(1L, milliseconds(options.timeout) / 1000));
  curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read);
  // The answers and the commands pass here; they are compared, never written anywhere.
  curl_easy_setopt(h, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, on_debug);
}

SmtpConnection::~SmtpConnection() = default;
SmtpConnection::SmtpConnection(SmtpConnection&&) noexcept = default;

SendOutcome SmtpConnection::send(const Mail& mail,
                                 const std::function<Result<void>()>& before_end) {
  if (!usable_address(mail.to) || !usable_address(mail.from))
    return {SendOutcome::Kind::kRefused, 0, "the address cannot be used"};
  auto* h = state_->handle;
  auto* recipients = curl_slist_append(nullptr, mail.to.c_str());
  SendOutcome outcome;
  for (long fresh = 0; fresh < 2; ++fresh) {
    Attempt a{mail, before_end, h};
    curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, fresh);
    curl_easy_setopt(h, CURLOPT_MAIL_FROM, mail.from.c_str());
    curl_easy_setopt(h, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(h, CURLOPT_READDATA, &a);
    curl_easy_setopt(h, CURLOPT_DEBUGDATA, &a);
    const auto result = curl_easy_perform(h);
    long connects = 0;
    curl_easy_getinfo(h, CURLINFO_NUM_CONNECTS, &connects);
    outcome = outcome_of(a);
    if (outcome.reply.empty() && result != CURLE_OK) outcome.reply = curl_easy_strerror(result);
    const bool stale = outcome.kind == SendOutcome::Kind::kNotSent && a.at == 0 && connects == 0 &&
                       (a.code == 0 || a.code == 421);
    if (!stale) break;
  }
  curl_easy_setopt(h, CURLOPT_MAIL_RCPT, nullptr);
  curl_easy_setopt(h, CURLOPT_DEBUGDATA, nullptr);
  curl_slist_free_all(recipients);
  return outcome;
}

}  // namespace hitokoe::net
