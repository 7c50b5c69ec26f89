namespace SesameGrpc.Gateway.PersonPages.Texts;

/// <summary>Disputes, opting out, erasing.</summary>
internal static class ChineseLeavingTexts
{
    public static DisputeTexts Disputes =>
        new(
            Title: "我的异议",
            Lead: "您可以对信用分、一次拒绝、一笔订单或一份关于您的报告提出异议。运营方必须在 20 天内答复。",
            Empty: "您没有提出过异议。",
            NewTitle: "提出异议",
            AboutScore: "我的信用分",
            AboutRefusal: "审计日志编号为 {0} 的拒绝",
            AboutObligation: "在{0}的订单 {1}",
            About: "针对",
            Statement: "哪里有误？",
            StatementHint: "最多 1000 个字符。只有运营方会看到，合作方看不到。",
            StatementFault: "请用 1 到 1000 个字符说明哪里有误。",
            Submit: "提交",
            NewLead: "答复之前，您提出异议的内容会标注为有异议。",
            Opened: "提出时间",
            Due: "答复期限",
            Answer: "答复",
            AnsweredOn: "答复时间",
            OpenScore: "对信用分提出异议",
            OpenOther: "对一次拒绝的异议，请在“谁查看过”中的相应记录里提出；对订单或报告的异议，请在“订单”或“履约报告”中提出。",
            Done: "您的异议已提交。",
            TooMany: "处理中的异议已达上限，请等待答复。",
            Overdue: "答复期限已过，运营方尚未答复。",
            Older: "更早的异议"
        );

    public static LeavingTexts Leaving =>
        new(
            OptOutTitle: "退出服务？",
            OptOutLead: "以下内容立即生效：",
            OptOutPoints:
            [
                "删除您的信用分。此前决定所依据的记录会保留一段时间，以便核查。",
                "终止您的全部同意。对合作方来说，您成为不认识的人。",
                "您在合作方的未结订单不受影响，仍可在这里查看。",
                "您可以随时重新加入，届时一切重新开始。",
            ],
            OptOutSubmit: "是，退出服务",
            OptedOutTitle: "您已退出服务",
            OptedOut: "信用分已删除，全部同意已终止。",
            EraseTitle: "注销并删除？",
            EraseLead: "此操作不可恢复：",
            ErasePoints:
            [
                "删除您的信用分、同意、异议、合作方关于您的报告，以及合作方用来识别您的编号。",
                "账本和审计日志会保留，用于证明内容未被篡改。但其中的内容不再指向您，我们也无法再找到您。",
                "您将无法再查看这些内容。如需保留，请先下载您的数据。",
            ],
            EraseConfirm: "我知道此操作不可恢复。",
            EraseConfirmFault: "请先勾选确认。",
            EraseSubmit: "删除",
            EraseBlockedTitle: "暂时不能注销：还有未结事项",
            EraseBlocked: "以下事项结束之后可以注销：",
            EraseSettling: "您的一笔付款仍在处理中，请过几天再试。",
            ErasedTitle: "您已注销",
            Erased: "留存的内容不再指向您。现在可以关闭这个页面。",
            ExportFirst: "下载我的数据（JSON）",
            Cancel: "否，返回",
            RecordsTitle: "关于您的记录",
            RecordsLead: "仍然留存的记录，您都可以通过上方和以下链接查看：",
            Again: "重新加入"
        );
}
