using SesameGrpc.Benchmarks.Measuring;

namespace SesameGrpc.Benchmarks.Memory;

/// <summary>Bytes of one form of persons in Redis, of the value alone and with everything that Redis needs for it.</summary>
internal sealed record FormRow(string Form, int ValueBytes, double RedisBytes);

/// <summary>The figures of a run, as tables and as JSON.</summary>
internal sealed record MemoryReport(
    long Scores,
    double RedisBytesPerScore,
    double RedisFillSeconds,
    double RedisFillCpuMicros,
    double PlainKeyBytesPerScore,
    IReadOnlyList<FormRow> Forms,
    double PostgreSqlBytesPerPerson,
    double PostgreSqlIndexBytesPerPerson,
    double PostgreSqlInsertSeconds,
    double PostgreSqlBytesPerConsent,
    double SqliteBytesPerPerson,
    IReadOnlyList<WarmRow> Warm,
    LocalRow Memory
)
{
    public string ToJson() => Figures.ToJson(this);

    public async Task WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync(
            $"""
            {Scores:N0} persons

            Redis: {RedisBytesPerScore:F1} bytes a score, filled in {RedisFillSeconds:F1} s ({RedisFillCpuMicros:F1} us of Redis's CPU each)
            a key for each, the value as short: {PlainKeyBytesPerScore:F1} bytes

            form                                          value bytes  in Redis
            """
        );
        foreach (var form in Forms)
        {
            await output.WriteLineAsync($"{form.Form, -45} {form.ValueBytes, 11}  {form.RedisBytes, 8:F1}");
        }

        await output.WriteLineAsync(
            $"""

            PostgreSQL: {PostgreSqlBytesPerPerson:F1} bytes a person, of which indexes {PostgreSqlIndexBytesPerPerson:F1}; inserted by SQL in {PostgreSqlInsertSeconds:F1} s; {PostgreSqlBytesPerConsent:F1} bytes a consent
            SQLite: {SqliteBytesPerPerson:F1} bytes a person

            look-ups that Redis answers
            at once  per second  CPU us  of a bare HGET  Redis's CPU us  bytes allocated  of a bare HGET  from Redis
            """
        );
        foreach (var row in Warm)
        {
            await output.WriteLineAsync(
                $"{row.AtOnce, 7}  {row.PerSecond, 10:F0}  {row.CpuMicros, 6:F1}  {row.BareCpuMicros, 14:F1}  {row.RedisCpuMicros, 14:F1}  "
                    + $"{row.AllocatedBytes, 15:F0}  {row.BareAllocatedBytes, 14:F0}  {row.ShareFromRedis, 10:P1}"
            );
        }

        await output.WriteLineAsync(
            $"""

            memory of an instance, {Memory.Entries:N0} persons: {Memory.BytesPerEntry:F0} bytes each; a hit takes {Memory.HitNanos:F0} ns and allocates {Memory.BytesAllocatedPerHit:F0} bytes
            with ten times as many persons, Zipf 0.99: {Memory.HitRate:P1} are hits, of {Memory.BestHitRate:P1} that can be
            """
        );
    }
}
