-- One person at the door of a round. Everything of a round stands in one slot; `now` is an argument.
-- KEYS  1 queue  2 seen  3 passes  4 door
-- ARGV  1 person  2 now  3 opens (both ms)  4 people a second  5 burst  6 horizon (s; 0: everybody)
--       7 grace (ms)  8 pass (ms)  9 'join' | 'try'  10 TTL of the keys (ms)
-- Gives {1, until (ms), 0} to who may enter, {0, 0, people ahead} to who waits, {0, -1, people waiting} to who has no ticket.
local queue, seen, passes, door = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local person, now, opens = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local rate, burst, horizon = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local grace, pass, act, ttl = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9], ARGV[10]

local function keep()
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ttl) end
end

local function enter(who)
  redis.call('ZADD', passes, now + pass, who)
end

-- The present one is alive, whatever the clock says of the others.
if redis.call('ZSCORE', queue, person) then redis.call('ZADD', seen, now, person) end

-- Who has not been heard of gives up the place; a thousand at a time keeps the script short.
local gone = redis.call('ZRANGE', seen, '-inf', now - grace, 'BYSCORE', 'LIMIT', 0, 1000)
if #gone > 0 then
  redis.call('ZREM', seen, unpack(gone))
  redis.call('ZREM', queue, unpack(gone))
end
redis.call('ZREMRANGEBYSCORE', passes, '-inf', now)

local waiting = redis.call('ZCARD', queue)
local room = 0
if now >= opens then
  local stored = redis.call('HMGET', door, 'room', 'at')
  -- The first moment of a round finds one person's room: its queue is spread from the first second on.
  local at = tonumber(stored[2]) or (waiting > 0 and opens or now)
  room = tonumber(stored[1]) or (waiting > 0 and 1 or burst)
  if horizon == 0 then
    room = waiting + burst
  else
    rate = math.max(rate, waiting / horizon)
    -- Several processes' clocks differ by little: time does not run backwards here.
    room = room + math.max(0, now - at) / 1000 * rate
    -- Unused room is forgotten, but not while somebody waited for it.
    if waiting == 0 then room = math.min(burst, room) end
  end
  local next = redis.call('ZRANGE', queue, 0, math.min(math.floor(room), 1000) - 1)
  if room >= 1 and #next > 0 then
    redis.call('ZREM', queue, unpack(next))
    redis.call('ZREM', seen, unpack(next))
    for _, who in ipairs(next) do enter(who) end
    room, waiting = room - #next, waiting - #next
  end
  redis.call('HSET', door, 'room', tostring(room), 'at', tostring(math.max(now, at)))
end

local until_ = tonumber(redis.call('ZSCORE', passes, person) or '0')
if until_ == 0 and waiting == 0 and room >= 1 and now >= opens then
  redis.call('HINCRBYFLOAT', door, 'room', -1)
  enter(person)
  until_ = now + pass
end
if until_ > 0 then
  keep()
  return {1, until_, 0}
end

local ahead = redis.call('ZRANK', queue, person)
if not ahead and act == 'join' then
  redis.call('ZADD', queue, redis.call('HINCRBY', door, 'tickets', 1), person)
  redis.call('ZADD', seen, now, person)
  ahead = redis.call('ZRANK', queue, person)
end
keep()
if ahead then return {0, 0, ahead} end
return {0, -1, waiting}
