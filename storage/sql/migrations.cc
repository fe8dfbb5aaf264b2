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
Migration crawl_rests();
Migration campaign_scale();
Migration source_accounts();
Migration file_shares();
Migration moves();
Migration desk_lists();
Migration crawl_order();
Migration capture_purges();
Migration passed_on();
Migration campaign_carriers();
Migration verdicts_due();

std::vector<Migration> all_migrations() {
  return {
      registry(),
      audit(),
      incidents(),
      crawl(),
      campaigns(),
      accounts(),
      alerts(),
      joint_verdicts(),
      crawl_memory(),
      reach(),
      campaign_channels(),
      duties(),
      desk(),
      source_control(),
      supervision(),
      crawl_rests(),
      campaign_scale(),
      source_accounts(),
      file_shares(),
      moves(),
      desk_lists(),
      crawl_order(),
      capture_purges(),
      passed_on(),
      campaign_carriers(),
      verdicts_due(),
  };
}

}  // namespace hitokoe::storage::sql
