using System.Net;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>Puts a silo into this process.</summary>
internal static class OrleansWiring
{
    private const string City = "cityhub";

    /// <summary>Before the hub's own life is added: the silo starts before it and ends after it.</summary>
    public static IServiceCollection AddClusterGroups(this IServiceCollection services, IConfiguration configuration)
    {
        var engine = configuration.GetSection("Engine").Get<EngineOptions>() ?? new();
        var register = configuration.GetSection("Register").Get<RegisterOptions>() ?? new();
        services.AddOrleans(silo =>
        {
            silo.AddPlacementDirector<PlacedByShare, SharePlacement>();
            silo.Configure<ClusterOptions>(cluster => (cluster.ServiceId, cluster.ClusterId) = (City, City));
            silo.Configure<SiloOptions>(own => own.SiloName = SiloShares.NameOf(engine));
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = engine.ProbeEvery;
                membership.NumMissedProbesLimit = 3;
                membership.TableRefreshTimeout = engine.ProbeEvery * 5; // what gossip did not bring
                membership.DefunctSiloExpiration = TimeSpan.FromDays(1);
            });
            var address = IPAddress.TryParse(engine.Address, out var parsed) ? parsed : IPAddress.Loopback; // one that is none is refused when the settings are checked
            silo.ConfigureEndpoints(address, engine.SiloPort, gatewayPort: 0, listenOnAnyHostAddress: !IPAddress.IsLoopback(address)); // no client but the hub in this process
#if NPGSQL
            if (register.Kind == RegisterKind.Postgres)
            {
                services.AddSingleton<IMembershipTable>(p => new PostgresMembership(p.GetRequiredService<IOptions<PostgresOptions>>().Value, p.GetRequiredService<IRegister>()));
                return;
            }
#endif
            silo.UseDevelopmentClustering(new IPEndPoint(address, engine.SiloPort)); // alone: its register is a file
        });
        return services
            .AddSingleton<EpisodeWriter>() // of the silo's own parts, under nobody's tenure
            .AddSingleton<TwinMirror>()
            .AddSingleton<SiloShares>()
            .AddSingleton<IDistrictPost, ClusterDistricts>()
            .AddSingleton<ClusterGroups>()
            .AddSingleton<IGroups>(p => p.GetRequiredService<ClusterGroups>())
            .AddSingleton<ITwinViews, ClusterTwins>()
            .AddSingleton<ClusterCommands>()
            .AddSingleton<IOutputCommands>(p => p.GetRequiredService<ClusterCommands>())
            .AddSingleton<INodeCalls>(p => p.GetRequiredService<ClusterCommands>());
    }
}
