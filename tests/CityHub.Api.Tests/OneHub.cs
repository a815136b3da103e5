namespace CityHub.Api.Tests;

/// <summary>One hub for all tests of a class that leave each other alone.</summary>
public sealed class OneHub : IAsyncLifetime
{
    public ApiHost Hub { get; private set; } = null!;

    public async Task InitializeAsync() => Hub = await ApiHost.Start();

    public async Task DisposeAsync() => await Hub.DisposeAsync();
}
