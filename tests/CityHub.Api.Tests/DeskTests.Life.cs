using Rig;

namespace CityHub.Api.Tests;

/// <content>The life of an alert on the page, by keyboard.</content>
public sealed partial class DeskTests
{
    [Fact]
    public async Task A_shelved_alert_leaves_the_list_is_listed_with_its_reason_and_comes_back_when_it_is_ended()
    {
        var page = await city.SignedIn();
        await city.Say("pole-31", "kitchen", "smoke", (TimeSpan.Zero, 1));
        await page.See("#alerts > li", "city.pole-31.kitchen");
        await Pick(page, "pole-31");
        await page.Press("s");
        await page.See("#act", "Shelve");
        await page.Press("Tab");
        await page.Type("the oven again");
        await page.Press("Enter");
        await page.Gone("#act");
        await page.Gone("#alerts > li", "city.pole-31.kitchen");
        await page.Press("h");
        await page.See("#pane-held .row", "city.pole-31.kitchen");
        Assert.Contains("shelved by anna: the oven again", await page.Text("#pane-held .row .reason"), StringComparison.Ordinal);
        await page.Press("p");
        await page.See("#pane-aside tbody tr", "sensor city.pole-31.kitchen");
        await page.Click("#pane-aside tbody tr:has-text('city.pole-31.kitchen') button");
        await page.See("#act", "End it");
        await page.Type("it burns after all");
        await page.Press("Enter");
        await page.Gone("#act");
        await page.Press("o");
        await page.See("#alerts > li", "city.pole-31.kitchen");
        await city.Say("pole-31", "kitchen", "smoke", (TimeSpan.Zero, 0));
        Assert.Empty(await page.Noise());
    }

    [Fact]
    public async Task A_forecast_behind_an_alert_is_drawn_with_its_band_and_the_time_at_which_it_crosses()
    {
        var page = await city.SignedIn();
        await File.WriteAllTextAsync(Path.Combine(city.Rules, "ahead.yaml"), "rules: [{ id: flood-ahead, quantity: water-level, above: 2.5, forecast: { within: 1h }, severity: minor, department: water, message: The water will be over the bank. }]");
        await Until.True(async () => (await city.Hub.Http.Ask("/v1/rules")).Json["rules"]!.AsArray().Any(rule => rule!.Text("id") == "flood-ahead"), "the rule is in force");
        // To 2.6 m every six hours; the last flood is under way, and the bank an hour's sixth ahead.
        foreach (var part in Enumerable.Range(0, 1213).Chunk(200)) await city.Say("pole-39", "gauge", "water-level", [.. part.Select(minute => (TimeSpan.FromMinutes(1212 - minute), 1 + 1.6 * Math.Abs(Math.Sin(Math.PI * minute / 360))))]);
        await page.See("#alerts > li", "city.pole-39.gauge");
        await Pick(page, "pole-39");
        await page.Press("Enter");
        await page.See("#pane-alert .forecast figcaption", "Crosses 2.5 m in");
        Assert.Matches(@"^Crosses 2\.5 m in \d+ min, (between \d+ min and \d+ min|not before \d+ min, perhaps later than \d+ min)\.$", await page.Text("#pane-alert .forecast figcaption"));
        Assert.Equal((1, 1, 1), (await page.Count("#pane-alert .forecast .band"), await page.Count("#pane-alert .forecast .level"), await page.Count("#pane-alert .forecast .crossing")));
        foreach (var (width, height) in ((int, int)[])[(1920, 1080), (390, 844)])
        {
            await page.Resize(width, height);
            Assert.False(await page.Overflows(), $"nothing sticks out at {width}");
        }
        Assert.Empty(await page.Noise());
        File.Delete(Path.Combine(city.Rules, "ahead.yaml")); // its alert is withdrawn
        await page.Gone("#alerts > li", "city.pole-39.gauge");
    }

