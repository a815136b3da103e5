using CityHub.Silo.Timeline.Influx;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Tests.Timeline.Influx;

public sealed class ShipBookTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sensors_that_are_taken_to_be_computed_stay_as_they_were_while_others_are_touched()
    {
        using var book = new ShipBook(_folder.File("ship.db"));
        book.Touch(Resolution.Minute, Quantity.Pm10, 0, 0b11, "a");
        var (key, minutes, sensors) = Assert.Single(book.TakeDue(Resolution.Minute, new(60_000))); // the second minute goes on
        book.Touch(Resolution.Minute, Quantity.Pm10, 0, 0b10, "b");
        Assert.Equal(1ul, minutes);
        Assert.Equal(["a"], sensors!);
        book.Done(key, minutes);
        var (_, rest, both) = Assert.Single(book.TakeDue(Resolution.Minute, Instant.Max));
        Assert.Equal(2ul, rest);
        Assert.Equal(["a", "b"], both!.Order());
    }

    [Fact]
    public void What_was_due_or_under_way_is_due_again_after_a_restart()
    {
        using (var book = new ShipBook(_folder.File("ship.db")))
        {
            book.Touch(Resolution.Minute, Quantity.Pm10, 0, 0b111, "a");
            book.Done(new(Resolution.Minute, Quantity.Pm10, 0), book.TakeDue(Resolution.Minute, new(60_000))[0].Minutes);
            book.TakeDue(Resolution.Minute, new(120_000));
            book.StoredThrough(7);
            Assert.Equal(0, book.Saved);
            book.Save();
            Assert.Equal(7, book.Saved);
        }
        using var again = new ShipBook(_folder.File("ship.db"));
        Assert.Equal(7, again.Stored);
        var (_, minutes, sensors) = Assert.Single(again.TakeDue(Resolution.Minute, Instant.Max));
        Assert.Equal(0b110ul, minutes);
        Assert.Null(sensors); // all of them
    }
}
