using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Department;

/// <summary>What the program was started with.</summary>
public sealed record Arguments(int Port, string? SecretFile, string? CountFile, bool Json, Uri? Hub, string? KeyFile, IReadOnlyList<string> Departments)
{
    public const string Usage = """
        Receives alerts, verifies their signatures and prints one line each.

          Department --port N --secret-file F                       the subscription exists; F holds its whsec_… secret
          Department --port N --subscribe HUB --key-file K          subscribes itself; K holds an API key of the hub

          --department A,B   with --subscribe: the departments to hear for; default: all that the hub's rules name
          --secret-file F    with --subscribe: where its secret is kept; default: department-secret beside the key file
          --json             one JSON object a line instead of text
          --count F          keeps the counts in file F, as JSON
        """;

    public static bool TryRead(string[] args, [NotNullWhen(true)] out Arguments? arguments, [NotNullWhen(false)] out string? fault)
    {
        arguments = null;
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json") given["--json"] = "";
            else if (args[i] is not ("--port" or "--secret-file" or "--count" or "--subscribe" or "--key-file" or "--department")) return Fail($"No such option: {args[i]}", out fault);
            else if (i + 1 == args.Length) return Fail($"{args[i]} wants a value.", out fault);
            else given[args[i]] = args[++i];
        }

        if (!int.TryParse(given.GetValueOrDefault("--port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > 65535) return Fail("--port wants a number from 1 to 65535.", out fault);
        Uri? hub = null;
        if (given.TryGetValue("--subscribe", out var address) && (!Uri.TryCreate(address, UriKind.Absolute, out hub) || hub.Scheme is not ("http" or "https"))) return Fail("--subscribe wants the hub's address, like http://127.0.0.1:8080.", out fault);
        var keyFile = given.GetValueOrDefault("--key-file");
        if (hub is not null && keyFile is null) return Fail("--subscribe wants --key-file too.", out fault);
        var secretFile = given.GetValueOrDefault("--secret-file") ?? (keyFile is null ? null : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(keyFile))!, "department-secret"));
        if (secretFile is null) return Fail("--secret-file or --subscribe is wanted.", out fault);
        fault = null;
        arguments = new(port, secretFile, given.GetValueOrDefault("--count"), given.ContainsKey("--json"), hub, keyFile,
            given.GetValueOrDefault("--department")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? []);
        return true;
    }

    private static bool Fail(string text, out string fault)
    {
        fault = text;
        return false;
    }
}
