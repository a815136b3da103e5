namespace CityHub.Silo.Timeline.Influx;

/// <summary>A password or token: the first line of a file, or a variable of the environment. Read when first needed, and again after it was refused. Never shown. Thread-safe.</summary>
internal sealed class InfluxSecret(string? file, string variable)
{
    private volatile string? _known;

    /// <summary>Empty: there is none.</summary>
    public string Value => _known ??= Read();

    public void Forget() => _known = null;

    public override string ToString() => file is null ? $"${variable}" : file;

    private string Read()
    {
        try
        {
            if (!string.IsNullOrEmpty(file)) return File.ReadLines(file).FirstOrDefault()?.Trim() ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // the server's refusal says so, and the file is read again
        }
        return Environment.GetEnvironmentVariable(variable)?.Trim() ?? "";
    }
}
