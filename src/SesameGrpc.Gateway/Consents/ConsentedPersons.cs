using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;

namespace SesameGrpc.Gateway.Consents;

/// <summary>Reads the persons whose consents a call rests on.</summary>
internal static class ConsentedPersons
{
    /// <summary>The person of the consent.</summary>
    public static ValueTask<PersonReading> GetAsync(this PersonReader persons, Consent consent, Call call) =>
        persons.GetAsync(consent.Person, call, static call => call.Aborted);
}
