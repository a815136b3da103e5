using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using CityHub.Silo.Timeline.Influx;
using CityHub.Silo.Twins;
using CityHub.Silo.Watch;
using CityHub.Silo.Watch.Desk;
using CityHub.Silo.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CityHub.Silo;

/// <summary>Puts the hub together: from here one reading's way can be followed, wired in order.</summary>
public static class CityHubServices
{
    /// <summary>Adds the whole hub. Settings are checked at the start, all at once, typos included.</summary>
    public static void AddCityHub(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddChecked<HubOptions, HubOptionsValidator>("Hub");
        services.AddChecked<MqttOptions, MqttOptionsValidator>("Mqtt");
        services.AddChecked<RulesOptions, RulesOptionsValidator>("Rules");
        services.AddChecked<DeskOptions, DeskOptionsValidator>("Desk");
        services.AddChecked<StoresOptions, StoresOptionsValidator>("Stores");
        // What their own sections do not say lies in the folder of the stores.
        services.AddOptions<TimelineOptions>().Configure<IOptions<StoresOptions>>((timeline, stores) => timeline.Folder = Path.Combine(stores.Value.Directory, "timeline"));
        services.AddSingleton<IValidateOptions<TimelineOptions>, RetentionValidator>().AddChecked<TimelineOptions, TimelineOptionsValidator>("Timeline");
        services.AddOptions<RegisterOptions>().Configure<IOptions<StoresOptions>>((register, stores) => register.Path = Path.Combine(stores.Value.Directory, "register.db"));
        services.AddChecked<RegisterOptions, RegisterOptionsValidator>("Register");
        services.AddChecked<PostgresOptions, PostgresOptionsValidator>("Postgres");
        services.AddChecked<EngineOptions, EngineOptionsValidator>("Engine");

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(p => new CityClock(p.Settings<HubOptions>().Clock, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HubMetrics>().AddSingleton<GroupHosts>().AddSingleton(p => new HubState(p.GetRequiredService<GroupHosts>(), p.GetRequiredService<ITimeline>()));
        services.AddTelemetry();
        services.AddTimeline();
        services.AddTwins(configuration);
        services.AddWatch();
        services.AddWebhooks();
        services.AddSingleton<HubLoop>().AddHostedService(p => p.GetRequiredService<HubLoop>());
    }

    private static void AddTimeline(this IServiceCollection services)
    {
        services.AddChecked<InfluxOptions, InfluxOptionsValidator>("Influx");
        services.AddChecked<ExportOptions, ExportOptionsValidator>("Export");
        services.TryAddSingleton<ITimeline>(p => p.Settings<TimelineOptions>().Store switch
        {
            TimelineStore.Sqlite => new SqliteTimeline(p.Settings<TimelineOptions>(), p.GetRequiredService<TimeProvider>(), p.Log<SqliteTimeline>(), () => p.GetRequiredService<CityClock>().Now),
            TimelineStore.Influx => new InfluxTimeline(p.Settings<TimelineOptions>(), p.Settings<InfluxOptions>(), p.GetRequiredService<Places>().TagsOf, () => p.GetRequiredService<CityClock>().Now,
                p.GetRequiredService<TimeProvider>(), p.Log<InfluxTimeline>()),
        });
        services.AddSingleton<TimelineLoops>();
    }

    private static void AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<Refusals>()
        .AddSingleton<HubVoice>()
        .AddSingleton(p => new EnrolledNodes(p.Settings<HubOptions>().EnrolledFile, p.Log<EnrolledNodes>()))
        .AddSingleton(p => new IngestBudget(p.Settings<HubOptions>().IngestLimitMegabytes * 1024L * 1024));

    private static void AddTwins(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton<EventFeed>()
        .AddSingleton<Places>()
        .AddSingleton<Neighbourhoods>()
        .AddSingleton(p => new UnstoredRows(p.Settings<HubOptions>().UnstoredLimit))
        .AddSingleton<GroupHostParts>()
        .AddGroups(configuration)
        .AddSingleton<ICity, City>();

    private static IServiceCollection AddGroups(this IServiceCollection services, IConfiguration configuration)
    {
#if ORLEANS
        if (Enum.TryParse<EngineKind>(configuration["Engine:Kind"], ignoreCase: true, out var kind) && kind == EngineKind.Orleans) return Twins.Orleans.OrleansWiring.AddClusterGroups(services, configuration);
#else
        _ = configuration; // another engine is refused when the settings are checked
#endif
        return services.AddLocalGroups();
    }

    /// <summary>One group host of all groups, whose twins are the city's.</summary>
    private static IServiceCollection AddLocalGroups(this IServiceCollection services) => services
        .AddSingleton(p => new GroupHost(p.Settings<HubOptions>().GroupsOrDefault, p.GetRequiredService<GroupHostParts>()))
        .AddSingleton<IGroups, LocalGroups>()
        .AddSingleton<ITwinViews>(p => p.GetRequiredService<GroupHost>().Engine)
        .AddSingleton(p => p.GetRequiredService<GroupHost>().Episodes)
        .AddSingleton<IOutputCommands>(p => p.GetRequiredService<GroupHost>().Commands)
        .AddSingleton<INodeCalls>(p => p.GetRequiredService<GroupHost>().Calls);

    private static void AddWatch(this IServiceCollection services)
    {
        services.TryAddSingleton<IRegister>(p =>
        {
            var composer = p.GetRequiredService<WebhookComposer>();
            var register = Registers.Open(p.Settings<RegisterOptions>(), p.Settings<PostgresOptions>(), composer.Compose, p.GetRequiredService<TimeProvider>(), p.Settings<WebhookOptions>().Timeout,
                p.GetRequiredService<ILoggerFactory>());
            composer.LinkKey = DepartmentAcks.Key(register);
            return register;
        });
        services.AddSingleton<EpisodeBoard>().AddSingleton<ChangeTail>().AddSingleton<DeskDuty>();
        services.AddSingleton(p => new AlertDesk(p.GetRequiredService<IRegister>(), () => p.GetRequiredService<CityClock>().Now, p.GetRequiredService<EpisodeBoard>().Apply, p.GetRequiredService<HubMetrics>()));
        services.AddSingleton(p => new DeskFile(p.Settings<DeskOptions>().File ?? Path.Combine(p.Settings<RulesOptions>().Directory, "desk", "desk.yaml"), p.Log<DeskFile>()));
        services.AddSingleton(p => new OwnParts(p.GetRequiredService<HubState>(), p.GetRequiredService<RuleFiles>(), p.GetRequiredService<DeskFile>(), p.GetRequiredService<Refusals>(),
            () => p.GetRequiredService<GroupHosts>().UnansweredCommands, () => p.GetRequiredService<GroupHosts>().UnansweredCalls,
            p.Settings<HubOptions>().CommandLimit, p.GetRequiredService<Places>(), p.GetRequiredService<CityClock>(), p.GetRequiredService<TimeProvider>(), p.Settings<EngineOptions>() is { Kind: EngineKind.Orleans } cluster ? cluster.Silo : null));
        services.AddSingleton(p => new DeskRounds(p.GetRequiredService<AlertDesk>(), p.GetRequiredService<DeskFile>(), p.GetRequiredService<OwnParts>(), p.GetRequiredService<DeskDuty>(), p.GetRequiredService<EpisodeWriter>(),
            p.GetRequiredService<EpisodeBoard>(), p.GetRequiredService<EventFeed>(), p.GetRequiredService<IRegister>(), p.GetRequiredService<CityClock>(), p.GetRequiredService<TimeProvider>(),
            p.Settings<DeskOptions>().RoundEvery, p.GetRequiredService<HubMetrics>(), p.Log<DeskRounds>()));
        services.AddSingleton(p => new RuleFiles(p.Settings<RulesOptions>(), p.GetRequiredService<IRegister>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<CityClock>(),
            p.GetRequiredService<HubMetrics>(), p.Log<RuleFiles>()));
        services.AddSingleton<RuleRehearsal>();
    }

    private static void AddChecked<TOptions, TValidator>(this IServiceCollection services, string section) where TOptions : class where TValidator : class, IValidateOptions<TOptions> =>
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>().AddOptions<TOptions>().BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();

    private static T Settings<T>(this IServiceProvider provider) where T : class => provider.GetRequiredService<IOptions<T>>().Value;

    private static ILogger<T> Log<T>(this IServiceProvider provider) => provider.GetRequiredService<ILogger<T>>();
}
