using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>How a consent ends.</summary>
internal static class ConsentScript
{
    public static async Task WithdrawAsync(TriggerScene scene)
    {
        var persons = scene.Services.Persons;
        var withdraw = new WithdrawConsentRequest { Person = scene.Person, ConsentId = (await scene.AgreeAsync()).ConsentId };
        await scene.OperateAsync(persons.WithdrawConsent, withdraw, nameof(persons.WithdrawConsent));
    }
}
