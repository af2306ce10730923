// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>

namespace semper {

class OrderlyStop;
class RollingRestart;
class SupervisedProcess;

/// The restarts that are asked for: of one instance at once, of several of a process one after the
/// other. Supervision's thread.
class Restarts : public QObject
{
    Q_OBJECT
public:
    /// \a orderlyStop must outlive it.
    explicit Restarts(OrderlyStop &orderlyStop)
        : m_orderlyStop(orderlyStop)
    { }

    /// \a by is who asked for it; empty: the server itself.
    void restart(const QList<SupervisedProcess *> &targets, const QString &by = {});
    /// The instances of \a name are being restarted one after the other.
    [[nodiscard]] bool isUnderWay(const QString &name) const;
    /// Leaves those of \a name as they are that were not restarted yet.
    void abandon(const QString &name);

Q_SIGNALS:
    /// As RollingRestart::givenUp().
    void givenUp(const semper::SupervisedProcess &failed, const QList<int> &left);

private:
    void restartInstances(
        const QString &name, const QList<SupervisedProcess *> &targets, const QString &by);

    OrderlyStop &m_orderlyStop;
    QHash<QString, QPointer<RollingRestart>> m_rolling; ///< by name of a process
};

} // namespace semper
