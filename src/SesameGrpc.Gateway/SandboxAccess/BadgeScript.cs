using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>How each event of a badge comes about.</summary>
internal static class BadgeScript
{
    public static async Task<CreditBadge> IssueAsync(TriggerScene scene)
    {
        var badges = scene.Services.Badges;
        var issue = new IssueCreditBadgeRequest
        {
            Subject = scene.Person,
            Programme = scene.Programme(ProgrammeKind.Badge),
            Site = scene.BadgeSite,
            Profile = scene.Reference,
        };
        var answer = await scene.CallAsync(badges.IssueCreditBadge, issue, nameof(badges.IssueCreditBadge));
        var badge = answer.CreditBadge ?? throw TriggerScene.NotGranted(answer.NotIssued.Reasons);
        scene.IsAbout("credit_badge", badge.CreditBadgeId);
        return badge;
    }

    public static async Task RevokeAsync(TriggerScene scene)
    {
        var badges = scene.Services.Badges;
        var revoke = new RevokeCreditBadgeRequest { CreditBadgeId = (await IssueAsync(scene)).CreditBadgeId };
        await scene.CallAsync(badges.RevokeCreditBadge, revoke, nameof(badges.RevokeCreditBadge));
    }
}
