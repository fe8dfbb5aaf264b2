#include "storage/sql/migration.h"

namespace hitokoe::storage::sql {

// Moves between incidents, folded from events; which incidents are or were ever joined by one (a
// family); and, over a family and the campaigns of one incident, who was told already.
//
// campaign.incident holds the incident, for its second campaign with "+2" behind it.
Migration moves() {
  return {
      "moves",
      {
          R"(CREATE TABLE incident_move (
                   incident TEXT NOT NULL,
                   event INTEGER NOT NULL,
                   kind TEXT NOT NULL,
                   other TEXT NOT NULL,
                   exposures TEXT NOT NULL,
                   reason TEXT NOT NULL,
                   by TEXT NOT NULL,
                   at INTEGER NOT NULL,
                   PRIMARY KEY (incident, event)
                 ) STRICT, WITHOUT ROWID)",
          R"(CREATE TABLE incident_family (
                   incident TEXT PRIMARY KEY,
                   family TEXT NOT NULL
                 ) STRICT, WITHOUT ROWID)",
          R"(CREATE TABLE campaign_follow (
                   campaign TEXT PRIMARY KEY REFERENCES campaign (id),
                   kind TEXT NOT NULL CHECK (kind IN ('new_people', 'supplement', 'correction')),
                   after TEXT NOT NULL REFERENCES campaign (id),
                   chosen TEXT NOT NULL,
                   reason TEXT NOT NULL
                 ) STRICT, WITHOUT ROWID)",
          // Customers that another incident has by a move: for the joined persons of the campaign.
          R"(CREATE TABLE campaign_left (
                   campaign TEXT NOT NULL REFERENCES campaign (id),
                   controller TEXT NOT NULL,
                   u BLOB NOT NULL,
                   PRIMARY KEY (campaign, controller, u)
                 ) STRICT, WITHOUT ROWID)",
          R"(CREATE VIEW campaign_family AS
                   SELECT c.id AS campaign,
                          substr(c.incident, 1, instr(c.incident || '+', '+') - 1) AS incident,
                          COALESCE((SELECT f.family FROM incident_family f WHERE f.incident =
                            substr(c.incident, 1, instr(c.incident || '+', '+') - 1)),
                            substr(c.incident, 1, instr(c.incident || '+', '+') - 1)) AS family
                     FROM campaign c)",
          // A person of a campaign who was told, or is being told, by another one of the family, or
          // was left out there by a person's decision. Who was left out by this rule itself
          // ('one-notice') was not told there. Whom no mail or letter reached yet is told by
          // another channel there, but not where the incident goes on as a part of another; where
          // neither of two reached a person, the one with the smaller number goes on.
          R"(CREATE VIEW campaign_told AS
                   SELECT mine.campaign AS campaign, mine.person AS person,
                          theirs.campaign AS told_by, r.person AS told_as, r.state AS state,
                          r.settled AS settled
                     FROM campaign_family f
               CROSS JOIN campaign_family g ON g.family = f.family AND g.campaign <> f.campaign
               CROSS JOIN campaign_member mine ON mine.campaign = f.campaign
               CROSS JOIN campaign_subject theirs ON theirs.campaign = g.campaign
                      AND theirs.controller = mine.controller AND theirs.u = mine.u
               CROSS JOIN campaign_recipient r ON r.campaign = theirs.campaign
                      AND r.person = theirs.person
                    WHERE r.state IN ('sending', 'committing', 'accepted', 'unknown_held',
                                      'exported', 'alternative')
                       OR (r.state = 'excluded' AND r.settled_by <> 'one-notice')
                       OR (r.state IN ('bounced', 'refused', 'returned')
                           AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = g.incident
                                           AND i.state = 'merged')
                           AND NOT EXISTS (SELECT 1 FROM campaign_recipient w
                                           WHERE w.campaign = mine.campaign
                                             AND w.person = mine.person
                                             AND w.campaign < r.campaign
                                             AND w.state IN ('bounced', 'refused', 'returned'))))",
          // What may not be sent now: told already; where telling again is the purpose, told again
          // with the same purpose since that was decided; or the incident goes on as a part of
          // another.
          R"(CREATE VIEW campaign_blocked AS
                   SELECT t.campaign AS campaign, t.person AS person FROM campaign_told t
                    WHERE NOT EXISTS (SELECT 1 FROM campaign_follow w WHERE w.campaign = t.campaign
                                      AND w.kind <> 'new_people')
                   UNION ALL
                   SELECT t.campaign, t.person FROM campaign_follow w
               CROSS JOIN campaign c ON c.id = w.campaign
               CROSS JOIN campaign_told t ON t.campaign = w.campaign
               CROSS JOIN campaign_follow v ON v.campaign = t.told_by AND v.kind = w.kind
                    WHERE w.kind <> 'new_people'
                      AND (t.settled IS NULL OR t.settled >= c.created)
                   UNION ALL
                   SELECT r.campaign, r.person FROM campaign_recipient r
                     JOIN campaign_family f ON f.campaign = r.campaign
                     JOIN incident i ON i.id = f.incident AND i.state = 'merged')",
      }};
}

}  // namespace hitokoe::storage::sql
