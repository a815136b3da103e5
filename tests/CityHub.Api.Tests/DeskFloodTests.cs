namespace CityHub.Api.Tests;

/// <summary>A flood of alerts on the page.</summary>
public sealed class DeskFloodTests(WholeCity city) : IClassFixture<WholeCity>
{
    [Fact]
    public async Task In_a_flood_alerts_are_gathered_by_district_and_the_page_says_so()
    {
        var page = await city.SignedIn();
        for (var i = 0; i < 12; i++) await city.Say($"pole-{i + 10}", "door", "door-open", (TimeSpan.FromSeconds(8), 1), (TimeSpan.Zero, 1));
        await city.Say("pole-40", "hall", "smoke", (TimeSpan.Zero, 1));
        await page.See("#flood", "FLOOD");
        Assert.Contains("Gathered by district", await page.Text("#flood"), StringComparison.Ordinal);
        await page.See("#alerts > li.group", "12");
        await page.See("#alerts > li.critical:not(.group)", "city.pole-40.hall");   // what is critical and waits is not gathered
        Assert.Equal(2, await page.Count("#alerts > li"));
        await page.Press("j");
        await page.Press("j");
        await page.Press("Enter");
        await page.See("#alerts > li.within", "city.pole-10.door");
        Assert.Equal(14, await page.Count("#alerts > li"));
        await page.Press("a");
        await page.See("#act", "13 alerts");   // all that waits there, the critical one among them
        await page.Type("seen");
        await page.Press("Enter");
        await page.See("#alerts-note", "all acknowledged");
        await page.Press("g");
        await page.Gone("#alerts > li.group");
        Assert.Equal(13, await page.Count("#alerts > li .ack"));
        Assert.Contains("▲", await page.Text("#load [data-figure=now]"), StringComparison.Ordinal);
        Assert.Empty(await page.Noise());
    }
}
