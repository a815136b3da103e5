using CityHub.Silo.Timeline;

namespace CityHub.Silo.Twins;

/// <summary>Rows of one append that are of one group: a batch with its mark, or one row that has none.</summary>
/// <param name="Group">Empty: nobody's; the city's clock has none, and a sensor that stands behind no device.</param>
/// <param name="Mark">Which mark; -1: none.</param>
internal readonly record struct GroupPiece(string Group, int Mark, int First, int Rows);

/// <summary>Goes through the rows and marks of one append by the groups that they are of, in their order.</summary>
internal ref struct GroupPieces(ITimeline timeline, Places places, ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks)
{
    private readonly ReadOnlySpan<TimelineRow> _rows = rows;
    private readonly ReadOnlySpan<LedgerMark> _marks = marks;
    private int _row, _mark;

    public bool Next(out GroupPiece piece)
    {
        var end = _mark < _marks.Length ? _marks[_mark].FirstRow : _rows.Length;
        if (_row < end)
        {
            piece = new(places.DeviceOf(timeline.SeriesName(_rows[_row].Series).Sensor) is { } device ? device.Node.Group : "", -1, _row, 1);
            _row++;
            return true;
        }
        piece = default;
        if (_mark == _marks.Length) return false;
        var mark = _marks[_mark];
        piece = new(timeline.NodeName(mark.Node).Group, _mark++, mark.FirstRow, mark.Rows);
        _row = mark.FirstRow + mark.Rows;
        return true;
    }
}
