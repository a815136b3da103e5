using CityHub.Api.Keys;
using CityHub.Contracts;
using SmartCity.Watch;

namespace CityHub.Api.Http;

/// <summary>Our enums' names where they stand outside of a JSON value.</summary>
internal static class Words
{
    public static string Of(Severity severity) => severity switch
    {
        SmartCity.Watch.Severity.Warning => "warning",
        SmartCity.Watch.Severity.Minor => "minor",
        SmartCity.Watch.Severity.Major => "major",
        SmartCity.Watch.Severity.Critical => "critical",
    };

    public static Severity? Severity(string text) => Enum.GetValues<Severity>().Cast<Severity?>().FirstOrDefault(s => Of(s!.Value) == text);

    public static readonly string[] Lists = ["open", "over", "held"];

    public static DeskListKind? DeskList(string text) => text switch { "" or "open" => DeskListKind.Open, "over" => DeskListKind.Over, "held" => DeskListKind.Held, _ => null };

    public static string Of(Role role) => role switch
    {
        Keys.Role.Read => "read",
        Keys.Role.Desk => "desk",
        Keys.Role.Admin => "admin",
    };

    public static Role? Role(string text) => Enum.GetValues<Role>().Cast<Role?>().FirstOrDefault(r => Of(r!.Value) == text);
}
