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
/// ready again, so that never more than one is missing. Gives up when one fails for good. One that
/// is restarted again and again is waited for.
class RollingRestart : public QObject
{
    Q_OBJECT
public:
    explicit RollingRestart(const QList<SupervisedProcess *> &processes, QObject *parent = nullptr);
    void start() { next(); }

Q_SIGNALS:
    /// \a failed has failed for good, and the instances \a left are left as they are.
    void givenUp(const semper::SupervisedProcess &failed, const QList<int> &left);
    void finished();

private:
    void next();
    void look();
    void giveUp();

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
