namespace CityHub.Silo.Tests.Watch;

/// <summary>The repository's rule files, found from where the tests run.</summary>
internal static class RuleFolders
{
    public static string Path(string relative)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(root!.FullName, "SmartCity.sln"))) root = root.Parent;
        return System.IO.Path.Combine(root.FullName, relative);
    }
}
