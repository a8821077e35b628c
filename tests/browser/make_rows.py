#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Rows for the tests of the faces: five months of six sensors, one rise, one burst, two new ports; the same each time."""
import datetime
import random
import sys

random.seed(20130301)
start = datetime.datetime(2013, 2, 1)
hours = 150 * 24
sensors = [f"tokyo-{i}" for i in range(1, 4)] + [f"osaka-{i}" for i in range(1, 4)]
ports = [(445, 6), (1433, 4), (22, 3), (3389, 2), (80, 1.5), (23, 1), (3306, .8), (8080, .6), (5900, .4), (25, .3), (110, .2)]
print("datetime,host,src,proto,type,spt,dpt")


def row(hour, sensor, source, proto, port, kind=""):
    time = start + datetime.timedelta(hours=hour, seconds=random.randrange(3600))
    print(f"{time:%Y-%m-%d %H:%M:%S},{sensor},{source},{proto},{kind},{random.randrange(1024, 65535)},{port}")


for hour in range(hours):
    rise = 30 if 112 * 24 <= hour < 116 * 24 else 1
    for sensor in sensors:
        if sensor == "osaka-3" and hour > hours - 40:
            continue
        for port, weight in ports:
            for _ in range(int(random.expovariate(1 / (weight * .25 * (rise if port == 5900 else 1))))):
                row(hour, sensor, 0xCB007100 + random.randrange(256) * (rise if port == 5900 else 1), "TCP", port)
        if random.random() < .08:
            row(hour, sensor, 0xC6336400 + random.randrange(256), "ICMP", "", 8)
        if random.random() < .05:
            row(hour, sensor, 0xC6336400 + random.randrange(256), "UDP", 53)
for _ in range(900):
    row(100 * 24 + 5, "tokyo-2", 0xC0000201, "UDP", 1469)
for hour in range(hours - 300, hours, 7):
    row(hour, sensors[hour % 5], 0xCB007105, "TCP", 7547)
