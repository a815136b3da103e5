namespace CityHub.Api.Tests;

public sealed class RepairHistoryTests : IAsyncLifetime
{
    private ApiHost _hub = null!;

    public async Task InitializeAsync() => _hub = await ApiHost.Start();

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task History_says_what_was_repaired_and_how()
    {
        var (_, history) = await _hub.Reader.Ask("/v1/sensors/harbour-01/history?quantity=air-temperature&from=2026-11-23T00:00:00Z&to=2026-11-23T00:20:00Z");
        var repairs = history["repairs"]!.AsArray();
        Assert.Equal(2, repairs.Count);
        Assert.Equal(("2026-11-23T00:09:00.000Z", 20.09, "interpolation", 0.9), (repairs[0]!.Text("at"), (double)repairs[0]!["value"]!, repairs[0]!.Text("method"), (double)repairs[0]!["confidence"]!));
    }
}
