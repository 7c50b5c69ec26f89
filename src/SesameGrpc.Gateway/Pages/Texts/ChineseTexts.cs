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
                Sandbox: "测试环境:这里的人和分数都不是真实的。"
            ),
            Login = new(
                Title: "登录",
                Lead: "请选择或输入一个测试人员的编号。",
                Person: "测试人员编号",
                Hint: "例如 test-650:分数为 650 的人。",
                Submit: "登录",
                Unknown: "没有这个测试人员。",
                Failed: "登录没有完成。您可以再试一次。",
                Again: "再次登录",
                LoggedOutTitle: "您已退出登录",
                LoggedOut: "现在可以关闭这个页面。"
            ),
            OptIn = new(
                Title: "您还没有加入",
                Lead: "只有您自己决定加入以后,合作方才可能得知关于您的信息。",
                WhatHappens: "加入以后会为您计算信用分。您可以随时退出,退出后分数会被删除。",
                Nobody: "仅仅加入,还没有任何合作方得知任何信息:每一个合作方都要先得到您的同意。",
                Submit: "加入",
                Leave: "不加入,退出登录"
            ),
            Faults = new(
                NotFoundTitle: "没有这个页面",
                NotFound: "请检查网址。",
                FormTitle: "这个表单已失效",
                Form: "页面打开得太久,或者它来自别处。没有任何改动。请返回并重新打开页面。",
                UnavailableTitle: "暂时无法使用",
                Unavailable: "没有任何改动。请稍后再试。",
                InternalTitle: "出现错误",
                Internal: "错误出在我们这里,已经记录下来。请稍后再试。"
            ),
        };
}
