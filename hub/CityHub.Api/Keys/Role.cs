namespace CityHub.Api.Keys;

/// <summary>What a key may do; each role may do what those before it may.</summary>
public enum Role : byte
{
    /// <summary>Look at everything.</summary>
    Read = 1,

    /// <summary>Acknowledge alerts: the duty officer.</summary>
    Desk = 2,

    /// <summary>Subscriptions and keys: the city engineer.</summary>
    Admin = 3,
}

/// <summary>Who a key belongs to.</summary>
public sealed record KeyHolder(string Name, Role Role);

/// <summary>Metadata of an endpoint: the least role that may call it. An endpoint without it is open to anyone who reaches the address.</summary>
internal sealed record Needs(Role Role);
