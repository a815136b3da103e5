using System.Text.Json.Nodes;
using CityHub.Api.Keys;
using CityHub.Silo.Register;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SmartCity.Readings;

namespace CityHub.Api.Http;

/// <summary>The OpenAPI document: what the endpoints say of themselves, and what their texts mean.</summary>
internal static class ApiDocument
{
    private const string Scheme = "key";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.CreateSchemaReferenceId = type => type.Type == typeof(Instant) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } name
            ? name.EndsWith("Body", StringComparison.Ordinal) ? name[..^4] : name : null;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "CityHub",
                Version = "v1",
                Description = "A city's sensors, nodes, districts, alerts and webhooks. Instants are ISO 8601 in UTC; quantities and severities go by name; units are UCUM codes. Errors are RFC 9457 problem details.",
            };
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "chk_…", Description = "An API key. The first one is shown at the first start of the hub." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Needs>().Any())
            {
                operation.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            }
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? []) Describe(parameter);
            foreach (var (status, response) in operation.Responses ?? [])
            {
                if (response is OpenApiResponse answer) answer.Description = Meaning(status, response.Description);
            }
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(Instant) || context.JsonTypeInfo.Type == typeof(Instant?))
            {
                schema.Type = context.JsonTypeInfo.Type == typeof(Instant?) ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
                schema.Format = "date-time";
                schema.Properties = null;
                schema.Description = null;
            }
            return Task.CompletedTask;
        });
    });

    // Parameters are read as text, so that what is wrong with them can be said; here they get their real type.
    private static void Describe(OpenApiParameter parameter)
    {
        parameter.Schema = (parameter.In, parameter.Name) switch
        {
            (ParameterLocation.Query, "from" or "to") => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
            (ParameterLocation.Query, "step") => new OpenApiSchema { Type = JsonSchemaType.String, Format = "duration", Examples = [JsonValue.Create("PT5M")!] },
            (ParameterLocation.Query, "list") => new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. Words.Lists.Select(name => (JsonNode)JsonValue.Create(name)!)], Default = JsonValue.Create("open") },
            (ParameterLocation.Query, "offset") => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0", Maximum = Limits.OffsetMost.ToString(System.Globalization.CultureInfo.InvariantCulture), Default = JsonValue.Create(0) },
            (ParameterLocation.Query, "standing") => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            (ParameterLocation.Query, "open") => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            (ParameterLocation.Query, "limit") => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "1000", Default = JsonValue.Create(Limits.ListedDefault) },
            (ParameterLocation.Query, "quantity") => new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. QuantityCatalogue.All.Select(q => (JsonNode)JsonValue.Create(q.Name)!)] },
            (ParameterLocation.Query, "state") => new OpenApiSchema { Type = JsonSchemaType.String, Enum = [DeliveryStates.Pending, DeliveryStates.Delivered, DeliveryStates.DeadLettered] },
            (ParameterLocation.Header, "Idempotency-Key") => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[A-Za-z0-9._-]{1,64}$" },
            (ParameterLocation.Header, "Last-Event-ID") => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
            _ => parameter.Schema,
        };
        if (parameter is { In: ParameterLocation.Query, Name: "quantity" }) parameter.Required = true;
    }

    private static string Meaning(string status, string? stated) => status switch
    {
        "400" => "Malformed: a parameter or the body cannot be read.",
        "401" => "No key, or one that is not known.",
        "403" => "The key lacks the role, or a cookie came from another site.",
        "404" => "There is no such thing.",
        "409" => "It conflicts with what stands.",
        "412" => "It got worse or came back after what you saw: look again.",
        "413" => "The body is over 64 KB.",
        "415" => "The body is not JSON.",
        "422" => "Well formed, but not acceptable: which field, and why.",
        "429" => "Too many unknown keys from this address.",
        "503" => "Not just now.",
        _ => stated ?? "",
    };
}
