namespace SesameGrpc.Gateway.Persons;

/// <summary>
/// What puts values and floors into Redis, in one step each: unless what is there has a higher version. A floor that is older than its lifetime counts for nothing, by Redis's own clock; it
/// is what a change leaves behind that was not committed.
/// </summary>
internal static class SharedPersonScript
{
    /// <summary>How long a floor bars what is older. 30 s.</summary>
    public const int FloorSeconds = 30;

    /// <summary>The most fields of a bucket. Redis keeps a hash of up to 512 (hash-max-listpack-entries) as one block; beyond, each field takes 60 bytes more.</summary>
    public const int MostFields = 256;

    // Keys: the bucket. Arguments: field, value, lifetime of the bucket in seconds.
    public static readonly string Text = $"""
        local function number(value, first, length)
          local sum = 0
          for index = first, first + length - 1 do sum = sum * 256 + (string.byte(value, index) or 0) end
          return sum
        end
        local function versionlength(value) return 2 ^ (number(value, 2, 1) % 4) end
        local function version(value) return number(value, 3, versionlength(value)) end
        local function isfloor(value) return number(value, 1, 2) < 64 end
        local function now() return tonumber(redis.call('TIME')[1]) end
        local function haslapsed(value) return isfloor(value) and now() - number(value, 3 + versionlength(value), 4) >= {FloorSeconds} end

        local bucket, field, value = KEYS[1], ARGV[1], ARGV[2]
        local known = redis.call('HGET', bucket, field)
        if known and not haslapsed(known) and version(known) > version(value) then return 0 end
        if isfloor(value) then value = value .. struct.pack('>I4', now()) end
        local added = redis.call('HSET', bucket, field, value)
        redis.call('EXPIRE', bucket, ARGV[3])

        -- A bucket that is full loses some of its fields, by chance, but no floor that still counts.
        if added == 1 and redis.call('HLEN', bucket) > {MostFields} then
          for _, other in ipairs(redis.call('HRANDFIELD', bucket, {MostFields / 8})) do
            local held = redis.call('HGET', bucket, other)
            if not isfloor(held) or haslapsed(held) then redis.call('HDEL', bucket, other) end
          end
        end
        return 1
        """;
}
