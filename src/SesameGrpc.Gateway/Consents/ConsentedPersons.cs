using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;

namespace SesameGrpc.Gateway.Consents;

/// <summary>Reads the persons whose consents a call rests on.</summary>
internal static class ConsentedPersons
{
    /// <summary>The person of the consent. Who is in memory is found without the call's deadline, whose timer would cost more than the look-up.</summary>
    public static ValueTask<PersonReading> GetAsync(this PersonReader persons, Consent consent, Call call) =>
        persons.TryGet(consent.Person, out var known)
            ? new ValueTask<PersonReading>(known)
            : persons.GetAsync(consent.Person, call.Aborted);
}
