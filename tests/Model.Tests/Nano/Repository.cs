namespace SuTI.Model.Tests.Nano;

static class Repository
{
    internal static string Root { get; } = Find();

    static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "SuTI.sln")))
                return at.FullName;
        }
        throw new DirectoryNotFoundException("SuTI.sln is not above the tests.");
    }
}
