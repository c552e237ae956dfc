"""A station that says something all the time wakes the exporter a few times a second, and every word arrives."""

import os
import time

import paho.mqtt.client as mqtt
from harness import wait_until

ESS = "cerbo-gx-v3.70-ess"
MESSAGES = 200
PAUSE = 0.01
MOST_A_SECOND = 20  # four rests, each woken from and followed by a look at the socket; what else the session does


def wakings(server):
    """How often the thread that reads the broker's messages went to sleep by now."""
    tasks = f"/proc/{server.child.pid}/task"
    for task in os.listdir(tasks):
        with open(f"{tasks}/{task}/status", encoding="ascii") as file:
            fields = {name: value.strip() for name, value in (line.split(":", 1) for line in file)}
        if fields["Name"] == "mqtt":
            return int(fields["voluntary_ctxt_switches"])
    raise AssertionError("no thread that reads messages")


def messages(server):
    return server.page().value("victron_mqtt_messages_total")


def settled(server):
    """The full publish is over."""
    before = messages(server)
    time.sleep(0.3)
    return messages(server) == before or None


def trickle(publisher, topic):
    for i in range(MESSAGES):
        publisher.publish(topic, b'{"value":%d}' % (i % 100))
        time.sleep(PAUSE)
    publisher.publish(topic, b'{"value":77}').wait_for_publish(5)


def test_a_trickle_wakes_it_a_few_times_a_second(broker, mqtt_station, exporter):
    server = broker()
    mqtt_station(server, ESS)
    program = exporter(server.url)
    page = wait_until(lambda: (page := program.page()).value("victron_up") == 1 and page, what="values")
    topic = "N/{}/battery/512/Soc".format(page.series("victron_station_info")[0][0]["portal_id"])
    wait_until(lambda: settled(program), what="the end of the full publish")
    publisher = mqtt.Client()
    publisher.connect("127.0.0.1", server.plugin_port)
    publisher.loop_start()
    try:
        before, heard, start = wakings(program), messages(program), time.monotonic()
        trickle(publisher, topic)
        slept = wakings(program) - before
        seconds = time.monotonic() - start
        assert slept <= MOST_A_SECOND * seconds, (slept, seconds)
        soc = ("victron_battery_state_of_charge_ratio", "512")
        wait_until(lambda: program.page().value(soc[0], instance=soc[1]) == 0.77, 2, "the last message")
        assert messages(program) - heard > MESSAGES
    finally:
        publisher.loop_stop()
        publisher.disconnect()
