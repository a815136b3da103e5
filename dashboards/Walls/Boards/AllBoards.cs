using Walls.Grafana;

namespace Walls.Boards;

internal static class AllBoards
{
    /// <summary>From the whole city down to one sensor.</summary>
    public static IReadOnlyList<Board> All { get; } =
    [
        CityWall.Board, District.Board, AirQuality.Board, Traffic.Board, Safety.Board, NodeFleet.Board, HubHealth.Board, AlertDesk.Board, DataQuality.Board, SensorBoard.Board,
    ];
}
