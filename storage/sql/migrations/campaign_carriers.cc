#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// What a carrier sees of a campaign of millions without reading its customers: its persons by state
// (`what`), and attempts beyond the first (`retried`). Those of everybody are under no controller:
// the table that had them goes, so that a program of before, which would count them alone, fails.
Migration campaign_carriers() {
  return {"campaign_carriers",
          {
              R"(CREATE TABLE campaign_carrier_tally (
                   campaign TEXT NOT NULL,
                   controller TEXT NOT NULL,
                   what TEXT NOT NULL,
                   n INTEGER NOT NULL,
                   PRIMARY KEY (campaign, controller, what)
                 ) STRICT, WITHOUT ROWID)",
              R"(INSERT INTO campaign_carrier_tally (campaign, controller, what, n)
                   SELECT campaign, '', state, count(*) FROM campaign_recipient
                   GROUP BY campaign, state)",
              R"(DROP TABLE campaign_tally)",
              R"(INSERT INTO campaign_carrier_tally (campaign, controller, what, n)
                   SELECT m.campaign, m.controller, r.state, count(DISTINCT m.person)
                   FROM campaign_member m
                   JOIN campaign_recipient r ON r.campaign = m.campaign AND r.person = m.person
                   GROUP BY m.campaign, m.controller, r.state)",
              R"(INSERT INTO campaign_carrier_tally (campaign, controller, what, n)
                   SELECT campaign, '', 'retried', sum(attempts - 1) FROM campaign_recipient
                   WHERE attempts > 1 GROUP BY campaign)",
              R"(INSERT INTO campaign_carrier_tally (campaign, controller, what, n)
                   SELECT r.campaign, m.controller, 'retried', sum(r.attempts - 1)
                   FROM campaign_recipient r
                   JOIN (SELECT DISTINCT campaign, person, controller FROM campaign_member) m
                     ON m.campaign = r.campaign AND m.person = r.person
                   WHERE r.attempts > 1 GROUP BY r.campaign, m.controller)",
          }};
}

}  // namespace hitokoe::storage::sql
