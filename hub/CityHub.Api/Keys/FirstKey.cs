using CityHub.Silo.Register;

namespace CityHub.Api.Keys;

/// <summary>The key that a new hub starts with.</summary>
internal static class FirstKey
{
    /// <summary>Makes the first key unless the register has keys; returns it, to be shown once. Null: there are keys.</summary>
    /// <param name="file">Written with mode 0600 before the key is kept, so that no crash leaves a key that nobody holds; null: not written.</param>
    public static async Task<string?> Make(IRegister register, ApiKeys keys, string? file)
    {
        if (register.HasKeys()) return null;
        var key = ApiKeys.New();
        if (file is not null) Write(file, key);
        await keys.Keep(new("first", Role.Admin), key);
        return key;
    }

    private static void Write(string file, string key)
    {
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new StreamWriter(file, options);
        stream.WriteLine(key);
    }
}
