// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/processstatus.h"
#include "supervision/instant.h"

#include <semper/semper_server_export.h>

#include <QList>
#include <QObject>
#include <QPointer>

namespace semper {

class SupervisedProcess;

/// Restarts the instances of a process one after the other, so that never more than one is missing:
/// those first that are not ready anyway, and one that is ready only while all others are. Gives up
/// when one fails for good. One that is restarted again and again is waited for.
class SEMPER_SERVER_EXPORT RollingRestart : public QObject
{
    Q_OBJECT
public:
    /// \a by is who asked for it; empty: the server itself.
    RollingRestart(
        const QList<SupervisedProcess *> &processes, QString by, QObject *parent = nullptr);
    void start() { proceed(); }

Q_SIGNALS:
    /// \a failed has failed for good, and the instances \a left are left as they are.
    void givenUp(const semper::SupervisedProcess &failed, const QList<int> &left);
    void finished();

private:
    struct Target
    {
        QPointer<SupervisedProcess> process;
        Wanted wanted; ///< when this began
    };

    void proceed();
    [[nodiscard]] bool isCurrentOver() const;
    [[nodiscard]] SupervisedProcess *failed() const;
    /// The one that may be restarted now; null: none yet.
    [[nodiscard]] SupervisedProcess *takeNext();
    void giveUp(const SupervisedProcess &failed);

    const QString m_by;
    QList<QPointer<SupervisedProcess>> m_all;
    QList<Target> m_left;
    QPointer<SupervisedProcess> m_current;
    Instant m_asked;
    bool m_isOver = false;
};

} // namespace semper
