#include "storage/redis/frontier_scripts.h"

namespace hitokoe::storage::redis {
namespace {

// What every script begins with.
constexpr std::string_view kShared = R"lua(
local P = KEYS[1]
local call = redis.call
local function micros()
  local time = call('TIME')
  return time[1] * 1000000 + time[2]
end
local function lane(s, h) return P .. 'q:' .. s .. '\0' .. h end
local function record(s, i)
  local packed = call('HGET', P .. 'i:' .. s, i)
  return packed and cmsgpack.unpack(packed)
end
local function counter(r)
  if r[1] == '0' then return 'p' end
  if r[1] == '1' then return 'f' end
  return 'm:' .. r[6]
end
local function count(s, i, r, by)
  if i == '' then return end
  local name = counter(r)
  if call('HINCRBY', P .. 'c:' .. s, name, by) == 0 then call('HDEL', P .. 'c:' .. s, name) end
end
local function refresh(s, h)
  local first = call('ZRANGE', lane(s, h), 0, 0, 'WITHSCORES')
  local old = call('HGET', P .. 'h:' .. s, h)
  local new = first[1] and (first[1] .. '\0' .. h)
  if old and old ~= new then call('ZREM', P .. 'l:' .. s, old) end
  if new then
    call('ZADD', P .. 'l:' .. s, first[2], new)
    if old ~= new then call('HSET', P .. 'h:' .. s, h, new) end
  else
    call('HDEL', P .. 'h:' .. s, h)
  end
  local least = call('ZRANGE', P .. 'l:' .. s, 0, 0, 'WITHSCORES')[2]
  if least then call('ZADD', P .. 'first', least, s) else call('ZREM', P .. 'first', s) end
end
local function put(s, i, r, old)
  call('SADD', P .. 'sources', s)
  if old then count(s, i, old, -1) elseif i ~= '' then call('INCR', P .. 'items') end
  count(s, i, r, 1)
  call('HSET', P .. 'i:' .. s, i, cmsgpack.pack(r))
end
local function unqueue(s, i, old)
  if not old or old[1] ~= '0' then return end
  call('ZREM', lane(s, old[3]), i)
  refresh(s, old[3])
end
local function queue(s, i, r, old)
  put(s, i, r, old)
  call('ZADD', lane(s, r[3]), r[5], i)
  refresh(s, r[3])
end
local function job(at)
  return ARGV[at], ARGV[at + 1],
    {'0', ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], '', ARGV[at + 6], ARGV[at + 7]}
end
-- "item\0host"; a host has no \0
local function parted(member)
  local item, host = member:match('^(.*)%z([^%z]*)$')
  return item, host
end
)lua";

Script script(std::string_view name, std::string_view text) {
  return {name, std::string(kShared) + std::string(text)};
}

}  // namespace

const Script& frontier_add() {
  static const Script text = script("frontier_add", R"lua(
local added = 0
local most = tonumber(ARGV[1])
for at = 2, #ARGV, 8 do
  local s, i, r = job(at)
  local old = record(s, i)
  local wanted = true
  if old then
    local changed = r[7] ~= '' and r[7] ~= old[7]
    wanted = old[1] == '4' or old[1] == '5' or (changed and (old[1] == '1' or old[1] == '2'))
    r[8] = old[8]
  elseif i ~= '' and tonumber(call('GET', P .. 'items') or 0) >= most then
    return redis.error_reply('HITOKOE_FULL items')
  end
  if wanted then
    queue(s, i, r, old)
    added = added + 1
  end
end
return added
)lua");
  return text;
}

const Script& frontier_first() {
  static const Script text = script("frontier_first", R"lua(
local sources = tonumber(ARGV[1])
local rank, busy = {}, {}
for at = 2, sources + 1 do rank[ARGV[at]] = at end
for at = sources + 2, #ARGV do busy[ARGV[at]] = true end
-- Of one source: the first lane with a free host.
local function first(s)
  local begin, step = 0, 2
  while true do
    local page = call('ZRANGE', P .. 'l:' .. s, begin, begin + step - 1, 'WITHSCORES')
    if #page == 0 then return nil end
    for n = 1, #page, 2 do
      local item, host = parted(page[n])
      if not busy[host] then return tonumber(page[n + 1]), item, host end
    end
    begin = begin + step
    step = math.min(step * 2, 512)
  end
end
-- Sources by what is due first in each: one that begins later than the best so far cannot win.
local best, source, key
local function look()
  local begin, step = 0, 2
  while true do
    local page = call('ZRANGE', P .. 'first', begin, begin + step - 1, 'WITHSCORES')
    if #page == 0 then return end
    for n = 1, #page, 2 do
      local s = page[n]
      if best and tonumber(page[n + 1]) > best then return end
      local due, item
      if rank[s] then due, item = first(s) end
      if due and (not best or due < best or (due == best and rank[s] < rank[source])) then
        best, source, key = due, s, item
      end
    end
    begin = begin + step
    step = math.min(step * 2, 512)
  end
end
look()
if not best then return nil end
local r = record(source, key)
return {r[5], source, key, r[2], r[3], r[4], r[7], r[8]}
)lua");
  return text;
}

