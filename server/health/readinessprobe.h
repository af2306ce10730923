// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QObject>
#include <QString>

namespace semper {

/// Finds out whether one launch is ready; the next launch has a probe of its own. Never blocks,
/// ends all that it began when it is destroyed. Supervision's thread.
class SEMPER_SERVER_EXPORT ReadinessProbe : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// The launch lives.
    virtual void start() = 0;
    /// Why it is not ready yet, for people.
    [[nodiscard]] virtual QString missing() const = 0;

Q_SIGNALS:
    void ready(); ///< once, unless it goes on (RepeatedProbe::startWatching())
};

} // namespace semper
