using System.Security.Cryptography;
using SmartCity.Webhooks;

namespace Department;

/// <summary>The signing secret in a file that only its owner can read. Nothing here ever prints it.</summary>
public static class SecretFile
{
    /// <exception cref="InvalidDataException">It holds no secret.</exception>
    public static WebhookSecret Read(string path) =>
        WebhookSecret.TryParse(File.ReadAllText(path).Trim(), out var secret, out var fault) ? secret : throw new InvalidDataException($"{path} holds no webhook secret: {fault}.");

    public static WebhookSecret ReadOrMake(string path, out bool made)
    {
        made = !File.Exists(path);
        if (!made) return Read(path);
        var secret = WebhookSecret.Create(RandomNumberGenerator.GetBytes(WebhookSecret.NewBytes));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.WriteLine(secret.Reveal());
        return secret;
    }
}
