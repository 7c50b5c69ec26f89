namespace SesameGrpc.Gateway.Withdrawals;

/// <summary>That an answer rests on a person's consent.</summary>
/// <param name="Person">The person's internal id.</param>
/// <param name="AsOf">How many withdrawals had been committed, by anybody, when the consent was read in the store.</param>
internal readonly record struct Reliance(string Person, long AsOf);
