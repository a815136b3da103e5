namespace SmartCity.Mqtt;

/// <summary>How long packets are on the wire, without what TLS adds.</summary>
public static class MqttBytes
{
    /// <summary>A PUBLISH as MQTT 3.1.1 has it (section 3.3): type, remaining length in 1 to 4 bytes, topic with its own length, packet identifier above QoS 0, payload.</summary>
    public static long OfPublish(int topic, int payload, MqttQos qos = MqttQos.AtMostOnce)
    {
        var rest = 2L + topic + (qos == MqttQos.AtMostOnce ? 0 : 2) + payload;
        return 1 + (rest < 1 << 7 ? 1 : rest < 1 << 14 ? 2 : rest < 1 << 21 ? 3 : 4) + rest;
    }
}