    [Fact]
    public async Task The_page_shows_one_desk_of_the_desk_file_or_the_whole_city_and_keeps_that()
    {
        var page = await city.SignedIn();
        Assert.False(await page.Visible("#desks"));
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(city.Rules, "desk")).FullName, "desk.yaml");
        await File.WriteAllTextAsync(file, "desks: { fire-brigade: { departments: [fire] }, water-board: { departments: [water] } }");
        await city.Say("pole-38", "kitchen", "smoke", (TimeSpan.Zero, 1));
        await page.See("#alerts > li", "city.pole-38.kitchen");
        await page.See("#desks");
        await page.Resize(390, 844);
        Assert.False(await page.Overflows(), "nothing sticks out on a phone");
        await page.Choose("#desk-pick", "water-board");
        await page.Gone("#alerts > li", "city.pole-38.kitchen");
        await page.Choose("#desk-pick", "fire-brigade");
        await page.See("#alerts > li", "city.pole-38.kitchen");
        await page.Choose("#desk-pick", "water-board");
        await page.Gone("#alerts > li", "city.pole-38.kitchen");
        await page.Reload();
        await page.See("#link[data-state=live]");
        await page.See("#desks");
        Assert.Equal(0, await page.Count("#alerts > li:has-text('city.pole-38.kitchen')"));
        File.Delete(file); // a desk that is gone gives way to the whole city
        await page.See("#alerts > li", "city.pole-38.kitchen");
        await city.Say("pole-38", "kitchen", "smoke", (TimeSpan.Zero, 0));
        Assert.DoesNotContain(await page.Noise(), line => !line.Contains("404", StringComparison.Ordinal) && !line.Contains("422", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Enter_shows_all_about_an_alert_and_what_is_done_appears_in_its_history()
    {
        var page = await city.SignedIn();
        await city.Say("pole-32", "cellar", "flood", (TimeSpan.Zero, 1));
        await page.See("#alerts > li", "city.pole-32.cellar");
        await Pick(page, "pole-32");
        await page.Press("Enter");
        await page.See("#pane-alert .history", "raised");
        await page.Press("c");
        await page.See("#act", "Comment");
        await page.Type("Pump 2 is on its way");
        await page.Press("Enter");
        await page.See("#pane-alert .history", "Pump 2 is on its way");
        await page.Press("n");
        await page.Type("pump crew");
        await page.Press("Enter");
        await page.See("#alerts > li .who", "pump crew");
        await page.Press("e");
        await page.See("#act", "Escalate");
        await page.Press("Enter");   // a reason is needed: the form does not go
        Assert.True(await page.Visible("#act"));
        await page.Press("Escape");
        await city.Say("pole-32", "cellar", "flood", (TimeSpan.Zero, 0));
        Assert.Empty(await page.Noise());
    }

    [Fact]
    public async Task A_drill_is_told_from_a_real_alert_by_word_shape_and_colour_and_is_ended_by_key()
    {
        var page = await city.SignedIn();
        await city.Say("pole-33", "hall", "smoke", (TimeSpan.Zero, 1));
        await page.See("#alerts > li", "city.pole-33.hall");
        await page.Press("d");
        await page.See("#act", "Drill or test");
        await page.Fill("#act-district", "harbour");
        await page.Fill("#act-message", "Flood drill at the sea lock");
        await page.Press("Enter");
        await page.See("#alerts > li.drill", "Flood drill at the sea lock");
        Assert.Contains("DRILL", await page.Text("#alerts > li.drill .sev"), StringComparison.Ordinal);
        Assert.Contains("drill, not real", await page.Text("#announce"), StringComparison.Ordinal);
        Assert.NotEqual(await page.Attribute("#alerts > li.critical:not(.unreal) .sev path", "d"), await page.Attribute("#alerts > li.drill .sev path", "d"));
        Assert.NotEqual(await page.Style("#alerts > li.critical:not(.unreal) .sev", "color"), await page.Style("#alerts > li.drill .sev", "color"));
        await Pick(page, "sea lock");
        await page.Press("x");
        await page.See("#act", "End the drill");
        await page.Type("all safe");
        await page.Press("Enter");
        await page.Gone("#alerts > li.drill");
        await city.Say("pole-33", "hall", "smoke", (TimeSpan.Zero, 0));
        Assert.Empty(await page.Noise());
    }

    private static async Task Pick(BrowserPage page, string text)
    {
        await page.Press("/");
        await page.Fill("#filter", text);
        await page.Press("Enter");
        await page.Press("j");
    }
}
