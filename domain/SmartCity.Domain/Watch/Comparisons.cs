using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>Neighbours: how far a reading may be from the median of what near sensors of the same quantity say at other sites.</summary>
/// <param name="Suspect">Past it a reading is suspect, in the quantity's unit.</param>
/// <param name="Fail">Past it a reading fails; null: a difference alone fails nothing, because what happens at one place only is what alerts are for.</param>
/// <param name="WithinMetres">How far away a neighbour may be; where either has no coordinates, it is one if it stands in the same district.</param>
/// <param name="Sites">How many other sites must have a fresh value, or nothing is said: 1 to <see cref="Surroundings.MostNear"/>.</param>
/// <param name="FreshFor">How far apart in time the values may be.</param>
public sealed record NeighbourDifference(double Suspect, double? Fail, double WithinMetres, int Sites, TimeSpan FreshFor)
{
    /// <summary>The flag of a value beside the neighbours' median; on a limit is not past it.</summary>
    public Quality Of(double value, double median)
    {
        var difference = Math.Abs(value - median);
        return difference > Fail ? Quality.Fail : difference > Suspect ? Quality.Suspect : Quality.Good;
    }
}

/// <summary>
/// Twin channels: sensors of one site that measure the same quantity must agree in their means over a window. After the AB_03 check of PurpleAir's two lasers
/// (MazamaScience AirSensor: at least 20 readings an hour, |A−B| over 5 µg/m³ and over 70 %). Which of two is wrong nobody knows, so both are suspect; of three or more
/// the one that most others disagree with.
/// </summary>
/// <param name="Over">The window of both means.</param>
/// <param name="Readings">Readings that each must have in the window, or nothing is said.</param>
/// <param name="Differs">Past this, in the quantity's unit,</param>
/// <param name="Share">and past this share of the mean of the two: both.</param>
public sealed record TwinChannels(TimeSpan Over, int Readings, double Differs, double Share)
{
    /// <summary>Whether two means are too far apart.</summary>
    public bool Disagree(double a, double b)
    {
        var difference = Math.Abs(a - b);
        return difference > Differs && difference > Share * Math.Abs(a + b) / 2;
    }
}
