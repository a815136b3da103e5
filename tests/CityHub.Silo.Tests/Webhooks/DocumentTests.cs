using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>What docs/webhooks.md shows to an integrator is what runs.</summary>
public sealed class DocumentTests
{
    private static readonly string Document = File.ReadAllText(Find());

    [Fact]
    public void The_body_in_the_document_has_the_fields_that_are_sent_in_their_order()
    {
        using var shown = System.Text.Json.JsonDocument.Parse(Regex.Match(Document, "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value);
        var at = new SmartCity.Readings.Instant(0);
        var episode = new SmartCity.Watch.Episode(new("e"), "r", 1, new("s"), SmartCity.Readings.Quantity.Smoke, SmartCity.Watch.Severity.Major, at, 1) { RaisedAt = at };
        using var sent = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(EpisodeBody.Write(new(episode, EpisodeNews.Raised, "msg_1", "sub_1", 17, at))));
        static string[] Names(System.Text.Json.JsonElement of) => [.. of.EnumerateObject().Select(field => field.Name)];
        Assert.Equal(Names(sent.RootElement), Names(shown.RootElement));
        Assert.Equal(Names(sent.RootElement.GetProperty("data")), Names(shown.RootElement.GetProperty("data")));
    }

    [Fact]
    public void Every_setting_in_the_document_exists_and_every_setting_is_in_it()
    {
        var table = Document[Document.IndexOf("## Settings", StringComparison.Ordinal)..];
        var named = Regex.Matches(table, "^\\| (`.*?`(?:, `.*?`)*) \\|", RegexOptions.Multiline).SelectMany(row => Regex.Matches(row.Groups[1].Value, "`(\\w+)`").Select(name => name.Groups[1].Value));
        Assert.Equal(typeof(Silo.Webhooks.WebhookOptions).GetProperties().Select(property => property.Name).Order(), named.Order());
    }

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/webhooks.md"));
}
