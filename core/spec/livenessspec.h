// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/httpprobespec.h>

#include <QString>
#include <QStringList>

#include <chrono>

namespace semper {

/// What shows that a process which runs is alive.
enum class LivenessMode {
    Tcp, ///< a connection to an address succeeds
    Http, ///< a GET is answered as expected, by default with 2xx or 3xx
    Exec, ///< a program exits with 0
};

/// "liveness" in the configuration.
struct LivenessSpec
{
    LivenessMode mode = LivenessMode::Tcp;
    QString address = {}; ///< of Tcp: "host:port", "[v6]:port" or "unix:PATH"
    QString url = {}; ///< of Http: "http://host:port/path", https, or "unix:PATH:/path"
    HttpProbeSpec http = {}; ///< of Http
    QStringList command = {}; ///< of Exec: program and arguments, no shell
    std::chrono::milliseconds interval{10000}; ///< before each try, the first one too
    std::chrono::milliseconds timeout{5000}; ///< of one try
    int failures = 3; ///< in a row, then it is killed
    friend bool operator==(const LivenessSpec &, const LivenessSpec &) = default;
};

} // namespace semper
