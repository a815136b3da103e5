using System.Net;
using CityHub.Api.Endpoints;
using CityHub.Api.Events;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Api.Metrics;
using CityHub.Contracts;
using CityHub.Silo.Timeline;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CityHub.Api.Hosting;

/// <summary>Puts the hub together: the silo's parts in this process, the API and the page before them.</summary>
internal static class HubHost
{
    /// <summary>Services of the whole hub. Nothing is opened yet, so that settings can be checked first.</summary>
    /// <param name="silo">Adds the parts behind the API.</param>
    public static WebApplicationBuilder Services(IConfigurationRoot settings, Action<IServiceCollection, IConfiguration> silo)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "CityHub.Api" });
        builder.Configuration.AddConfiguration(settings);
        builder.Logging.AddConfiguration(settings.GetSection("Logging")).AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        // What keeps the host from starting is said in one line by HubStartup, not as a stack trace on top of it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (!settings.GetSection("Logging:LogLevel").Exists()) builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel((_, kestrel) =>
        {
            var options = kestrel.ApplicationServices.GetRequiredService<IOptions<ApiOptions>>().Value;
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Limits.BodyBytes;
            kestrel.Limits.MaxConcurrentConnections = options.MaxStreams + 512;
            kestrel.Listen(EndpointAttribute.Parse(options.Listen) ?? new IPEndPoint(IPAddress.Loopback, 8080));
        });

        var services = builder.Services;
        services.AddSingleton<IConfiguration>(settings);
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptionsValidator>().AddOptions<ApiOptions>()
            .BindConfiguration("Api", b => b.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        silo(services, settings);
        services.AddRouting().AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<WallClock>().AddSingleton<HubStart>().AddSingleton<StreamCount>();
        services.AddSingleton<ApiKeys>().AddSingleton<LatestValues>();
        services.AddSingleton(s => new FailedAttempts(s.GetRequiredService<TimeProvider>(), s.GetRequiredService<IOptions<ApiOptions>>().Value.FailedKeysPerMinute));
        services.AddSingleton(_ => new MetricTable());
        services.AddSingleton(s => new EventRing(s.GetRequiredService<IOptions<ApiOptions>>().Value.EventsKept));
        services.AddHostedService<EventFeed>();
        services.AddHostedService(s => new FigureLoop(s.GetService<ITimeline>(), s.GetRequiredService<ICity>(), s.GetRequiredService<MetricTable>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<FigureLoop>>()));
        services.ConfigureHttpJsonOptions(json =>
        {
            // What the document says of a type is what ApiJson writes.
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            json.SerializerOptions.NumberHandling = ApiJson.Default.Options.NumberHandling;
            foreach (var converter in ApiJson.Default.Options.Converters) json.SerializerOptions.Converters.Add(converter);
        });
        services.AddApiDocument();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        return builder;
    }

    /// <summary>The way of a request: problems, then the route, then the key, then the endpoint.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        _ = app.Services.GetRequiredService<MetricTable>();   // listens before the first figure is told
        _ = app.Services.GetRequiredService<HubStart>();
        app.UseProblems();
        app.UseRouting();
        app.UseMiddleware<KeyGate>();
        app.MapSensors();
        app.MapCommands();
        app.MapReadings();
        app.MapTimeline();
        app.MapNodesAndDistricts();
        app.MapNodeCalls();
        app.MapAlerts();
        app.MapDeskLists();
        app.MapSubscriptions();
        app.MapDeliveries();
        app.MapAcknowledgements();
        app.MapEvidence();
        app.MapRules();
        app.MapRehearsals();
        app.MapEvents();
        app.MapKeys();
        app.MapHealth();
        app.MapDesk();
        app.MapOpenApi("/openapi/{documentName}.json");
        return app;
    }
}
