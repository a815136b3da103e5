using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using SmartCity.Webhooks;

namespace Department;

/// <summary>Asks the hub's API for subscriptions, one for each department, all with our secret.</summary>
public static class Subscribing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="made">The secret is a new one: a subscription that is there already cannot have it.</param>
    /// <exception cref="HttpRequestException">The hub refused, or did not answer for 30 s.</exception>
    public static async Task At(Arguments arguments, WebhookSecret secret, bool made, TimeProvider time)
    {
        using var http = new HttpClient { BaseAddress = arguments.Hub };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(arguments.KeyFile!)).Trim());
        var departments = arguments.Departments.Count > 0 ? arguments.Departments : await Named(http, time);
        foreach (var department in departments)
        {
            var body = JsonSerializer.Serialize(new { department, url = $"http://127.0.0.1:{arguments.Port}/", secret = secret.Reveal() });
            using var answer = await Asked(http, () => new(HttpMethod.Post, "/v1/subscriptions") { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) }, time);
            if (answer.StatusCode == HttpStatusCode.Conflict && !made) continue;   // subscribed by an earlier start, with the secret that its file has kept
            if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"The hub refused the subscription of {department} ({(int)answer.StatusCode}): {await answer.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>The departments that the rules in force name; a hub whose rules name none sends to anybody.</summary>
    private static async Task<IReadOnlyList<string>> Named(HttpClient http, TimeProvider time)
    {
        using var answer = await Asked(http, () => new(HttpMethod.Get, "/v1/rules"), time);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"The hub did not tell its rules ({(int)answer.StatusCode}): {await answer.Content.ReadAsStringAsync()}");
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        var names = json.RootElement.GetProperty("rules").EnumerateArray()
            .Select(rule => rule.TryGetProperty("department", out var name) ? name.GetString() ?? "" : "").Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal).ToArray();
        return names.Length > 0 ? names : ["operations"];
    }

    private static async Task<HttpResponseMessage> Asked(HttpClient http, Func<HttpRequestMessage> request, TimeProvider time)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await http.SendAsync(request());
            }
            catch (HttpRequestException) when (time.GetElapsedTime(since) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), time);   // the hub may be starting
            }
        }
    }
}
