using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

public static class WebhookWiring
{
    /// <summary>Adds webhook delivery. Wants an <c>IRegister</c> and a <c>TimeProvider</c> (the wall clock) beside it.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>().AddOptions<WebhookOptions>()
            .BindConfiguration(WebhookOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddMetrics();
        return services
            .AddSingleton(provider => new AddressGuard(provider.GetRequiredService<IOptions<WebhookOptions>>().Value.AllowedNetworks))
            .AddSingleton<IEd25519, LibCrypto>()
            .AddSingleton<WebhookMetrics>()
            .AddSingleton(provider => new WebhookComposer(CityOf(provider.GetRequiredService<IOptions<WebhookOptions>>().Value)))
            .AddSingleton<WebhookPost>()
            .AddSingleton<WebhookSubscriptions>()
            .AddSingleton<DepartmentAcks>()
            .AddHostedService<WebhookDelivery>()
            .AddHostedService<WebhookHeartbeat>()
            .AddHostedService<EvidenceRetention>();
    }

    internal static City CityOf(WebhookOptions options) => new(options.Sender) { Address = options.Address, Language = options.Language };
}
