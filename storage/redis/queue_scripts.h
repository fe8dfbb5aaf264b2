// The matcher's queue in Lua: a stream with the consumer group "matchers". Keys, behind the prefix:
//   stream    entries TICKET-1 with field c: the capture's id. What is acknowledged is deleted, so
//             that the stream's length is the depth.
//   tickets, claimed, asides   numbers: the last ticket; taken from silent workers; set aside
//   known     sorted set: captures by ticket, the newest `known_captures`
//   aside     stream: ticket, capture, deliveries, reason of what was set aside, about 10,000
// A consumer is named SEAT/WORKER; what was given back stands under "(free)".
#pragma once

#include "storage/redis/connection.h"

namespace hitokoe::storage::redis {

// ARGV: most, known_captures, captures. @return how many were new.
const Script& queue_push();
// ARGV: consumer, limit, visibility in ms. @return ticket, capture, deliveries for each.
const Script& queue_claim();
// ARGV: seat with its slash, consumer. @return how many were given back.
const Script& queue_take_over();
// ARGV: consumer, tickets. Those that it still holds.
const Script& queue_renew();
// ARGV: "1" to set aside or "0", reason, then ticket and capture ("": whichever it is) for each.
// @return 1, or 0 where a ticket was never given out.
const Script& queue_end();
// @return depth, pending, claimed, set aside.
const Script& queue_figures();

}  // namespace hitokoe::storage::redis
