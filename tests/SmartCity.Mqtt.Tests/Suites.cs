namespace SmartCity.Mqtt;

public sealed class MosquittoLinks() : Links(MqttClientKind.Mosquitto);

public sealed class MosquittoEnds() : Ends(MqttClientKind.Mosquitto);

public sealed class MosquittoTls() : Tls(MqttClientKind.Mosquitto);

public sealed class DirectLinks() : Links(MqttClientKind.Direct);

public sealed class DirectEnds() : Ends(MqttClientKind.Direct);

public sealed class DirectTls() : Tls(MqttClientKind.Direct);

#if MQTTNET
public sealed class MqttNetLinks() : Links(MqttClientKind.MqttNet);

public sealed class MqttNetEnds() : Ends(MqttClientKind.MqttNet);

public sealed class MqttNetTls() : Tls(MqttClientKind.MqttNet);
#else
/// <summary>Says what was left out, so that a green run does not say more than it proved.</summary>
public sealed class LeftOut
{
    [Fact]
    public void MQTTnet_is_named_as_not_compiled_in_and_how_to_mend_that()
    {
        Console.WriteLine("city: MQTT suites ran on libmosquitto; MQTTnet is not compiled in (./city setup)");
        Assert.Contains("./city setup", MqttLinks.Missing(MqttClientKind.MqttNet), StringComparison.Ordinal);
        Assert.Throws<PlatformNotSupportedException>(() => MqttLinks.Create(MqttClientKind.MqttNet, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance));
    }
}
#endif
