// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "jobqueue.h"

#include <semper/userprocess.h>

#include <memory>

/// Takes jobs from a queue on Redis, one at a time, and loses none: not when it is killed, not when
/// Redis is. A job is a JSON object with a "text"; its result is the text's SHA-256. How many wait,
/// were done, failed and came back from dead workers is shown as metrics.
class QueueWorkerProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override;

private:
    using Queue = std::shared_ptr<JobQueue>;

    /// Beside the jobs, however long one takes.
    QCoro::Task<> keepLease(semper::Process &process, Queue queue);
    QCoro::Task<> doNext(semper::Process &process, Queue queue);
    void tell(semper::Process &process, const QString &trouble);

    QueueSettings m_settings;
    bool m_isRecovered = false; ///< nothing of before is in this worker's list
    QString m_trouble;
    QCoro::Task<> m_lease;
};
