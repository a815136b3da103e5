using SmartCity.Timeline;

namespace SmartCity.Domain.Tests.Timeline;

public class InfluxQlSubsetTests
{
    [Theory]
    [InlineData("SELECT mean(\"mean\") FROM \"pm10\" WHERE \"district\" = 'old-town' AND time >= 1h GROUP BY time(5m), \"sensor\" fill(null)")]
    [InlineData("select value, quality from air_temperature where sensor = 'it\\'s; into' and time >= 1795392000000000000 and time < now() order by time desc limit 10 offset 5")]
    [InlineData("SELECT sum(\"good\") / sum(\"count\") AS \"share\" FROM \"pm2_5\" WHERE \"sensor\" =~ /^(a|b)$/ AND time > now() - 7d GROUP BY *")]
    [InlineData("SELECT non_negative_derivative(max(\"max\"), 1h) FROM vehicle_count WHERE (district = 'a' OR district = 'b') AND time >= now() - 1d GROUP BY time(1h), district fill(none)")]
    [InlineData("SELECT title, state FROM episode WHERE time >= 1795392000000ms")]
    [InlineData("SELECT last(cityhub_readings_rate) FROM hub WHERE time > now() - 5m GROUP BY kind")]
    [InlineData("SELECT last(\"worst\") FROM district WHERE time > now() - 5m GROUP BY district")]
    [InlineData("SHOW TAG VALUES FROM \"pm10\" WITH KEY = \"sensor\" WHERE \"district\" = 'old-town'")]
    [InlineData("SHOW FIELD KEYS FROM pm10")]
    [InlineData("SHOW MEASUREMENTS")]
    public void These_are_in_the_subset(string query) => Assert.Null(InfluxQlSubset.Refusal(query));

    [Theory]
    [InlineData("SELECT value FROM pm10", "lower bound")]
    [InlineData("SELECT value FROM pm10 WHERE time < now()", "lower bound")]
    [InlineData("SELECT value FROM pm10 WHERE sensor = 'a' OR time > 0", "lower bound")]
    [InlineData("SELECT value FROM pm10 WHERE sensor = 'time >= 0'", "lower bound")]
    [InlineData("SELECT value FROM pm10 WHERE time > 0; DROP DATABASE city_raw", "more than one")]
    [InlineData("SELECT value INTO pm1 FROM pm10 WHERE time > 0", "INTO")]
    [InlineData("SELECT value FROM (SELECT value FROM pm10) WHERE time > 0", "subquery")]
    [InlineData("SELECT value FROM city_raw.autogen.pm10 WHERE time > 0", "more than a measurement")]
    [InlineData("SELECT value FROM \"pm10\".\"pm1\" WHERE time > 0", "more than a measurement")]
    [InlineData("SELECT value FROM pm10, pm1 WHERE time > 0", "more than a measurement")]
    [InlineData("SELECT value FROM /pm.*/ WHERE time > 0", "measurement")]
    [InlineData("SELECT value FROM pm10 WHERE time > 0 GROUP BY sensor SLIMIT 1", "SLIMIT")]
    [InlineData("SELECT value FROM pm10 WHERE time > 0 GROUP BY sensor SOFFSET 1", "SOFFSET")]
    [InlineData("SELECT holt_winters(value, 1, 1) FROM pm10 WHERE time > 0", "holt_winters")]
    [InlineData("SELECT sensor_count FROM pm10 WHERE time > 0", "sensor_count")]
    [InlineData("SELECT \"Value\" FROM pm10 WHERE time > 0", "Value")]
    [InlineData("SELECT value FROM pm11 WHERE time > 0", "pm11")]
    [InlineData("SHOW SERIES CARDINALITY", "CARDINALITY")]
    [InlineData("SHOW TAG VALUES CARDINALITY WITH KEY = sensor", "CARDINALITY")]
    [InlineData("SHOW SERIES FROM pm10", "SHOW series")]
    [InlineData("SHOW TAG VALUES WITH KEY = sensor", "every measurement")]
    [InlineData("DROP MEASUREMENT pm10", "DROP")]
    [InlineData("SELECT value FROM pm10 WHERE sensor = 'a", "does not end")]
    [InlineData("SELECT value FROM pm10 WHERE time > $from", "'$'")]
    [InlineData("", "empty")]
    public void These_are_not_and_the_reason_is_said(string query, string reason) => Assert.Contains(reason, InfluxQlSubset.Refusal(query), StringComparison.Ordinal);
}
