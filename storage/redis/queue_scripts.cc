#include "storage/redis/queue_scripts.h"

namespace hitokoe::storage::redis {
namespace {

constexpr std::string_view kShared = R"lua(
local P = KEYS[1]
local call = redis.call
local S, G = P .. 'stream', 'matchers'
local function made()
  if call('EXISTS', S) == 0 then call('XGROUP', 'CREATE', S, G, '0', 'MKSTREAM') end
end
local function deliveries(id)
  local pending = call('XPENDING', S, G, id, id, 1)
  return pending[1] and pending[1][4] or 0
end
)lua";

Script script(std::string_view name, std::string_view text) {
  return {name, std::string(kShared) + std::string(text)};
}

}  // namespace

const Script& queue_push() {
  static const Script text = script("queue_push", R"lua(
made()
local pushed = 0
for at = 3, #ARGV do
  if not call('ZSCORE', P .. 'known', ARGV[at]) then
    if call('XLEN', S) >= tonumber(ARGV[1]) then return redis.error_reply('HITOKOE_FULL captures') end
    local ticket = string.format('%.0f', call('INCR', P .. 'tickets'))
    call('XADD', S, ticket .. '-1', 'c', ARGV[at])
    call('ZADD', P .. 'known', ticket, ARGV[at])
    pushed = pushed + 1
  end
end
if pushed > 0 then call('ZREMRANGEBYRANK', P .. 'known', 0, -(tonumber(ARGV[2]) + 1)) end
return pushed
)lua");
  return text;
}

const Script& queue_claim() {
  static const Script text = script("queue_claim", R"lua(
made()
local limit = tonumber(ARGV[2])
local out, taken = {}, 0
local function give(entry, count)
  out[#out + 1] = entry[1]:match('^%d+')
  out[#out + 1] = entry[2][2]
  out[#out + 1] = tostring(count)
  taken = taken + 1
end
local cursor = '0-0'
repeat
  local found = call('XAUTOCLAIM', S, G, ARGV[1], ARGV[3], cursor, 'COUNT', limit - taken)
  cursor = found[1]
  for _, entry in ipairs(found[2]) do give(entry, deliveries(entry[1])) end
until cursor == '0-0' or taken >= limit
if taken > 0 then call('INCRBY', P .. 'claimed', taken) end
if taken < limit then
  local new = call('XREADGROUP', 'GROUP', G, ARGV[1], 'COUNT', limit - taken, 'STREAMS', S, '>')
  if new then
    for _, entry in ipairs(new[1][2]) do give(entry, 1) end
  end
end
return out
)lua");
  return text;
}

const Script& queue_take_over() {
  static const Script text = script("queue_take_over", R"lua(
made()
local given = 0
for _, flat in ipairs(call('XINFO', 'CONSUMERS', S, G)) do
  local c = {}
  for n = 1, #flat, 2 do c[flat[n]] = flat[n + 1] end
  local ours = c.name:sub(1, #ARGV[1]) == ARGV[1] and c.name ~= ARGV[2]
  if ours then
    while true do
      local held = call('XPENDING', S, G, '-', '+', 100, c.name)
      if #held == 0 then break end
      for _, one in ipairs(held) do
        -- Silent for ten years, and not counted as a delivery.
        local moved = call('XCLAIM', S, G, '(free)', 0, one[1], 'IDLE', '315360000000', 'JUSTID')
        if #moved > 0 then given = given + 1 end
      end
    end
  end
  -- Of other seats: names that hold nothing and were not heard of for a day.
  if ours or (c.name ~= '(free)' and c.pending == 0 and c.idle > 86400000) then
    call('XGROUP', 'DELCONSUMER', S, G, c.name)
  end
end
return given
)lua");
  return text;
}

const Script& queue_renew() {
  static const Script text = script("queue_renew", R"lua(
made()
for at = 2, #ARGV do
  local id = ARGV[at] .. '-1'
  if call('XPENDING', S, G, id, id, 1, ARGV[1])[1] then
    call('XCLAIM', S, G, ARGV[1], 0, id, 'JUSTID')
  end
end
return 1
)lua");
  return text;
}

const Script& queue_end() {
  static const Script text = script("queue_end", R"lua(
made()
local last = tonumber(call('GET', P .. 'tickets') or 0)
for at = 3, #ARGV, 2 do
  local ticket = tonumber(ARGV[at])
  if ticket < 1 or ticket > last then return 0 end
end
for at = 3, #ARGV, 2 do
  local id = ARGV[at] .. '-1'
  local entry = call('XRANGE', S, id, id)[1]
  -- After a failover the ticket may be another capture's: that one is left alone.
  if entry and (ARGV[at + 1] == '' or ARGV[at + 1] == entry[2][2]) then
    if ARGV[1] == '1' then
      call('XADD', P .. 'aside', 'MAXLEN', '~', 10000, '*', 'ticket', ARGV[at], 'capture',
        entry[2][2], 'deliveries', deliveries(id), 'reason', ARGV[2])
      call('INCR', P .. 'asides')
    end
    call('XACK', S, G, id)
    call('XDEL', S, id)
  end
end
return 1
)lua");
  return text;
}

const Script& queue_figures() {
  static const Script text = script("queue_figures", R"lua(
made()
return {call('XLEN', S), call('XPENDING', S, G)[1], tonumber(call('GET', P .. 'claimed') or 0),
  tonumber(call('GET', P .. 'asides') or 0)}
)lua");
  return text;
}

}  // namespace hitokoe::storage::redis
