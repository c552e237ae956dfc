"""Where the map and the catalogue differ on purpose, and why.

Keys are "device path" as the catalogue writes them, with * for any text (fnmatch); the
first that fits counts. A line that fits nothing any more is a mistake: a test says so.
"""

# Critical and health paths that no metric stands for.
LEFT_OUT = {
    "* /Connected": "it is victron_device_up",
    "* /Dc/{channel}/*": "the second channel, a starter battery, has a voltage only",
    "gps /Position/*": "tells where the owner lives or sails",
    "platform /ModificationChecks/Action": "a command",
    "platform /ModificationChecks/StartCheck": "a command",
    "platform /Mqtt/RegisterOnVrm": "a command",
    "platform /Network/ConfigChanged": "an event of one second for the pages of the GX",
    "platform /Network/Wifi/Scan": "a command",
    "temperature /SeqNo": "changes with each radio message",
    "vebus /Devices/{device}/ExtendStatus/GridRelayReport/Reset": "a command",
    "vebus /Devices/{device}/ExtendStatus/RawFlags{n}": "its bits are mapped one by one",
}

# Priority critical and health: core; detail: standard; setting: full. Otherwise:
LEVELS = {
    "* /History/Daily/{day}/Yield": ("standard", "dashboards show today and yesterday"),
    "* /History/Daily/{day}/Pv/{tracker}/Yield": ("standard", "rules compare trackers by it"),
    "* /History/Daily/*": ("full", "history by day, 20 series a device"),
    "* /History/Cycle/*": ("full", "history by charge cycle, 30 series a device"),
    "* /Error/{n}/Id": ("core", "rules name the error"),
    "meteo /WindSpeed": ("core", "rules warn of storms"),
    "generator /ManualStartTimer": ("standard", "rules tell a manual run without an end"),
    "platform /Firmware/Online/AvailableVersion": ("core", "a fixed name of the contract"),
    "platform /CanBus/Interface/{interface}/Statistics": ("standard", "beside the core ones, for the bus panel"),
    "vebus /Leds/Temperature": ("standard", "all lights are in one family"),
    "vebus /MicroGrid/DirectDriveVf/F": ("standard", "a setpoint, no measurement"),
    "* /Devices/Bms/*": ("standard", "names and versions, no rule reads them"),
    "battery /Diagnostics/Module{module}/Id": ("standard", "names and versions, no rule reads them"),
    "battery /Distributor/{distributor}/Fuse/{fuse}/Name": ("standard", "names and versions, no rule reads them"),
    "battery /System/*TemperatureCellId": ("standard", "with its twins for voltage"),
    "system /Dc/Battery/TemperatureService": ("standard", "names and versions, no rule reads them"),
    # settings that stand at standard
    "* /Mode": ("standard", "a switch position explains why a device is off"),
    "* /Ac/In/{input}/CurrentLimit": ("standard", "rules compare the input current with it"),
    "vebus /Ac/ActiveIn/CurrentLimit": ("standard", "rules compare the input current with it"),
    "pvinverter /Ac/PowerLimit": ("standard", "tells curtailment"),
    "*genset /AutoStart": ("standard", "older name of a detail path"),
    "*genset /Start": ("standard", "what the GX asked of the generator"),
    "generator /AutoStartEnabled": ("standard", "rules warn where it is off"),
    "* /Settings/Ess/MinimumSocLimit": ("standard", "a parameter of the battery rules"),
    "* /Settings/GridCode": ("standard", "rules warn of a change"),
    "battery /Settings/Battery/NominalVoltage": ("standard", "a parameter of the battery rules"),
    "vebus /Settings/InverterOutputVoltage": ("standard", "a parameter of the grid rules"),
    "vebus /Devices/{device}/Settings/InverterOutputVoltage": ("standard", "a parameter of the grid rules"),
    "tank /Alarms/*/Enable": ("standard", "with the limits, which are details"),
    "s* /*/Settings/CustomName": ("standard", "names belong to the outputs and inputs"),
    "s* /*/Settings/Group": ("standard", "names belong to the outputs and inputs"),
    "switch /*/Settings/Unit": ("standard", "a value without its unit says nothing"),
    "settings /Settings/Alarm/System/GridLost": ("standard", "rules read it"),
    "settings /Settings/CGwacs/Ac*": ("standard", "rules read the limits and setpoint of ESS"),
    "settings /Settings/CGwacs/BatteryLife/MinimumSocLimit": ("standard", "a parameter of the battery rules"),
    "settings /Settings/CGwacs/BatteryLife/State": ("standard", "dashboards show the state of ESS"),
    "settings /Settings/CGwacs/Hub4Mode": ("standard", "dashboards show the mode of ESS"),
    "settings /Settings/CGwacs/Max*Power": ("standard", "rules read the limits and setpoint of ESS"),
    "settings /Settings/CGwacs/OvervoltageFeedIn": ("standard", "tells whether curtailment is meant"),
    "settings /Settings/CGwacs/PreventFeedback": ("standard", "tells whether curtailment is meant"),
    "settings /Settings/CGwacs/RunWithoutGridMeter": ("standard", "rules expect a grid meter by it"),
    "settings /Settings/DynamicEss/BatteryCapacity": ("standard", "a parameter of the battery rules"),
    "settings /Settings/DynamicEss/Mode": ("standard", "dashboards show the mode of Dynamic ESS"),
    "settings /Settings/Network/VrmPortal": ("standard", "rules judge VRM contact by it"),
    "settings /Settings/SystemSetup/AcInput{input}": ("standard", "rules tell grid from generator by it"),
    "settings /Settings/SystemSetup/MaxCharge*": ("standard", "a parameter of the battery rules"),
    "settings /Settings/Vrmlogger/LogInterval": ("standard", "rules judge VRM contact by it"),
}

