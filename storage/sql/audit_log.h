// The audit log inside a repository's transaction: an event and the rows that belong to it are
// committed together, or not at all.
//
//   TRY(auto tx, Transaction::write(*db_));
//   TRYV(tx.run("UPDATE campaign SET state = :state WHERE id = :id", …));
//   TRY(const auto event, append_event(tx, {actor, "campaign/" + id, "campaign.frozen", body},
//   at)); return tx.commit();
#pragma once

#include <string>
#include <vector>

#include "hitokoe/incident/audit.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

// `tx` must be a write transaction: the head of the chain is read inside BEGIN IMMEDIATE, so that
// two processes never give one number twice. kBadInput, kLimit: see incident::check_draft.
Result<incident::Event> append_event(Transaction& tx, const incident::Draft& draft, UtcTime at);

// Oldest first.
Result<std::vector<incident::Event>> read_stream(Transaction& tx, const std::string& stream);

}  // namespace hitokoe::storage::sql
