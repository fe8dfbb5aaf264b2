#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// One function a file in migrations/; add yours to both lists, at the end.
Migration registry();
Migration audit();
Migration incidents();
Migration crawl();
Migration campaigns();
Migration accounts();
Migration alerts();
Migration joint_verdicts();
Migration crawl_memory();
Migration reach();
Migration campaign_channels();
Migration duties();
Migration desk();
Migration source_control();
Migration supervision();

std::vector<Migration> all_migrations() {
  return {
      registry(),          audit(),  incidents(),      crawl(),          campaigns(),
      accounts(),          alerts(), joint_verdicts(), crawl_memory(),   reach(),
      campaign_channels(), duties(), desk(),           source_control(), supervision(),
  };
}

}  // namespace hitokoe::storage::sql
