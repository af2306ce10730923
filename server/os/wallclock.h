// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QDateTime>
#include <QObject>
#include <QTimeZone>

namespace semper {

/// The clock on the wall, which may be set at any time: an edge of the house, with one real and one
/// fake implementation. What people are shown comes from it, and when a schedule is due; every
/// other decision goes by Instant. The thread of its event loop.
class SEMPER_SERVER_EXPORT WallClock : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// UTC.
    [[nodiscard]] virtual QDateTime now() const = 0;
    /// Asks for reached() once the clock shows \a moment or more, in place of what was asked for
    /// before; an invalid one asks for nothing.
    virtual void wakeAt(const QDateTime &moment) = 0;
    /// That of the machine. From the first call on moved() tells when it is another.
    [[nodiscard]] virtual QTimeZone zone() = 0;

Q_SIGNALS:
    void reached();
    /// It was set, or the machine has slept.
    void leapt();
    /// The machine is in another time zone.
    void moved();
};

} // namespace semper
