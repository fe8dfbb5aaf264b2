// What a Postfix log says about messages, by Message-ID and queue id (docs/campaign.md,
// "Reconcile"). Reads line by line: memory grows with the messages of the campaign only.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hitokoe::incident::campaign {

struct RelayVerdict {
  enum class Kind {
    kSeen,      // the relay began to receive it; no word that it kept it
    kAccepted,  // queued or delivered: the relay took the responsibility
    kRefused,   // taken, and bounced for good
  };
  Kind kind = Kind::kSeen;
  int code = 0;       // of the remote server, where the log tells it
  std::string words;  // at most 200 bytes, printable, without addresses
};

class RelayLog {
 public:
  // Only these messages are kept.
  explicit RelayLog(std::set<std::string> message_ids) : wanted_(std::move(message_ids)) {}

  // Lines that are no Postfix line, or longer than 8 KiB, are passed over.
  void read(std::istream& in);
  void line(std::string_view text);

  std::uint64_t lines() const { return lines_; }
  const std::map<std::string, RelayVerdict>& verdicts() const { return verdicts_; }

 private:
  std::set<std::string> wanted_;
  std::unordered_map<std::string, std::string> message_of_queue_;
  std::map<std::string, RelayVerdict> verdicts_;  // by Message-ID
  std::uint64_t lines_ = 0;
};

// Cuts, makes printable, and replaces whatever holds an @: a server's words may repeat the address.
std::string without_addresses(std::string_view words);

}  // namespace hitokoe::incident::campaign
