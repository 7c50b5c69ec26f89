namespace SesameGrpc.Gateway.PersonPages.Texts;

internal static class ChinesePersonTexts
{
    public static PersonTexts All { get; } =
        new()
        {
            Amount = "{0} 元",
            Comma = "、",
            Names = ChineseNames.All,
            Navigation = new(
                Label: "我的页面",
                Home: "信用分",
                Accesses: "谁查看过",
                Consents: "同意",
                Obligations: "订单",
                Disputes: "异议",
                Times: "所有时间均为北京时间（UTC+8）。"
            ),
            Home = Home,
            Accesses = Accesses,
            Consents = Consents,
            Obligations = Obligations,
            Fulfilments = FulfilmentTexts.Chinese,
            Disputes = ChineseLeavingTexts.Disputes,
            Leaving = ChineseLeavingTexts.Leaving,
            Refused = new(
                NotYoursTitle: "这里没有内容",
                NotYours: "您的记录中没有这一项，或者已经不存在。没有任何改动。",
                ChangedTitle: "情况已有变化",
                Changed: "按目前的状态无法进行这项操作。没有任何改动。请重新打开页面查看最新状态。",
                Back: "返回我的页面"
            ),
        };

    private static HomeTexts Home =>
        new(
            Title: "我的信用分",
            Band: "等级：{0}",
            Scale: "在 350 到 950 的范围内为 {0} 分，等级为{1}",
            ScaleTitle: "等级划分",
            You: "您在这里",
            AsOf: "评估时间",
            ValidUntil: "有效期至",
            Expired: "信用分已过期，正在更新。在此期间，合作方只会得知目前没有有效的信用分。",
            Newcomer: "还没有为您评估信用分。评估之前按 600 分计算。",
            FactorsTitle: "对信用分影响最大的因素",
            NoFactors: "您的信用分在各个方面都没有明显不足。",
            NoParts: "这个信用分没有附带各项分数，因此无法说明哪一项影响最大。",
            Glance: "概览",
            ActiveConsents: "有效的同意",
            OpenObligations: "未结订单",
            OpenDisputes: "处理中的异议",
            DisputeScore: "对信用分提出异议",
            DataTitle: "您的数据由您决定",
            Export: "下载我的数据",
            ExportHint: "关于您的全部存储内容，JSON 文件。",
            OptOut: "退出服务",
            OptOutHint: "删除信用分，终止全部同意。您以后可以重新加入。",
            Erase: "注销并删除",
            EraseHint: "不可恢复。此后留存的内容不再指向任何人。"
        );

    private static AccessTexts Accesses =>
        new(
            Title: "谁查看过",
            Lead: "所有查询过您的信息或变更过您的记录的一方，最新的在前。被拒绝的查询也列在这里。",
            Empty: "还没有人查询过您的信息。",
            Older: "更早的记录",
            Newest: "回到最新",
            You: "您本人",
            Operator: "本服务的运营方",
            Gateway: "本服务自动处理",
            What: "事项",
            Purpose: "用途",
            Told: "得知的内容",
            ToldNothing: "无",
            Answer: "答复",
            Service: "服务",
            Why: "查看原因和您可以做什么",
            ReasonTitle: "为什么被拒绝",
            ReasonsTitle: "原因",
            When: "时间",
            Who: "查询方",
            Policy: "规则版本",
            Leaf: "审计日志编号",
            NoConsent: "没有您给出的、涵盖这次查询的有效同意。对方没有得知任何信息，包括您是否加入了本服务。",
            OtherRefusal: "这次查询不符合本服务的规则，因此没有提供任何信息。与您本人无关：{0}。",
            FactorsToday: "目前对信用分影响最大的因素",
            DisputeTitle: "如果您认为有误",
            DisputeLead: "您可以提出异议，运营方必须在 20 天内答复。答复之前，此项会标注为有异议。",
            Dispute: "对这次拒绝提出异议",
            Back: "返回“谁查看过”"
        );

    private static OwnConsentTexts Consents =>
        new(
            Title: "我的同意",
            Lead: "合作方只有在您的同意有效期间，才能得知其中列出的内容。您撤回同意后，对方的下一次查询起即不再得知任何信息。",
            Active: "有效或已暂停",
            Ended: "已终止",
            Empty: "您目前没有给出任何同意。除您与合作方的订单外，没有人会得知关于您的信息。",
            State: "状态",
            Purpose: "用途",
            Told: "可以得知",
            ToldThen: "终止前可以得知",
            NotTold: "不会得知",
            Services: "适用的服务",
            AnyService: "该合作方的全部服务（测试环境）",
            Badges: "您的徽章",
            BadgesHint: "任何人都能看到。您撤回或暂停此同意后，它们会在一分钟内失效。",
            Since: "同意时间",
            Until: "自动终止时间",
            EndedOn: "终止时间",
            Withdraw: "撤回",
            Suspend: "暂停",
            Resume: "恢复",
            WithdrawAll: "全部撤回",
            WithdrawAllTitle: "撤回全部同意？",
            WithdrawAllLead: "{0} 项同意将立即永久终止。您在合作方的未结订单不受影响。合作方以后可以再次请求您的同意。",
            WithdrawAllSubmit: "是，全部撤回",
            Cancel: "否，返回",
            Withdrawn: "已撤回。从现在起，任何人都不能依据这项同意得知任何信息。",
            AllWithdrawn: "全部同意已撤回。从现在起，除您与合作方的订单外，没有人会得知关于您的信息。",
            Suspended: "已暂停。在您恢复之前，不会依据这项同意提供任何信息。",
            Resumed: "已恢复有效。",
            ButtonFor: "{0}：{1}",
            Older: "更早的同意"
        );

    private static ObligationTexts Obligations =>
        new(
            Title: "我的订单",
            Lead: "您在合作方的未结订单，以及已结束的订单。",
            Open: "未结",
            Ended: "已结束",
            NothingOpen: "您没有未结订单。",
            Order: "订单号",
            Device: "借用物品编号",
            Held: "占用额度",
            Charged: "应付金额",
            Paid: "已付",
            Outstanding: "待付",
            Since: "开始时间",
            Due: "归还期限",
            Closes: "自动结账时间",
            SettleBy: "结算期限",
            PaymentDue: "付款期限",
            EndedOn: "结束时间",
            Overdue: "已逾期",
            NoDue: "没有固定期限",
            Lines: "费用明细",
            Insurance: "医保支付",
            Reduction: "医院减免",
            Voided: "已作废",
            Refunded: "已退还",
            Dispute: "提出异议",
            Disputed: "您已提出异议",
            Older: "更早的订单"
        );
}
