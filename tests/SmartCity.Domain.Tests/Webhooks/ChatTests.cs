using System.Text;
using System.Text.Json;
using CsCheck;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

/// <summary>Chat messages: what a rule or a person wrote never becomes markup, a mention or a line of its own.</summary>
public sealed class ChatTests
{
    private static readonly Instant T0 = Instant.From(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));

    private static readonly Episode Hot = new(new("6f1c"), "heat", 3, new("elbe.pole-7.bme280"), Quantity.AirTemperature, Severity.Critical, T0, 41.5)
    {
        District = "neustadt", Message = "Over 40 °C", RaisedAt = T0, RunBook = "https://city.example/heat|x?a=1&b=2", SeverityAt = T0, ClearedAt = null,
    };

    private static Notice Told(Episode episode, EpisodeNews news = EpisodeNews.Raised) => new(episode, news, "msg_1", "sub_1", 1, T0) { AcknowledgeUrl = "https://hub.example/a/1" };

    private static JsonElement Write(PayloadFormat format, Notice notice) => JsonDocument.Parse(NoticeText.Write(format, notice)).RootElement;

    [Fact]
    public void Slack_reads_its_three_control_characters_as_text()
    {
        var slack = Write(PayloadFormat.Slack, Told(Hot with { Message = "<!channel> R&D > *all*" }));
        Assert.False(slack.GetProperty("mrkdwn").GetBoolean());
        Assert.Equal(
            """
            CRITICAL: &lt;!channel&gt; R&amp;D &gt; *all*
            District: neustadt
            Sensor: elbe.pole-7.bme280
            Value: air-temperature 41.5 Cel
            Since: 2026-11-23 14:00:00 UTC
            Rule: heat
            <https://hub.example/a/1|Acknowledge>
            <https://city.example/heat%7Cx?a=1&amp;b=2|What to do>
            """, slack.GetProperty("text").GetString());
    }

    [Fact]
    public void Teams_gets_text_runs_which_know_no_markdown_and_buttons_for_links()
    {
        var teams = Write(PayloadFormat.Teams, Told(Hot with { Message = "[click](https://evil.example) **now**" }));
        var card = teams.GetProperty("attachments")[0].GetProperty("content");
        Assert.Equal(("message", "AdaptiveCard", "1.4"), (teams.GetProperty("type").GetString(), card.GetProperty("type").GetString(), card.GetProperty("version").GetString()));
        Assert.All(card.GetProperty("body").EnumerateArray(), block => Assert.Equal("RichTextBlock", block.GetProperty("type").GetString()));
        Assert.Equal("CRITICAL: [click](https://evil.example) **now**", card.GetProperty("body")[0].GetProperty("inlines")[0].GetProperty("text").GetString());
        Assert.Equal(["https://hub.example/a/1", Hot.RunBook], card.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("url").GetString()));
    }

    [Fact]
    public void DingTalk_gets_plain_text_that_mentions_nobody()
    {
        var ding = Write(PayloadFormat.DingTalk, Told(Hot));
        Assert.Equal("text", ding.GetProperty("msgtype").GetString());
        Assert.StartsWith("CRITICAL: Over 40 °C\nDistrict: neustadt\n", ding.GetProperty("text").GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.False(ding.GetProperty("at").GetProperty("isAtAll").GetBoolean());
    }

    [Theory]
    [InlineData("<@all>")]
    [InlineData("<at user_id=\"all\">Everyone</at>")]
    public void Nobody_is_mentioned_by_what_a_rule_says(string message)
    {
        Assert.DoesNotContain("<@", Write(PayloadFormat.WeCom, Told(Hot with { Message = message })).GetProperty("text").GetProperty("content").GetString(), StringComparison.Ordinal);
        var post = Write(PayloadFormat.Feishu, Told(Hot with { Message = message })).GetProperty("content").GetProperty("post").GetProperty("en_us");
        Assert.Equal($"CRITICAL: {message}", post.GetProperty("title").GetString());
        Assert.All(post.GetProperty("content").EnumerateArray().SelectMany(line => line.EnumerateArray()), part => Assert.Contains(part.GetProperty("tag").GetString(), (string[])["text", "a"]));
    }

    [Fact]
    public void WeCom_never_gets_more_than_it_takes() => Gen.Select(Gen.String[Gen.Char['\u0000', '\uD7FF'], 0, 2000], Gen.String[Gen.Char['a', '\u9FFF'], 0, 900]).Sample((message, note) =>
    {
        var text = Write(PayloadFormat.WeCom, Told(Hot with { Message = message, District = note, Acknowledged = new(note, T0, note) })).GetProperty("text").GetProperty("content").GetString()!;
        return Encoding.UTF8.GetByteCount(text) <= WeComText.MaxBytes && text.StartsWith("CRITICAL", StringComparison.Ordinal);
    });

    [Fact]
    public void A_text_of_several_lines_stays_in_its_own() =>
        Assert.StartsWith("CRITICAL: fire out  CLEARED\n", Write(PayloadFormat.DingTalk, Told(Hot with { Message = "fire out\n\u0085CLEARED" })).GetProperty("text").GetProperty("content").GetString(), StringComparison.Ordinal);

    [Theory]
    [InlineData(EpisodeKind.Exercise, EpisodeNews.Raised, "EXERCISE, EXERCISE: CRITICAL: Over 40 °C")]
    [InlineData(EpisodeKind.Test, EpisodeNews.Test, "TEST: nothing has happened: Over 40 °C")]
    [InlineData(EpisodeKind.Actual, EpisodeNews.SeverityChanged, "now CRITICAL: Over 40 °C")]
    [InlineData(EpisodeKind.Actual, EpisodeNews.Cleared, "CLEARED: Over 40 °C")]
    [InlineData(EpisodeKind.Actual, EpisodeNews.Withdrawn, "WITHDRAWN, it never was: Over 40 °C")]
    public void The_first_words_say_whether_it_is_real_and_what_happened(EpisodeKind kind, EpisodeNews news, string title) =>
        Assert.Equal(title, ChatText.Of(Told(Hot with { Kind = kind, ClearedAt = T0, WithdrawnAt = T0 }, news)).Title);

    [Fact]
    public void What_is_over_offers_nothing_to_acknowledge() =>
        Assert.DoesNotContain("Acknowledge", ChatText.Of(Told(Hot with { ClearedAt = T0 }, EpisodeNews.Cleared)).Lines(), StringComparison.Ordinal);

    [Fact]
    public void Every_format_writes_every_news_of_whatever_texts_come_below_twenty_thousand_bytes() =>
        Gen.Select(Gen.Enum<PayloadFormat>(), Gen.Enum<EpisodeNews>(), Gen.String, Gen.String, Gen.Bool).Sample((format, news, message, name, over) =>
        {
            var episode = Hot with { Message = message, District = name, Department = name, Acknowledged = new(name, T0, message), ClearedAt = over || news == EpisodeNews.Cleared ? T0 : null, WithdrawnAt = news == EpisodeNews.Withdrawn ? T0 : null };
            var body = NoticeText.Write(format, Told(episode, news) with { Before = Severity.Minor, Earlier = [new("msg_0", "episode.raised", T0, false)] });
            if (format == PayloadFormat.Cap) System.Xml.Linq.XDocument.Parse(Encoding.UTF8.GetString(body));
            else JsonDocument.Parse(body).Dispose();
            return body.Length < EpisodeBody.MaxBytes;
        });
}
