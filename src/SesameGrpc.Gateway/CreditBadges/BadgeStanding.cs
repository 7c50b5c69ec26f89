using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>
/// How badges stand now. Nothing is stored of it, and nothing remembered: what ends a badge is seen by the next look, at every instance. An answer that tells of a lit badge leaves within the time that
/// <see cref="WithdrawalFence"/> gives it after the reading, so that none leaves after a withdrawal was acknowledged.
/// </summary>
internal sealed class BadgeStanding(BadgeStore store, PartnerDirectory partners, GatewayOptions options, TimeProvider time)
{
    private const int MostReadings = 3;

    public CreditBadgeState StateOf(BadgeReading reading) =>
        BadgeRules.StateOf(reading, partners.Current.Find(reading.Badge.Partner), time.NowMicros(), options.Persons.ScoreValidity);

    /// <summary>The badge, if it is lit. One that is not there and one that is not lit are the same to whoever looks.</summary>
    public async Task<Badge?> FindLitAsync(string badgeId, CancellationToken cancellationToken) =>
        TimedId.Is(badgeId)
            ? await InTimeAsync(
                async token =>
                    await store.FindAsync(badgeId, token) is { } reading && StateOf(reading) == CreditBadgeState.Lit ? reading.Badge : null,
                cancellationToken
            )
            : null;

    /// <summary>Reads again what took too long to be told.</summary>
    public async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var reading = 0; reading < MostReadings; reading++)
        {
            var began = time.GetTimestamp();
            var found = await read(cancellationToken);
            if (time.GetElapsedTime(began) < WithdrawalFence.LongestAnswer)
            {
                return found;
            }
        }

        throw new TimeoutException("The store did not answer in time.");
    }
}
