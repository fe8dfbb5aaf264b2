// What each side of a handover states in the service (003 2-4), beside what the file says. Every
// statement is an event of the audit log in the stream "handover/<snapshot>"; the last one of a
// side counts.
//
// Port; implementation: storage/sql.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/registry/model.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::registry {

struct HandoverStatement {
  std::string snapshot;
  Statement statement;
};

class StatementStore {
 public:
  virtual ~StatementStore() = default;
  // Durable when it returns. kForbidden: a party states for itself only; a coordinator records what
  // either side told. kBadInput: `by` is not a side of `delegation`, no items, or a handover of
  // another delegation.
  virtual Result<void> state(const Viewer& viewer, const Delegation& delegation,
                             const Snapshot& handover, const Statement& statement, UtcTime at) = 0;
  // The last one of each side of each handover. For the service itself: who shows them to somebody
  // takes that viewer's part of the registry afterwards (own_part).
  virtual Result<std::vector<HandoverStatement>> latest() = 0;
  // Of the last statement; 0: none yet. What it was when `latest` was called tells what is new.
  virtual Result<std::uint64_t> last_event() = 0;
};

// As `state` refuses.
Result<void> check_statement(const Viewer& viewer, const Delegation& delegation,
                             const Snapshot& handover, const Statement& statement);

// The registry with these statements in its handovers: one replaces what the file states for that
// side, and confirms the handover where it agrees with the ledger. Statements of handovers that the
// registry does not have, or by who is no side there, change nothing.
Registry with_statements(const Registry& registry,
                         const std::vector<HandoverStatement>& statements);

}  // namespace hitokoe::registry
