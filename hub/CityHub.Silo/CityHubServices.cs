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

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(p => new CityClock(p.Settings<HubOptions>().Clock, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HubMetrics>().AddSingleton<HubState>();
        services.AddTelemetry();
        services.AddTimeline();
        services.AddTwins();
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
        .AddSingleton(p => new OutputCommands(p.GetRequiredService<IRegister>(), p.Settings<HubOptions>().CommandLimit, p.GetRequiredService<EventFeed>(), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<HubMetrics>(), p.Log<OutputCommands>()))
        .AddSingleton(p => new EnrolledNodes(p.Settings<HubOptions>().EnrolledFile, p.Log<EnrolledNodes>()))
        .AddSingleton(p => new IngestBudget(p.Settings<HubOptions>().IngestLimitMegabytes * 1024L * 1024))
        .AddSingleton(p => new IngestGate(p.GetRequiredService<ITwinEngine>().Mailboxes, p.GetRequiredService<IngestBudget>(), p.Settings<HubOptions>().MessageLimitKilobytes * 1024,
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<Refusals>(), p.GetRequiredService<HubMetrics>()));

    private static void AddTwins(this IServiceCollection services) => services
        .AddSingleton<EventFeed>()
        .AddSingleton<Places>()
        .AddSingleton<GroupRecovery>()
        .AddSingleton<EpisodeWriter>()
        .AddSingleton<DistrictWatches>()
        .AddSingleton<Neighbourhoods>()
        .AddSingleton(p => new UnstoredRows(p.Settings<HubOptions>().UnstoredLimit))
        .AddSingleton(p => new ShardParts(p.Settings<HubOptions>(), p.GetRequiredService<ITimeline>(), p.GetRequiredService<Places>(), p.GetRequiredService<EpisodeWriter>(),
            p.GetRequiredService<DistrictWatches>(), p.GetRequiredService<Neighbourhoods>(), p.GetRequiredService<EventFeed>(), p.GetRequiredService<Refusals>(), p.GetRequiredService<UnstoredRows>(), p.GetRequiredService<CityClock>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<HubMetrics>(), p.GetRequiredService<HubVoice>(), p.GetRequiredService<OutputCommands>(), p.Log<LocalEngine>()))
        .AddSingleton<ITwinEngine, LocalEngine>()
        .AddSingleton(p => new CommitPipeline(p.GetRequiredService<ITwinEngine>(), p.GetRequiredService<ITimeline>(), p.GetRequiredService<IRegister>(),
            p.GetRequiredService<EpisodeWriter>(), p.GetRequiredService<DistrictWatches>(), p.GetRequiredService<Places>(), p.GetRequiredService<UnstoredRows>(), (node, answer) => p.GetRequiredService<HubVoice>().Say(node, answer),
            p.Settings<HubOptions>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<HubMetrics>(), p.Log<CommitPipeline>()))
        .AddSingleton<ICity, City>();

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
        services.AddSingleton<EpisodeBoard>();
        services.AddSingleton(p => new AlertDesk(p.GetRequiredService<IRegister>(), () => p.GetRequiredService<CityClock>().Now, p.GetRequiredService<EpisodeBoard>().Apply, p.GetRequiredService<HubMetrics>()));
        services.AddSingleton(p => new DeskFile(p.Settings<DeskOptions>().File ?? Path.Combine(p.Settings<RulesOptions>().Directory, "desk", "desk.yaml"), p.Log<DeskFile>()));
        services.AddSingleton<OwnParts>();
        services.AddSingleton(p => new DeskRounds(p.GetRequiredService<AlertDesk>(), p.GetRequiredService<DeskFile>(), p.GetRequiredService<OwnParts>(), p.GetRequiredService<EpisodeWriter>(),
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
