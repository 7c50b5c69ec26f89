// Builds the documentation as static pages: dotnet run --project src/SesameGrpc.DocSite [FOLDER [ADDRESS]]
// FOLDER is where they go, by default artifacts/site; ADDRESS is where the repository's files can be read, so that links to them lead there.
using SesameGrpc.DocSite;

var root = Repository.FindRoot();
var folder = Path.GetFullPath(args.ElementAtOrDefault(0) ?? Path.Combine(root, "artifacts", "site"));
try
{
    var pages = Site.Read(root).Write(folder, args.ElementAtOrDefault(1));
    Console.WriteLine($"{pages} pages in {Path.GetRelativePath(Environment.CurrentDirectory, folder)}");
    return 0;
}
catch (DocumentationException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
