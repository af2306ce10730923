// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/processstatus.h"
#include "supervision/instant.h"

#include <QList>
#include <QObject>
#include <QPointer>

namespace semper {

class SupervisedProcess;

/// Restarts the instances of a process one after the other: the next only once the one before is
/// ready again, so that never more than one is missing. Gives up when one fails for good.
class RollingRestart : public QObject
{
    Q_OBJECT
public:
    explicit RollingRestart(const QList<SupervisedProcess *> &processes, QObject *parent = nullptr);
    void start() { next(); }

Q_SIGNALS:
    void finished();

private:
    void next();
    void look();

    struct Target
    {
        QPointer<SupervisedProcess> process;
        Wanted wanted; ///< when this began
    };
    QList<Target> m_left;
    QPointer<SupervisedProcess> m_current;
    Instant m_asked;
};

} // namespace semper
