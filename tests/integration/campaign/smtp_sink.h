// The mail server of tests/integration/campaign/smtp_sink.py as a child process, and what it got.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/integration/campaign/script_server.h"
#include "tests/scratch_folder.h"

namespace hitokoe::testing {

struct ReceivedMail {
  std::string event;  // "complete" or "refused"
  std::string from, to, message_id, raw;
  bool tls = false;
  bool authenticated = false;
};

class SmtpSink {
 public:
  // Listens when the constructor returns. `arguments` as in the script.
  explicit SmtpSink(std::vector<std::string> arguments = {});

  std::string url() const { return scheme_ + "://127.0.0.1:" + std::to_string(server_.port()); }
  std::filesystem::path certificate() const { return dir_ / "cert.pem"; }
  std::filesystem::path dir() const { return dir_.path(); }
  std::vector<ReceivedMail> journal() const;
  std::vector<ReceivedMail> complete() const;
  std::size_t hanging() const;  // conversations that a `hang` stopped
  // `pid` is killed at the `n`-th stage that anybody reaches from now on. Instead of the last
  // order.
  void kill_at(pid_t pid, std::uint64_t n, bool before) const;

 private:
  ScratchFolder dir_;  // before the server: it goes after it
  std::string scheme_;
  ScriptServer server_;
};

}  // namespace hitokoe::testing
