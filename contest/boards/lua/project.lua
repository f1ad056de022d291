-- Writes one standing into every generation of a board. Refuses a version that is not newer.
-- KEYS[1]  the set of generations that are written (all keys share its hash tag)
-- ARGV: prefix, member, version, score ("" when nothing counts), row as JSON, agency code, points, now, agency name,
--       group code ("" in a round without groups)
-- Returns how many generations were changed.
local changed = 0
for _, generation in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local base = ARGV[1] .. generation
  local stored = redis.call('HGET', base .. ':rows', ARGV[2])
  local old = stored and cjson.decode(stored) or nil
  if not old or old.version < tonumber(ARGV[3]) then
    if old and old.counts then
      redis.call('HINCRBY', base .. ':takers', old.code, -1)
      -- Not -old.sum: that of 0 is written -0, which is no integer to Redis.
      redis.call('HINCRBY', base .. ':points', old.code, 0 - old.sum)
      if old.group and old.group ~= '' then redis.call('ZREM', base .. ':order.' .. old.group, ARGV[2]) end
    end
    redis.call('HSET', base .. ':rows', ARGV[2], ARGV[5])
    if ARGV[4] == '' then
      redis.call('ZREM', base .. ':order', ARGV[2])
    else
      redis.call('ZADD', base .. ':order', ARGV[4], ARGV[2])
      if ARGV[10] ~= '' then redis.call('ZADD', base .. ':order.' .. ARGV[10], ARGV[4], ARGV[2]) end
      redis.call('HINCRBY', base .. ':takers', ARGV[6], 1)
      redis.call('HSET', base .. ':names', ARGV[6], ARGV[9])
      redis.call('HINCRBY', base .. ':points', ARGV[6], ARGV[7])
    end
    redis.call('SET', base .. ':changed', ARGV[8])
    changed = changed + 1
  end
end
return changed
