// The frontier's steps in Lua. Keys, behind the prefix:
//   sources     set: every source that ever had a job
//   items       number: items that are known, queued or seen
//   i:SOURCE    hash: item → record, a MessagePack list of texts: state, url, host, tries, due,
//               reason, version, memory. "" is the list. States as in storage/sql: 0 pending,
//               1 fetched, 2 gone, 3 refused, 4 failed, 5 a list that waits. What is over has no
//               url and no host: a list that shows it again brings them.
//   q:SOURCE\0HOST  sorted set: pending items of a lane by due (microseconds since 1970: exact)
//   h:SOURCE    hash: host → the first of its lane, "item\0host"
//   l:SOURCE    sorted set: the same, by due
//   first       sorted set: sources by what is due first in each
//   c:SOURCE    hash: how many items: p pending, f fetched, m:REASON missed
//   m:SOURCE    hash: last_success, last_new, last_reason
//   validators  hash: url → MessagePack list: etag, last_modified
//   rests       hash: host → until when it is left alone, in microseconds since 1970
#pragma once

#include "storage/redis/connection.h"

namespace hitokoe::storage::redis {

// ARGV: most_items, then 8 for each job: source, item, url, host, tries, due, version, memory.
// @return how many were queued.
const Script& frontier_add();
// ARGV: number of sources, sources (sorted), busy hosts. @return nil, or due, source, item, url,
// host, tries, version, memory.
const Script& frontier_first();
// ARGV: the job (8), state, at, reason, "1" where last_success becomes `at`, the same for last_new.
const Script& frontier_done();
// ARGV: the list's next job (8), at, reason, "1" where last_success becomes `at`.
const Script& frontier_list_done();
// ARGV: the job (8, with its new due), reason.
const Script& frontier_retry();
// @return for each source: source, last_success, last_new, last_reason, oldest_due ("" for none),
// {counter, count, …}.
const Script& frontier_coverage();
// ARGV: source. @return the memory of its list.
const Script& frontier_memory();
// ARGV: url. @return nil, or etag, last_modified.
const Script& frontier_validators();
// ARGV: url, etag, last_modified.
const Script& frontier_set_validators();

// ARGV: host, until.
const Script& frontier_leave_alone();
// ARGV: now. @return host, until, … of those later than that; the others are forgotten where the
// server's clock says so, too.
const Script& frontier_left_alone();
// ARGV: source, "0" or where the last step ended, wait (microseconds), "" or the latest time of the
// last step, most. Goes over one page of the source's hosts, and moves at most so many jobs that
// are due later than the wait from now (the server's). @return the latest time, where this step
// ended, 1: there is more.
const Script& frontier_not_later();

}  // namespace hitokoe::storage::redis
