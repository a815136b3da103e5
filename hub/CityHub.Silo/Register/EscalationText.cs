using System.Text.Json;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Register;

/// <summary>Escalations as the register keeps them: a JSON array, oldest first.</summary>
internal static class EscalationText
{
    private sealed record Row(int Step, string Department, int? Severity, string By, long At, string Why);

    public static string? Write(Escalation? last) => last is null ? null : JsonSerializer.Serialize(
        last.All.Reverse().Select(one => new Row(one.Step, one.Department, (int?)one.Severity, one.By, one.At.UnixMilliseconds, one.Why)));

    public static Escalation? Read(string text) => JsonSerializer.Deserialize<Row[]>(text)!.Aggregate((Escalation?)null,
        (before, row) => new(row.Step, row.Department, (Severity?)row.Severity, row.By, new(row.At), row.Why, before));
}
