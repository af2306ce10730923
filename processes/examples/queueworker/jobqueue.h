// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "queuesettings.h"

#include <semper/redis.h>

#include <QByteArray>
#include <QString>

#include <optional>

/// A reliable queue. Producers LPUSH jobs to the list QUEUE. A job is never only in a worker's
/// memory: it is moved to the worker's own list (QUEUE:processing:WORKER), and leaves that one in
/// the transaction that keeps its result (hash QUEUE:results) or gives it up (list QUEUE:failed).
/// What a dead worker leaves in its list goes back to the queue, so a job is done at least once.
///
/// Which workers there are is in the set QUEUE:workers; one lives as long as QUEUE:alive:WORKER.
/// All throw as semper::Redis does.
class JobQueue
{
public:
    /// \a worker is unique among all that share the queue, and the same after a restart.
    JobQueue(semper::TaskScope &scope, QueueSettings settings, const QString &worker);

    /// The oldest job; nothing when none came within a second.
    [[nodiscard]] QCoro::Task<std::optional<QByteArray>> take();
    /// How many jobs wait after that.
    [[nodiscard]] QCoro::Task<qint64> finish(QByteArray job, QByteArray result);
    /// The same for a job that nobody can do.
    [[nodiscard]] QCoro::Task<qint64> giveUp(QByteArray job);
    [[nodiscard]] QCoro::Task<qint64> depth();

    /// Puts back what this worker had taken before; how many jobs. For its start, and after
    /// trouble.
    [[nodiscard]] QCoro::Task<qint64> recoverOwn();
    /// Says that this worker lives, and puts back what the dead ones had; how many jobs.
    [[nodiscard]] QCoro::Task<qint64> renewLease();

private:
    [[nodiscard]] QString key(QStringView kind, const QString &worker = {}) const;
    [[nodiscard]] QCoro::Task<qint64> putBack(QString worker);

    semper::Redis m_redis;
    QueueSettings m_settings;
    QString m_worker;
    QString m_processing;
};
