-- Shows a generation to readers and drops the others, unless another rebuild has dropped it first.
-- KEYS[1]  the set of generations that are written
-- ARGV: prefix, generation, origin, then the names of a generation's parts
-- Returns 1 when the generation is shown, 0 when it was not there any more.
if redis.call('SISMEMBER', KEYS[1], ARGV[2]) == 0 then return 0 end
redis.call('SET', ARGV[1] .. ARGV[2] .. ':origin', ARGV[3])
redis.call('SET', ARGV[1] .. 'current', ARGV[2])
for _, old in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if old ~= ARGV[2] then
    redis.call('SREM', KEYS[1], old)
    for part = 4, #ARGV do
      redis.call('DEL', ARGV[1] .. old .. ':' .. ARGV[part])
    end
  end
end
return 1
