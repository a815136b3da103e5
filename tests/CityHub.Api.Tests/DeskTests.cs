using Rig;

namespace CityHub.Api.Tests;

/// <summary>The duty officer's page in a real browser, before a hub in which every part is real.</summary>
public sealed partial class DeskTests(WholeCity city) : IClassFixture<WholeCity>
{
    [Fact]
    public async Task An_alert_appears_by_itself_is_acknowledged_by_keyboard_and_shows_who_took_it_and_why()
    {
        var page = await city.SignedIn();
        await page.Mark();
        await city.Say("pole-21", "hall", "smoke", (TimeSpan.Zero, 1));
        await page.See("#alerts > li.critical", "city.pole-21.hall");
        Assert.True(await page.Marked(), "it came without a reload");
        Assert.Contains("CRITICAL", await page.Text("#alerts > li.critical .sev"), StringComparison.Ordinal);   // a word, not a colour alone
        Assert.Equal(1, await page.Count("#alerts > li:first-child .sev svg path"));                              // and a shape
        Assert.Contains("critical", await page.Text("#announce"), StringComparison.Ordinal);

        await page.Press("/");
        await page.Type("pole-21");
        await page.Press("Enter");
        await page.Press("j");
        Assert.Equal(await page.Attribute("#alerts > li", "data-id"), await page.Focus());
        Assert.True(await page.FocusShows(), "the focus can be seen");
        await page.Press("a");
        await page.See("#acknowledge");
        await page.Type("Engine 3 is on its way");
        await page.Press("Enter");
        await page.See("#alerts > li .ack", "anna");
        Assert.Contains("Engine 3 is on its way", await page.Text("#alerts > li .ack"), StringComparison.Ordinal);
        Assert.False(await page.Visible("#acknowledge"));

        await city.Say("pole-21", "hall", "smoke", (TimeSpan.Zero, 0));
        await page.Gone("#alerts > li", "city.pole-21.hall");
        Assert.Empty(await page.Noise());
    }

    [Fact]
    public async Task An_alert_that_is_over_stays_in_sight_until_someone_acknowledges_it()
    {
        var page = await city.SignedIn();
        await city.Say("pole-22", "cellar", "flood", (TimeSpan.Zero, 1));
        await page.See("#alerts > li", "city.pole-22.cellar");
        await city.Say("pole-22", "cellar", "flood", (TimeSpan.Zero, 0));
        await page.See("#over > li", "city.pole-22.cellar");
        await page.Gone("#alerts > li", "city.pole-22.cellar");
        await page.Click("#over > li:has-text('city.pole-22.cellar') button.go");
        await page.Press("Enter");
        await page.Gone("#over > li", "city.pole-22.cellar");
        Assert.Empty(await page.Noise());
    }

    [Fact]
    public async Task Enter_on_a_sensor_draws_its_last_day_with_units_times_and_gaps_as_gaps()
    {
        // Two runs of readings every 5 minutes, with a hole of 5 hours between them.
        var values = Enumerable.Range(0, 240).Select(i => TimeSpan.FromMinutes(1195 - 5 * i)).Where(ago => ago.TotalHours is < 9 or > 14)
            .Select(ago => (ago, 15 + 5 * Math.Sin(ago.TotalHours / 4))).ToArray();
        await city.Say("pole-23", "roof", "air-temperature", values);
        await Until.True(async () => (await city.Hub.Http.Ask("/v1/sensors/city.pole-23.roof")).Status == 200, "the sensor is known");
        var page = await city.SignedIn();
        await page.Press("3");
        await page.See("#pane-sensors [data-sensor='city.pole-23.roof']");
        await Until.True(async () =>
        {
            await page.Press("Tab");
            return await page.Attribute(":focus", "data-sensor") == "city.pole-23.roof";
        }, "Tab reaches the sensor");
        await page.Press("Enter");
        await page.See("#chart-body svg.plot");
        Assert.Equal("2", await page.Attribute("svg.plot", "data-runs"));
        Assert.Equal(2, await page.Count("svg.plot polyline.mean"));
        Assert.Equal("2", await page.Attribute("svg.plot", "data-gaps"));   // the hole, and the start of the day before the first reading
        var words = await page.Texts("svg.plot text");
        Assert.Contains("°C", words);
        Assert.Contains(words, w => w.EndsWith(":00", StringComparison.Ordinal));
        Assert.Contains("no data", words);
        Assert.Contains("air temperature of city.pole-23.roof", await page.Attribute("svg.plot", "aria-label"), StringComparison.Ordinal);
        Assert.Empty(await page.Noise());
    }

    [Fact]
    public async Task A_hub_that_falls_silent_raises_a_banner_after_20_seconds_and_its_return_takes_it_away()
    {
        var page = await city.SignedIn();
        Assert.Empty(await page.Noise());
        Assert.False(await page.Visible("#banner"));
        await city.Hub.Process.Stop();
        await page.See("#link[data-state=connecting]");
        Assert.False(await page.Visible("#banner"));
        await page.Later(TimeSpan.FromSeconds(21));
        await page.See("#banner");
        Assert.Matches(@"No word from the hub since \d\d:\d\d:\d\d", await page.Text("#banner"));
        Assert.Equal("alert", await page.Attribute("#banner", "role"));
        await city.Hub.Up();
        await page.Later(TimeSpan.FromSeconds(6));   // the next attempt to reconnect
        await page.Gone("#banner");
        await page.See("#link[data-state=live]");
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(3840, 2160)]
    public async Task The_page_fits_a_desk_and_a_wall(int width, int height)
    {
        await city.Say("pole-24", "gate", "smoke", (TimeSpan.Zero, 1));
        await city.Page.Open(city.Address, width, height);
        await city.Page.See("#sign-in");
        await city.Page.Type(city.DeskKey);
        await city.Page.Press("Enter");
        await city.Page.See("#alerts > li", "city.pole-24.gate");
        Assert.False(await city.Page.Overflows());
    }

    [Fact]
    public async Task An_unknown_key_is_refused_in_words_and_help_and_tabs_open_by_key()
    {
        var page = city.Page;
        await page.Open(city.Address);
        await page.See("#sign-in");
        await page.Type("chk_nothing");
        await page.Press("Enter");
        await page.See("#sign-in-wrong", "not known");
        await page.Fill("#key", city.DeskKey);
        await page.Press("Enter");
        await page.See("#link[data-state=live]");
        await page.Press("?");
        await page.See("#help", "acknowledge it, with a note");
        Assert.Contains("anna", await page.Text("#who"), StringComparison.Ordinal);
        await page.Press("Escape");
        await page.Press("2");
        await page.See("#pane-nodes");
        Assert.Equal("true", await page.Attribute("#tab-nodes", "aria-selected"));
    }
}
