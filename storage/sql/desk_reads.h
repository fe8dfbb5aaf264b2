// The queries of desk_store.cc. `sees`: incident::sees_desk of the viewer; who does not finds
// nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/incident/desk.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

Result<incident::DeskUse> read_use(Transaction& tx, const std::string& incident,
                                   const std::string& user,
                                   std::span<const identity::Fingerprint> claimed, UtcTime window,
                                   UtcTime minute);
Result<std::optional<incident::DeskCheck>> read_check(Transaction& tx, bool sees,
                                                      const std::string& id);
Result<std::vector<incident::DeskCheck>> read_checks(Transaction& tx, bool sees,
                                                     const std::string& incident,
                                                     std::size_t limit);
Result<std::vector<incident::DeskNote>> read_notes(Transaction& tx, bool sees,
                                                   const std::string& check);
Result<std::optional<incident::DeskTask>> read_task(Transaction& tx, bool sees,
                                                    const std::string& id);
Result<std::vector<incident::DeskTask>> read_tasks(Transaction& tx, bool sees,
                                                   const std::string& incident);
Result<std::vector<incident::DeskDay>> read_days(Transaction& tx, bool sees,
                                                 const std::string& incident);
Result<std::optional<incident::DeskNotice>> read_notice(Transaction& tx,
                                                        const std::string& incident,
                                                        const std::string& controller,
                                                        const identity::Fingerprint& u);

}  // namespace hitokoe::storage::sql
