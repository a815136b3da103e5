namespace SmartCity.Devices;

/// <summary>Registers of the BME280 (BST-BME280-DS001, section 5.3, table 18).</summary>
public enum Bme280Register : byte
{
    /// <summary>First of 26 bytes: dig_T1 to dig_P9, an unused byte (0xA0), dig_H1.</summary>
    TrimLow = 0x88,

    /// <summary>Reads 0x60.</summary>
    ChipId = 0xD0,

    /// <summary>Takes 0xB6: as after power on.</summary>
    Reset = 0xE0,

    /// <summary>First of 7 bytes: dig_H2 to dig_H6.</summary>
    TrimHigh = 0xE1,

    /// <summary>Oversampling of humidity, bits 2..0; comes into force with the next write of <see cref="CtrlMeas"/>.</summary>
    CtrlHum = 0xF2,

    /// <summary>Bit 3: measuring. Bit 0: trims are being copied out of the chip's memory.</summary>
    Status = 0xF3,

    /// <summary>Oversampling of temperature (bits 7..5) and pressure (4..2), mode (1..0).</summary>
    CtrlMeas = 0xF4,

    /// <summary>Standby time, filter, three-wire SPI.</summary>
    Config = 0xF5,

    /// <summary>First of 8 bytes: pressure (20 bits), temperature (20 bits), humidity (16 bits), most significant byte first.</summary>
    Data = 0xF7,
}

/// <summary>How often a quantity is measured for one result (tables 20, 23, 24); the number is the register's code.</summary>
public enum Bme280Oversampling : byte
{
    Skipped = 0,
    X1 = 1,
    X2 = 2,
    X4 = 3,
    X8 = 4,
    X16 = 5,
}

/// <summary>What the three control registers say: how one measurement is to be made.</summary>
public readonly record struct Bme280Settings(Bme280Oversampling Temperature, Bme280Oversampling Pressure, Bme280Oversampling Humidity)
{
    /// <summary>Length of <see cref="Bme280Register.TrimLow"/>'s block.</summary>
    public const int TrimLowLength = 26;

    /// <summary>Length of <see cref="Bme280Register.TrimHigh"/>'s block.</summary>
    public const int TrimHighLength = 7;

    /// <summary>Length of <see cref="Bme280Register.Data"/>'s block.</summary>
    public const int DataLength = 8;

    public const byte ChipId = 0x60;
    public const byte ResetWord = 0xB6;
    public const byte Measuring = 0x08;
    public const byte CopyingTrims = 0x01;

    /// <summary>Value of ctrl_hum.</summary>
    public byte CtrlHum => (byte)Humidity;

    /// <summary>Value of ctrl_meas in forced mode: measure once, then sleep (section 3.3.3).</summary>
    public byte CtrlMeasForced => (byte)((int)Temperature << 5 | (int)Pressure << 2 | 0b01);

    /// <summary>Value of ctrl_meas asleep.</summary>
    public byte CtrlMeasAsleep => (byte)((int)Temperature << 5 | (int)Pressure << 2);

    /// <summary>The settings that two control registers hold. Codes above 5 mean x16 too (table 20).</summary>
    public static Bme280Settings Of(byte ctrlHum, byte ctrlMeas) => new(Code(ctrlMeas >> 5), Code(ctrlMeas >> 2), Code(ctrlHum));

    /// <summary>The longest that a measurement can take (section 9.1, t_measure,max).</summary>
    public TimeSpan LongestMeasurement =>
        TimeSpan.FromMilliseconds(1.25 + 2.3 * Times(Temperature) + Part(Pressure, 2.3, 0.575) + Part(Humidity, 2.3, 0.575));

    /// <summary>What a measurement takes typically (section 9.1, t_measure,typ).</summary>
    public TimeSpan TypicalMeasurement =>
        TimeSpan.FromMilliseconds(1 + 2.0 * Times(Temperature) + Part(Pressure, 2, 0.5) + Part(Humidity, 2, 0.5));

    private static double Part(Bme280Oversampling of, double each, double once) =>
        of == Bme280Oversampling.Skipped ? 0 : each * Times(of) + once;

    private static int Times(Bme280Oversampling of) => of == Bme280Oversampling.Skipped ? 0 : 1 << ((int)of - 1);

    private static Bme280Oversampling Code(int bits) => (Bme280Oversampling)Math.Min(bits & 0b111, (int)Bme280Oversampling.X16);
}
