using CityHub.Api.Keys;
using CityHub.Contracts;
using SmartCity.Watch;
using SmartCity.Webhooks;

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

    public static EpisodeKind? EpisodeKind(string text) => Enum.GetValues<EpisodeKind>().Cast<EpisodeKind?>().FirstOrDefault(kind => EpisodeBody.Name(kind!.Value) == text);

    public static string Of(PayloadFormat format) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(format.ToString());

    public static PayloadFormat? Format(string text) => Enum.GetValues<PayloadFormat>().Cast<PayloadFormat?>().FirstOrDefault(format => Of(format!.Value) == text);

    public static string Of(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.Symmetric => "v1",
        SignatureScheme.Asymmetric => "v1a",
    };

    public static SignatureScheme? Signature(string text) => Enum.GetValues<SignatureScheme>().Cast<SignatureScheme?>().FirstOrDefault(scheme => Of(scheme!.Value) == text);

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
