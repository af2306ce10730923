// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/httpprobespec.h>

#include <QString>
#include <QStringList>

#include <chrono>

namespace semper {

/// What makes a process ready.
enum class ReadyMode {
    Started, ///< a command was executed, the run() of a class began
    Notify, ///< it says so: the frame `ready`, or READY=1 on NOTIFY_SOCKET (sd_notify(3))
    Tcp, ///< a connection to an address succeeds
    Http, ///< a GET is answered as expected, by default with 2xx or 3xx
    Exec, ///< a program exits with 0
    Log, ///< a line of its output matches
};

/// "ready" in the configuration.
struct ReadySpec
{
    ReadyMode mode = ReadyMode::Started;
    std::chrono::milliseconds timeout{60000}; ///< not ready by then is a failed start
    QString address = {}; ///< of Tcp: "host:port", "[v6]:port" or "unix:PATH"
    QString url = {}; ///< of Http: "http://host:port/path", https, or "unix:PATH:/path"
    HttpProbeSpec http = {}; ///< of Http
    QStringList command = {}; ///< of Exec: program and arguments, no shell
    QString pattern = {}; ///< of Log: a regular expression
    std::chrono::milliseconds interval{500}; ///< between the attempts of Tcp, Http and Exec
    std::chrono::milliseconds attemptTimeout{2000}; ///< of one of them
    friend bool operator==(const ReadySpec &, const ReadySpec &) = default;
};

} // namespace semper
