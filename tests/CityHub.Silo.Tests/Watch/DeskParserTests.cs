using CityHub.Silo.Watch;
using CityHub.Silo.Watch.Desk;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Tests.Watch;

public sealed class DeskParserTests
{
    private static DeskPolicy? Parse(string text, out IReadOnlyList<RuleError> errors) => DeskParser.Parse(new("desk.yaml", text), out errors);

    [Fact]
    public void Everything_that_a_desk_file_can_say_is_understood()
    {
        var policy = Parse("""
            departments:
              fire:
                escalate:
                  - after: 5m
                    department: control-room
                  - after: 15m
                    severity: critical
            rules:
              smoke:
                latched: true
                escalate:
                  - after: 1m
                    department: police
            inhibit:
              - source: power-failure
                targets: [node-silent]
                equal: [district, node]
            group:
              - by: [district, category]
                wait: 10s
                interval: 2m
                below: major
            suppress:
              - rule: door-open
                district: harbour
                why: the brigade's own door
            desks:
              east:
                districts: [hill, harbour]
                departments: [fire]
            """, out var errors)!;
        Assert.Empty(errors);
        Assert.Equal([new EscalationStep(TimeSpan.FromMinutes(5), "control-room", null), new EscalationStep(TimeSpan.FromMinutes(15), "", Severity.Critical)], policy.DepartmentSteps["fire"]);
        Assert.Equal([new EscalationStep(TimeSpan.FromMinutes(1), "police", null)], policy.RuleSteps["smoke"]);
        Assert.Contains("smoke", policy.Latched);
        Assert.Equal(("power-failure", "node-silent", Label.Node), (policy.Inhibitions[0].Source, policy.Inhibitions[0].Targets[0], policy.Inhibitions[0].Equal[1]));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(2), Severity.Major), (policy.Groupings[0].Wait, policy.Groupings[0].Interval, policy.Groupings[0].Below));
        Assert.Equal(new Scope(Rule: "door-open", District: "harbour"), policy.Suppressions[0].Scope);
        Assert.Equal(("east", 2, "fire"), (policy.Seats[0].Name, policy.Seats[0].Districts.Count, policy.Seats[0].Departments[0]));
    }

    [Theory]
    [InlineData("rulez: {}", 1, "unknown key")]
    [InlineData("inhibit:\n  - targets: [a]\n    equal: [district]", 2, "'source' is missing")]
    [InlineData("inhibit:\n  - source: a", 2, "names at least one label")]
    [InlineData("inhibit:\n  - source: a\n    equal: [colour]", 3, "one of district")]
    [InlineData("group:\n  - by: []", 2, "names at least one label")]
    [InlineData("group:\n  - by: [district]\n    interval: 2d", 3, "a span of time")]
    [InlineData("suppress:\n  - why: because", 2, "names a rule")]
    [InlineData("suppress:\n  - rule: a", 2, "'why' is missing")]
    [InlineData("departments:\n  fire:\n    escalate:\n      - department: police", 4, "is missing")]
    [InlineData("departments:\n  fire:\n    escalate:\n      - after: 5m", 4, "a department, a severity or both")]
    [InlineData("departments:\n  fire:\n    escalate:\n      - after: 5m\n        department: a\n      - after: 5m\n        department: b", 6, "after the one before")]
    [InlineData("desks: [east]", 1, "names with keys")]
    public void Whatever_is_wrong_is_said_with_its_line(string text, int line, string reason)
    {
        Assert.Null(Parse(text, out var errors));
        Assert.Contains(errors, error => error.Line == line && error.Reason.Contains(reason, StringComparison.Ordinal));
    }
}
