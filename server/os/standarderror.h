// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace semper {

/// The server's log and its processes' output, both on standard error. A reader that does not
/// read must not stop the server: what a full pipe cannot take is dropped, counted, and the count
/// told as soon as there is room. Any thread.
class StandardError
{
public:
    /// Writes \a line and a newline. Control characters but tab become '?' (withoutControls()), so
    /// that a child's output cannot drive the operator's terminal.
    static void write(const QByteArray &line);
    /// From here on Qt's messages go the same way, each with time, category and level, and within
    /// LogBudget.
    static void takeQtMessages();
    /// From here on they are dropped: for an end in which other threads find their descriptors
    /// closed. May be called in a signal handler.
    static void dropQtMessages() noexcept;
};

} // namespace semper
