#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Watches how full a disk is. Settings: "path" ("/") and "interval_ms" (1000)."""

import shutil

from semper import Process


def main():
    process = Process()
    path = process.settings.get("path", "/")
    interval = process.settings.get("interval_ms", 1000) / 1000
    process.status(f"watching {path}")
    process.ready()
    looks = 0
    while True:
        disk = shutil.disk_usage(path)
        looks += 1
        process.metrics(gauges={"disk_used_ratio": disk.used / disk.total},
                        counters={"looks": looks},
                        report={"path": path, "free_bytes": disk.free})
        if not process.wait(interval):
            break
    print(f"looked {looks} times", flush=True)


if __name__ == "__main__":
    main()
