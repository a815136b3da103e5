using System.Text.Json;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Api.Http;

/// <param name="Devices">By device: interval, calibrate and report as in the node file; what is left out of a device falls back to the file's word. The node checks them.</param>
/// <param name="SelfTest">The node says of each device whether it can be read.</param>
/// <param name="Reboot">The node ends and is started anew, where its file allows it.</param>
/// <param name="Rebirth">New births; every call brings them. All that a node of somebody else's can be asked.</param>
public sealed record NewNodeCallBody(JsonElement? Devices = null, bool? SelfTest = null, bool? Reboot = null, bool? Rebirth = null, string? Why = null);

/// <summary>What was asked of a node. <c>taken</c> and <c>refused</c> are the node's own answers.</summary>
/// <param name="Text">As the node reads it.</param>
/// <param name="Answer">The node's own words; empty while there are none.</param>
public sealed record NodeCallBody(string Id, string Text, string By, string Why, Instant AskedAt, NodeCallState State, Instant? EndedAt, string Answer)
{
    public static NodeCallBody Of(NodeCall call) => new(call.Id, call.Text, call.By, call.Why, call.AskedAt, call.State, call.EndedAt, call.Answer);
}

/// <param name="InForce">Terms that stand over the node's file, as it said at its last birth to this hub; empty: none. Null: it takes none, or was not heard since the hub's start.</param>
/// <param name="Calls">What was asked of it, newest first.</param>
public sealed record NodeTermsBody(string Node, string? InForce, IReadOnlyList<NodeCallBody> Calls);
