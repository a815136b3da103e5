using System.Text.Json;
using System.Text.Json.Serialization;
using CityHub.Contracts;

namespace CityHub.Silo.Register;

/// <summary>A subscription's terms as the register keeps them: by name, what is not said as <see cref="SubscriptionTerms.Usual"/> has it.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SubscriptionTerms))]
internal sealed partial class TermsText : JsonSerializerContext
{
    public static string Of(CityHub.Contracts.SubscriptionTerms terms) => JsonSerializer.Serialize(terms, Default.SubscriptionTerms);

    public static CityHub.Contracts.SubscriptionTerms Read(string text) => JsonSerializer.Deserialize(text, Default.SubscriptionTerms) ?? CityHub.Contracts.SubscriptionTerms.Usual;
}
