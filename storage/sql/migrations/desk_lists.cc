#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// The desk's lists, in their order, of one incident and of all.
Migration desk_lists() {
  return {"desk_lists",
          {
              "CREATE INDEX desk_check_by_time ON desk_check (at DESC, id)",
              "CREATE INDEX desk_check_of_incident_by_time ON desk_check (incident, at DESC, id)",
              "CREATE INDEX desk_check_by_day ON desk_check (day, call, outcome)",
              R"(CREATE INDEX desk_check_of_incident_by_day ON desk_check
                   (incident, day, call, outcome))",
              "CREATE INDEX desk_task_in_order ON desk_task ((done IS NOT NULL), call_by, id)",
              R"(CREATE INDEX desk_task_of_incident_in_order ON desk_task
                   (incident, (done IS NOT NULL), call_by, id))",
          }};
}

}  // namespace hitokoe::storage::sql
