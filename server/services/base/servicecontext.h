// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <functional>

namespace semper {

class FrameConnection;
class ProcessMail;
class Supervision;

/// What a service has of the server around it. Set before listen(); all of it outlives the service.
/// A service that is used alone, as in a test, has none of it.
struct ServiceContext
{
    Supervision *supervision = nullptr; ///< what there is to ask and to command; null: nothing
    ProcessMail *mail = nullptr; ///< the way to its processes; null: none
    /// Whether this is the server's bearer token, in a time that tells nothing; null: none is.
    std::function<bool(const QByteArray &token)> isToken = {};
    /// Makes the peer of a connection, who has shown the token, a watcher of the server until the
    /// connection closes; null: nobody can be one.
    std::function<void(FrameConnection *connection)> openWatcher = {};
};

} // namespace semper
