/* secret_paths_test.c - what nobody may see, and what is no secret though it sounds so.
 */
#include "check.h"

#include "map/metric_map.h"

static void knows_secrets(void **state)
{
    static const struct {
        const char *device, *path;
    } secrets[] = {
        {"settings", "/Settings/Services/AccessPointPassword"},
        {"settings", "/Settings/Ble/Service/Pincode"},
        {"settings", "/Settings/Modem/PIN"},
        {"settings", "/Settings/Modem/Password"},
        {"settings", "/Settings/LoadSheddingApi/Token"},
        {"settings", "/Settings/Wifi/ssid"},
        {"settings", "/Settings/System/RootPasswd"},
        {"settings", "/Settings/Cloud/APIKey"},
        {"settings", "/Settings/Cloud/apikey2"},
        {"settings", "/Settings/Cloud/Keys/0/Value"},
        {"settings", "/Settings/Cloud/ClientSecret"},
        {"settings", "/Settings/Wifi/PSK"},
        {"settings", "/Settings/Modem/PUK1"},
        {"ble", "/Devices/ruuvi_1/Key"},
        {"eebus", "/PairingQrCode"},
        {"platform", "/Tokens/Users"},
        {"platform", "/Tokens/Pairing/CountDown"},
        {"platform", "/Network/Services"},
        {"platform", "/Network/SetValue"},
        {"platform", "/Vebus/Interface/ttyS4/Password/Input"},
        {"shelly", "/Devices/1/Users/0/Name"},
        {"unheard-of", "/Something/New/WifiPassphrase"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(secrets); i++)
        if (!metric_map_is_secret(str_from(secrets[i].device), str_from(secrets[i].path)))
            fail_msg("%s %s is not known", secrets[i].device, secrets[i].path);
}

static void leaves_the_rest_alone(void **state)
{
    static const struct {
        const char *device, *path;
    } open[] = {
        {"solarcharger", "/Yield/User"},
        {"solarcharger", "/History/Cumulative/User/ChargedAh"},
        {"evcharger", "/Alarms/CPInputShortCircuit"},
        {"battery", "/Soc"},
        {"generator", "/RunningByConditionCode"},
        {"platform", "/ModificationChecks/SshKeyForRootPresent"},
        {"settings", "/Settings/Network/VrmPortal"},
        {"settings", "/Settings/Gui/Keyboard"},
        {"settings", "/Settings/Spinning/Pinned"},
        {"system", "/SystemState/UserChargeLimited"},
        {"system", ""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(open); i++)
        if (metric_map_is_secret(str_from(open[i].device), str_from(open[i].path)))
            fail_msg("%s %s is no secret", open[i].device, open[i].path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_secrets),
        cmocka_unit_test(leaves_the_rest_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