# Unit and scale of the metric where the catalogue's unit is wrong or missing.
UNITS = {
    # The catalogue errs; the data model or the source of the driver decides.
    "* /RefreshTime": ("seconds", 0.001, "dbus-modbus-client publishes milliseconds"),
    "* /History/Overall/DaysAvailable": ("", 1, "a count of days, no duration"),
    "vebus /MicroGrid/*/Qref": ("vars", 1, "reactive power"),
    "temperature /RawValue": ("", 1, "its unit is in /RawUnit"),
    "battery /Settings/Alarm/*BatteryTemperature*": ("kelvin", 1, "the monitor's registers hold kelvin"),
    "battery /Settings/Relay/*BatteryTemperature*": ("kelvin", 1, "the monitor's registers hold kelvin"),
    "battery /Settings/Battery/ChargedDetectionTime": ("seconds", 60, "minutes in the monitor's registers"),
    "battery /Settings/Battery/TailCurrent": ("ratio", 0.01, "percent of the capacity"),
    "* /SwitchableOutput/*Dimming*": ("", 1, "percent only if the output is a dimmer"),
    "switch /SwitchableOutput/{output}/Settings/OutputLimit*": ("", 1, "percent only if the output is a dimmer"),
    "settings /Settings/Generator{generator}/MinimumRuntime": ("seconds", 60, "dbus_generator counts minutes"),
    "settings /Settings/Generator{generator}/ServiceInterval": ("seconds", 1, "dbus_generator counts seconds"),
    "settings /Settings/SystemSetup/WriteVebusSoc": ("", 1, "a flag"),
    "vebus /Hub4/L{phase}/OverruledShoreLimit": ("amperes", 1, "a current limit, no flag"),
    # The catalogue gives no unit.
    "* /S2/{rm}/RmSettings/*Hysteresis": ("seconds", 1, "S2 resource manager"),
    "* /S2/{rm}/RmSettings/PowerSetting": ("watts", 1, "S2 resource manager"),
    "* /S2/{rm}/RmSettings/RunningThreshold": ("watts", 1, "S2 resource manager"),
    "* /Settings/BatteryVoltageSetting": ("volts", 1, "nominal voltage"),
    "battery /Settings/Alarm/*Voltage*": ("volts", 1, "as the threshold without Clear"),
    "battery /Settings/Relay/*Voltage*": ("volts", 1, "as the threshold without Clear"),
    "battery /Settings/Battery/ChargeEfficiency": ("ratio", 0.01, "percent"),
    "battery /Settings/Battery/CurrentThreshold": ("amperes", 1, "a current"),
    "battery /Settings/*DischargeFloor": ("ratio", 0.01, "percent"),
    "battery /Settings/Battery/TTGAveragingPeriod": ("seconds", 60, "minutes in the monitor's registers"),
    "* /ScanProgress": ("ratio", 0.01, "percent"),
    "vebus /Devices/{device}/Settings/*Progress": ("ratio", 0.01, "percent"),
    "ev /ChargingStarted": ("seconds", 1, "unix time"),
    "ev /LastEvContact": ("seconds", 1, "unix time"),
    "ev /LastUpdated/*": ("seconds", 1, "unix time"),
    "vebus /Devices/{device}/InterfaceProtectionLog/{n}/Time": ("seconds", 1, "unix time on a recorded station"),
    "gps /MagneticVariation": ("degrees", 1, "an angle"),
    "hub4 /Max*Percentage": ("ratio", 0.01, "percent"),
    "multi /Ac/In/ConnectCountdown": ("seconds", 1, "a time"),
    "* /Link/ChargeVoltage*": ("volts", 1, "a voltage"),
    "multi /Settings/Ac/In/CurrentLimitEnergyMeter": ("amperes", 1, "a current limit"),
    "platform /CanBus/Interface/{interface}/SpiRetryPercentage": ("ratio", 0.01, "percent"),
    "pvinverter /Latency": ("seconds", 1, "as in other energy meters"),
    "switch /*Fuse": ("amperes", 1, "a fuse rating"),
    "system /MotorDrive/ConsumptionAhkm": ("coulombs_per_meter", 3.6, "Ah per km"),
    "system /MotorDrive/ConsumptionWhkm": ("joules_per_meter", 3.6, "Wh per km"),
    "tank /ButaneRatio": ("ratio", 0.01, "percent"),
    "vebus /Devices/{device}/Info/DeltaTBatNominalTBatMinimum": ("kelvin", 1, "a temperature difference"),
    "settings /Settings/DynamicEss/*Limit": ("watts", 1000, "kW"),
    "settings /Settings/CGwacs/PvPowerSetpointOffset": ("watts", 1, "a power"),
    "settings /Settings/Generator{generator}/AcLoad/*Value": ("watts", 1, "a power"),
    "settings /Settings/Generator{generator}/BatteryCurrent/*Value": ("amperes", 1, "a current"),
    "settings /Settings/Generator{generator}/TankLevel/*Value": ("ratio", 0.01, "percent"),
    "settings /Settings/Generator{generator}/AccumulatedTotalOffset": ("seconds", 1, "a run time"),
    "settings /Settings/Generator{generator}/TestRun/Interval": ("seconds", 86400, "days"),
    "settings /Settings/Vrmlogger/LogInterval": ("seconds", 1, "a time"),
    "settings /Settings/Watchdog/VrmTimeout": ("seconds", 1, "a time"),
}

