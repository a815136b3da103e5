using CityHub.Api.Http;
using CityHub.Api.Keys;

namespace CityHub.Api.Endpoints;

/// <summary>What every endpoint of <c>/v1</c> says of itself: the role it needs, the query parameters that it knows, the problems it may answer with.</summary>
internal static class Describe
{
    /// <summary>Needs a key with this role; answers 401, 403 and 429 without.</summary>
    public static RouteHandlerBuilder For(this RouteHandlerBuilder route, Role role, string name, string summary, params int[] problems)
    {
        route.WithMetadata(new Needs(role)).WithName(name).WithSummary($"{summary} (role: {Words.Of(role)})");
        route.ProducesProblems([.. problems, 400, 401, 403, 429]);
        return route.OnlyKnownParameters();
    }

    public static RouteHandlerBuilder ProducesProblems(this RouteHandlerBuilder route, params IEnumerable<int> problems)
    {
        foreach (var status in problems.Distinct().Order()) route.Produces<ProblemBody>(status, Problem.ContentType);
        return route;
    }

    /// <summary>A misspelt parameter must not pass as one that was left out: 400 with the names that are known.</summary>
    private static RouteHandlerBuilder OnlyKnownParameters(this RouteHandlerBuilder route) => route.AddEndpointFilterFactory((factory, next) =>
    {
        var known = factory.MethodInfo.GetParameters().Select(p => p.Name!).ToHashSet(StringComparer.Ordinal);
        return context =>
        {
            var asked = new Asked();
            foreach (var (name, values) in context.HttpContext.Request.Query)
            {
                if (!known.Contains(name)) asked.Malformed(Problem.Shown(name), "is not a parameter of this address");
                else if (values.Count > 1) asked.Malformed(name, "is given more than once");
            }
            return asked.Refusal is { } refusal ? ValueTask.FromResult<object?>(refusal) : next(context);
        };
    });
}
