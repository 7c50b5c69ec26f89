using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Gateway.Pages.Texts;

public sealed partial record PageTexts
{
    public static PageTexts Chinese { get; } =
        new()
        {
            Code = "zh-CN",
            Name = "中文",
            Frame = new(
                Product: "信用服务",
                SkipToContent: "跳到正文",
                Languages: "语言",
                Logout: "退出登录",
                Sandbox: "测试环境：这里的人和分数都不是真实的。"
            ),
            Login = new(
                Title: "登录",
                Lead: "请选择或输入一个测试人员的编号。",
                Person: "测试人员编号",
                Hint: "例如 test-650：分数为 650 的人。",
                Submit: "登录",
                Unknown: "没有这个测试人员。",
                Failed: "登录没有完成。您可以再试一次。",
                Again: "再次登录",
                LoggedOutTitle: "您已退出登录",
                LoggedOut: "现在可以关闭这个页面。"
            ),
            OptIn = new(
                Title: "您还没有加入",
                Lead: "只有您自己决定加入以后，合作方才可能得知关于您的信息。",
                WhatHappens: "加入以后会为您计算信用分。您可以随时退出，退出后分数会被删除。",
                Nobody: "仅仅加入，还没有任何合作方得知任何信息：每一个合作方都要先得到您的同意。",
                Submit: "加入",
                Leave: "不加入，退出登录",
                Records: "您曾经加入过：查看关于您的记录"
            ),
            Consent = new(
                Title: "{0} 请求您的同意",
                Lead: "由您决定。只有您同意以后，对方才能得知下面列出的信息。",
                Partner: "谁在请求",
                Purpose: "用途",
                Revealed: "对方会得知什么",
                Programmes: "用于哪些服务",
                Until: "有效期至",
                NothingElse: "除此之外对方得不到任何信息。您的姓名、证件号码和联系方式都不会提供。",
                Withdrawal: "您可以随时撤回同意，撤回后立即生效。",
                MyPage: "在“我的信用”页面撤回",
                Agree: "同意",
                Decline: "拒绝"
            )
            {
                PurposeOf = purpose =>
                    purpose switch
                    {
                        Purpose.DepositWaiver => "免押金借用或租用",
                        Purpose.DeferredPayment => "先享受服务，后付款",
                        Purpose.Trial => "先试用，后购买",
                        Purpose.LibraryLending => "免证、免押金借书",
                        Purpose.CreditBadge => "在您的个人主页显示信用徽章",
                        Purpose.CreditLine => "为您提供信用额度",
                        Purpose.PriorityService => "开放优先服务",
                        _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
                    },
                RevealedBy = scope =>
                    scope switch
                    {
                        "score.read" => "您的信用分（350 到 950 之间的数字）和信用等级",
                        "score.band.read" => "您的信用等级（不含分数）",
                        "score.dimensions.read" => "信用分的五个组成部分（数字）",
                        "eligibility.check" => "您是否符合条件：是或否；符合时的条件，不符合时最多四条原因",
                        "credit_badge.write" => "您的信用等级（不含分数）：对方，以及所有在其网站上看到您个人主页的人",
                        "deposit_waiver.write" => "能否免押金、免多少；以及您在对方那里的免押订单",
                        "deferred_payment.write" => "能否先就诊后付费、额度多少；以及您在对方那里的就诊账单",
                        "fulfilment.write" => "对方还可以报告您履行约定的情况，用于您的信用分，并提供给其他征信机构",
                        _ => throw new ArgumentOutOfRangeException(nameof(scope)),
                    },
                Faults = new(
                    Title: "无法处理这个请求",
                    Lead: "没有任何信息被提供。请回到您来自的网站或应用，再试一次。",
                    Late: "这个请求已过期，或者是在另一个浏览器中打开的。",
                    Used: "这个请求已经答复过了。",
                    NoPartner: "提出请求的一方目前不能使用本服务。"
                ),
            },
            Badges = ChineseBadges,
            Faults = new(
                NotFoundTitle: "没有这个页面",
                NotFound: "请检查网址。",
                FormTitle: "这个表单已失效",
                Form: "页面打开得太久，或者它来自别处。没有任何改动。请返回并重新打开页面。",
                UnavailableTitle: "暂时无法使用",
                Unavailable: "没有任何改动。请稍后再试。",
                InternalTitle: "出现错误",
                Internal: "错误出在我们这里，已经记录下来。请稍后再试。"
            ),
        };
}
