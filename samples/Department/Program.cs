using Department;
using SmartCity.Webhooks;

// A department's receiver, in the order in which things happen: read the arguments, get a secret, listen, say what came.
if (!Arguments.TryRead(args, out var arguments, out var fault))
{
    Console.Error.WriteLine($"{fault}\n\n{Arguments.Usage}");
    return 2;
}

var time = TimeProvider.System;
WebhookSecret secret;
try
{
    var made = false;
    secret = arguments.Hub is null ? SecretFile.Read(arguments.SecretFile!) : SecretFile.ReadOrMake(arguments.SecretFile!, out made);

    // Before the port opens: an alert that is raised while we subscribe finds us, or is tried again a second later.
    if (arguments.Hub is not null) await Subscribing.At(arguments, secret, made, time);
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or HttpRequestException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

var print = new Printing(Console.Out, arguments.Json, colour: !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null);
var inbox = new Inbox(secret, time);

// Not the working folder, which would be watched with all that is below it: a hub's stores may lie there.
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.ListenLocalhost(arguments.Port);
    kestrel.Limits.MaxRequestBodySize = Inbox.MaxBody;
});
await using var app = builder.Build();
app.MapPost("/{**path}", async (HttpRequest request) =>
{
    var received = await inbox.Receive(request);
    print.Line(received);
    return Results.StatusCode(received.Answer);
});

try
{
    await app.StartAsync();
}
catch (IOException)
{
    Console.Error.WriteLine($"Port {arguments.Port} is taken.");
    return 1;
}

print.Note($"listening on http://127.0.0.1:{arguments.Port}; what is verified is printed, what is not is refused");
await using (var counting = arguments.CountFile is null ? null : new CountFile(arguments.CountFile, inbox, time)) await app.WaitForShutdownAsync();
print.Note($"stopped: {inbox.Verified} verified, {inbox.Duplicates} duplicates, {inbox.Refused} refused");
return 0;
