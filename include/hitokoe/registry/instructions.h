// Instructions to a delegate (002 item 3): what was told to whom, so that it can be read later and
// nobody can change it. Each is one event of the audit log, text and all, in the stream
// "delegation/<id>"; its hash is in the chain.
//
// Port; implementation: storage/sql.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/registry/model.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::registry {

struct Instruction {
  std::string id;  // "INS-" and 16 hexadecimal digits
  std::string delegation;
  std::string controller, from, to;  // of the delegation when it was given
  std::string subject;
  std::string text;
  UtcTime at{};
  std::string by;           // who recorded it
  std::uint64_t event = 0;  // of the audit log
  std::string hash;         // of that event, hex: what a print can be compared with

  friend bool operator==(const Instruction&, const Instruction&) = default;
};

struct InstructionFilter {
  std::string delegation;   // empty: all that the viewer may see
  std::uint64_t after = 0;  // events after this one
  std::size_t limit = 1000;
};

class InstructionStore {
 public:
  virtual ~InstructionStore() = default;
  // Durable when it returns. kForbidden: neither coordinator nor controller or delegator of the
  // delegation. kBadInput: a subject of 1 to 200 bytes and a text of 1 byte to 256 KiB, UTF-8
  // without control characters other than line ends and tabs (the subject without any).
  virtual Result<Instruction> give(const Viewer& viewer, const Delegation& to, std::string subject,
                                   std::string text, UtcTime at) = 0;
  // Oldest first. A party sees those of delegations whose controller, delegator or delegate it was.
  // kForbidden: the desk and the operator. kCorrupt: an event was altered.
  virtual Result<std::vector<Instruction>> list(const Viewer& viewer,
                                                const InstructionFilter& filter) = 0;
  virtual Result<Instruction> load(const Viewer& viewer, std::string_view id) = 0;  // kNotFound
};

// As `give` refuses; for what checks before it asks.
Result<void> check_instruction(std::string_view subject, std::string_view text);
// May `viewer` instruct the delegate of this delegation?
bool may_instruct(const Viewer& viewer, const Delegation& delegation);
std::string to_json(const Instruction& instruction);

}  // namespace hitokoe::registry
