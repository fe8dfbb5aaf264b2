#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Campaigns of millions. Contacts apart, so that they are appended in order and a freeze does not
// write them again; members by person in a table that is written in its own order, instead of an
// index that a freeze would fill at random; counts and pace beside the rows, so that a look at the
// status reads few of them; exclusions by customer, so that they outlive the persons of a version.
// Without foreign keys row by row: the rows come from statements that name existing ones.
Migration campaign_scale() {
  return {"campaign_scale",
          {
              R"(CREATE TABLE campaign_contact (
                   campaign TEXT NOT NULL,
                   controller TEXT NOT NULL,
                   u BLOB NOT NULL,
                   contact BLOB NOT NULL,
                   PRIMARY KEY (campaign, controller, u)
                 ) STRICT, WITHOUT ROWID)",
              R"(INSERT INTO campaign_contact (campaign, controller, u, contact)
                   SELECT campaign, controller, u, contact FROM campaign_subject
                   WHERE contact IS NOT NULL)",
              R"(CREATE TABLE campaign_exclusion (
                   campaign TEXT NOT NULL,
                   controller TEXT NOT NULL,
                   u BLOB NOT NULL,
                   reason TEXT NOT NULL,
                   decided_by TEXT NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (campaign, controller, u)
                 ) STRICT, WITHOUT ROWID)",
              R"(INSERT INTO campaign_exclusion (campaign, controller, u, reason, decided_by, at)
                   SELECT s.campaign, s.controller, s.u, r.reply, r.settled_by,
                     COALESCE(r.settled, 0)
                   FROM campaign_recipient r
                   JOIN campaign_subject s ON s.campaign = r.campaign AND s.person = r.person
                   WHERE r.state = 'excluded')",
              R"(CREATE TABLE campaign_member (
                   campaign TEXT NOT NULL,
                   person TEXT NOT NULL,
                   controller TEXT NOT NULL,
                   u BLOB NOT NULL,
                   PRIMARY KEY (campaign, person, controller, u)
                 ) STRICT, WITHOUT ROWID)",
              R"(INSERT INTO campaign_member (campaign, person, controller, u)
                   SELECT campaign, person, controller, u FROM campaign_subject
                   WHERE person IS NOT NULL AND person <> ''
                   ORDER BY campaign, person, controller, u)",
              R"(DROP INDEX campaign_subject_person)",
              R"(ALTER TABLE campaign_subject DROP COLUMN contact)",
              R"(CREATE TABLE campaign_customers (
                   campaign TEXT NOT NULL,
                   controller TEXT NOT NULL,
                   customers INTEGER NOT NULL,
                   PRIMARY KEY (campaign, controller)
                 ) STRICT, WITHOUT ROWID)",
              R"(INSERT INTO campaign_customers (campaign, controller, customers)
                   SELECT campaign, controller, count(*) FROM campaign_subject
                   GROUP BY campaign, controller)",
              R"(CREATE TABLE campaign_tally (
                   campaign TEXT NOT NULL,
                   state TEXT NOT NULL,
                   persons INTEGER NOT NULL,
                   PRIMARY KEY (campaign, state)
                 ) STRICT, WITHOUT ROWID)",
              R"(INSERT INTO campaign_tally (campaign, state, persons)
                   SELECT campaign, state, count(*) FROM campaign_recipient
                   GROUP BY campaign, state)",
              R"(CREATE INDEX campaign_recipient_settled ON campaign_recipient (campaign, settled)
                   WHERE settled_by = 'smtp' AND settled IS NOT NULL)",
              R"(CREATE INDEX campaign_recipient_retried ON campaign_recipient (campaign, attempts)
                   WHERE attempts > 1)",
              R"(CREATE TABLE campaign_build (
                   campaign TEXT PRIMARY KEY,
                   stage TEXT NOT NULL,
                   done INTEGER NOT NULL,
                   total INTEGER NOT NULL,
                   began INTEGER NOT NULL,
                   at INTEGER NOT NULL
                 ) STRICT, WITHOUT ROWID)",
          }};
}

}  // namespace hitokoe::storage::sql