const Script& frontier_done() {
  static const Script text = script("frontier_done", R"lua(
local s, i, r = job(1)
local old = record(s, i)
unqueue(s, i, old)
r[1], r[2], r[3], r[6] = ARGV[9], '', '', ARGV[11]
put(s, i, r, old)
if ARGV[12] == '1' then call('HSET', P .. 'm:' .. s, 'last_success', ARGV[10]) end
if ARGV[13] == '1' then call('HSET', P .. 'm:' .. s, 'last_new', ARGV[10]) end
if i == '' then call('HSET', P .. 'm:' .. s, 'last_reason', ARGV[11]) end
return 1
)lua");
  return text;
}

const Script& frontier_list_done() {
  static const Script text = script("frontier_list_done", R"lua(
local s, i, r = job(1)
local old = record(s, i)
unqueue(s, i, old)
queue(s, i, r, old)
call('HSET', P .. 'm:' .. s, 'last_reason', ARGV[10])
if ARGV[11] == '1' then call('HSET', P .. 'm:' .. s, 'last_success', ARGV[9]) end
return 1
)lua");
  return text;
}

const Script& frontier_retry() {
  static const Script text = script("frontier_retry", R"lua(
local s, i, r = job(1)
local old = record(s, i)
unqueue(s, i, old)
queue(s, i, r, old)
if i == '' then call('HSET', P .. 'm:' .. s, 'last_reason', ARGV[9]) end
return 1
)lua");
  return text;
}

const Script& frontier_coverage() {
  static const Script text = script("frontier_coverage", R"lua(
-- The item that is due first. Lanes stand by their first: behind a list the second counts.
local function oldest(s)
  local best
  local begin = 0
  while true do
    local page = call('ZRANGE', P .. 'l:' .. s, begin, begin + 15, 'WITHSCORES')
    if #page == 0 then return best end
    for n = 1, #page, 2 do
      local item, host = parted(page[n])
      local due = page[n + 1]
      if best and tonumber(due) >= tonumber(best) then return best end
      if item == '' then
        due = call('ZRANGE', lane(s, host), 1, 1, 'WITHSCORES')[2]
      end
      if due and (not best or tonumber(due) < tonumber(best)) then best = due end
    end
    begin = begin + 16
  end
end
local out = {}
for _, s in ipairs(call('SMEMBERS', P .. 'sources')) do
  local m = call('HMGET', P .. 'm:' .. s, 'last_success', 'last_new', 'last_reason')
  out[#out + 1] = {s, m[1] or '', m[2] or '', m[3] or '', oldest(s) or '',
    call('HGETALL', P .. 'c:' .. s)}
end
return out
)lua");
  return text;
}

const Script& frontier_memory() {
  static const Script text = script("frontier_memory", R"lua(
local r = record(ARGV[1], '')
return r and r[8] or ''
)lua");
  return text;
}

const Script& frontier_validators() {
  static const Script text = script("frontier_validators", R"lua(
local packed = call('HGET', P .. 'validators', ARGV[1])
return packed and cmsgpack.unpack(packed) or nil
)lua");
  return text;
}

const Script& frontier_set_validators() {
  static const Script text = script("frontier_set_validators", R"lua(
call('HSET', P .. 'validators', ARGV[1], cmsgpack.pack({ARGV[2], ARGV[3]}))
return 1
)lua");
  return text;
}

const Script& frontier_leave_alone() {
  static const Script text = script("frontier_leave_alone", R"lua(
call('HSET', P .. 'rests', ARGV[1], ARGV[2])
return 1
)lua");
  return text;
}

const Script& frontier_left_alone() {
  static const Script text = script("frontier_left_alone", R"lua(
local all, asked, out = call('HGETALL', P .. 'rests'), tonumber(ARGV[1]), {}
local ours = micros()
for at = 1, #all, 2 do
  local till = tonumber(all[at + 1])
  if till > asked then
    out[#out + 1] = all[at]
    out[#out + 1] = all[at + 1]
  elseif till <= ours then
    call('HDEL', P .. 'rests', all[at])
  end
end
return out
)lua");
  return text;
}

const Script& frontier_not_later() {
  static const Script text = script("frontier_not_later", R"lua(
local s, cursor, latest, left = ARGV[1], ARGV[2], ARGV[4], tonumber(ARGV[5])
if latest == '' then latest = string.format('%.0f', micros() + tonumber(ARGV[3])) end
local page = call('HSCAN', P .. 'h:' .. s, cursor, 'COUNT', 100)
for at = 1, #page[2], 2 do
  local h = page[2][at]
  local late = call('ZRANGEBYSCORE', lane(s, h), '(' .. latest, '+inf', 'LIMIT', 0, left)
  for _, i in ipairs(late) do
    local r = record(s, i)
    r[5] = latest
    call('HSET', P .. 'i:' .. s, i, cmsgpack.pack(r))
    call('ZADD', lane(s, h), latest, i)
  end
  if #late > 0 then refresh(s, h) end
  left = left - #late
  -- The same page once more: what was moved is not found again.
  if left == 0 then return {latest, cursor, 1} end
end
return {latest, page[1], page[1] == '0' and 0 or 1}
)lua");
  return text;
}

}  // namespace hitokoe::storage::redis