# What the catalogue calls a counter but starts anew each day, run or session: a gauge.
NO_COUNTERS = {
    "evcharger /Session/*": "starts anew with each session",
    "generator /*Runtime": "starts anew with each run or day",
    "system /Ac/Genset/Runtime": "starts anew with each run",
    "meteo /TodaysYield": "starts anew each day",
}

# What the catalogue calls a number but only rises until it is reset: a counter.
COUNTERS = {
    "* /VEDirect/*Error*": "protocol errors since the driver started",
}

# Enums of the catalogue that are no table in the map, or another one.
NO_ENUMS = {
    "* /DeviceOffReason": "a bit field; HELP names the bits",
    "* /Link/NetworkMode": "a bit field; HELP names the bits",
    "* /Link/NetworkStatus": "a bit field; HELP names the bits",
    "* /SwitchableOutput/{output}/Status": "a bit field; HELP names the bits",
    "* /SwitchableOutput/{output}/Settings/ShowUIControl": "a bit field; HELP names the bits",
    "battery /Battery/{battery}/Status": "a bit field; HELP names the bits",
    "platform /ModificationChecks/SystemHooksState": "a bit field; HELP names the bits",
    "settings /Settings/DynamicEss/*Restrictions": "a bit field; HELP names the bits",
    "system /DynamicEss/Flags": "a bit field; HELP names the bits",
    "system /DynamicEss/Restrictions": "a bit field; HELP names the bits",
    "platform /Notifications/Al*": "a flag; HELP says what 1 is",
}
OTHER_ENUMS = {
    "vebus /VebusMainState": "the main states of the VE.Bus protocol, not those of /State: a recorded Multi in bulk says 9",
}

# Alarm paths of the catalogue that are no victron_alarm_state.
NO_ALARMS = {
    "platform /Notifications/Al*": "says whether somebody must look, no condition of a device",
}
# Paths that know only 0 and 1 = alarm although the catalogue prints the table of all alarms.
TWO_STATE_ALARMS = {
    "ev /Alarms/StarterBatteryLow": "0 and 1 in the wiki and in Node-RED",
}

# Texts that become numbers (key "values").
TEXTS_AS_NUMBERS = {
    "battery /NumberOfBmses": "of which the difference counts",
    "platform /Network/Wifi/State": "a state",
    "settings /Settings/System/ImageType": "a number on recorded stations",
}
