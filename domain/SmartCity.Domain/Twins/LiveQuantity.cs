using SmartCity.Readings;

namespace SmartCity.Twins;

/// <summary>What is known of one quantity of a sensor just now. Neither part ever goes back in order.</summary>
/// <param name="Newest">The newest reading by order, measured or failed.</param>
/// <param name="HasGood">Whether <paramref name="Good"/> holds a reading.</param>
/// <param name="Good">The newest good reading, which may be older than <paramref name="Newest"/>; without meaning when there is none.</param>
public readonly record struct LiveQuantity(Reading Newest, bool HasGood, Reading Good)
{
    public Quantity Quantity => Newest.Quantity;
}
