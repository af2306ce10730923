// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/connection.h>
#include <semper/semper_server_export.h>

#include <chrono>
#include <optional>

namespace semper {

/// One client of a service, whatever it speaks. Belongs to its socket and ends with it. The thread
/// of its event loop only.
class SEMPER_SERVER_EXPORT LiveConnection
{
public:
    LiveConnection() = default;
    virtual ~LiveConnection();
    Q_DISABLE_COPY_MOVE(LiveConnection)

    /// As it is now. Its listener is filled in by the ConnectionTable.
    [[nodiscard]] virtual Connection connection() const = 0;
    /// Ends it as its protocol has it; a client that does not follow is cut off after 2 s.
    virtual void close() = 0;
    /// Ends it at once, whatever is under way.
    virtual void abort() = 0;
    /// Ends what is over its time. Called several times within the shortest limit.
    virtual void enforceDeadlines() = 0;

    /// A client that nothing is being done for, and that did not show the server's token.
    struct Quiet
    {
        bool hasAsked = false; ///< for something, ever
        std::chrono::milliseconds time{0}; ///< for so long
    };
    /// Nothing where it must not be ended for the sake of a client that comes.
    [[nodiscard]] virtual std::optional<Quiet> quiet() const { return {}; }
    /// Ends it, as fast as a polite end can be, because a client has come that there is no room
    /// for.
    virtual void makeRoom() { abort(); }
};

} // namespace semper
