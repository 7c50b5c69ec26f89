return await SesameGrpc.Cli.CommandTree.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
