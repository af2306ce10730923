// SPDX-License-Identifier: LGPL-3.0-or-later
#include "queueworkerprocess.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QLoggingCategory>
#include <QSysInfo>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Q_LOGGING_CATEGORY(logQueue, "semper.process.queueworker", QtInfoMsg)

constexpr auto pauseAfterTrouble = 200ms;

/// Nothing for a job that makes no sense.
[[nodiscard]] std::optional<QByteArray> resultOf(const QByteArray &job)
{
    const QJsonValue text = QJsonDocument::fromJson(job)[u"text"_s];
    if (!text.isString())
        return std::nullopt;
    return QCryptographicHash::hash(text.toString().toUtf8(), QCryptographicHash::Sha256).toHex();
}

} // namespace

SEMPER_USER_PROCESS(QueueWorkerProcess)

QCoro::Task<> QueueWorkerProcess::run(semper::Process &process)
{
    m_settings = QueueSettings::fromJson(process.settings());
    const QString worker
        = u"%1:%2:%3"_s.arg(QSysInfo::machineHostName(), process.name()).arg(process.instance());
    const auto queue = std::make_shared<JobQueue>(process, m_settings, worker);
    m_lease = keepLease(process, queue);
    while (!process.stopRequested()) {
        QString trouble;
        try {
            co_await doNext(process, queue);
        } catch (const semper::RedisFailure &error) {
            trouble = QString::fromUtf8(error.what());
        }
        tell(process, trouble);
        if (!trouble.isEmpty()) {
            m_isRecovered = false; // a job may have been taken, or done, and not told
            process.counter(u"redis_errors").add();
            co_await process.sleep(pauseAfterTrouble);
        }
    }
}

QCoro::Task<> QueueWorkerProcess::doNext(semper::Process &process, Queue queue)
{
    if (!m_isRecovered) {
        const qint64 jobs = co_await queue->recoverOwn();
        process.counter(u"recovered").add(double(jobs));
        m_isRecovered = true;
    }
    const std::optional<QByteArray> job = co_await queue->take();
    if (!job) {
        const qint64 depth = co_await queue->depth();
        process.gauge(u"depth").set(double(depth));
        co_return;
    }
    QElapsedTimer time;
    time.start();
    if (m_settings.pause > 0ms)
        co_await process.sleep(m_settings.pause);
    const std::optional<QByteArray> result = resultOf(*job);
    qint64 depth = 0;
    if (result)
        depth = co_await queue->finish(*job, *result);
    else
        depth = co_await queue->giveUp(*job);
    process.gauge(u"depth").set(double(depth));
    process.counter(result ? u"processed" : u"failed").add();
    process.histogram(u"job_ms").record(double(time.elapsed()));
}

QCoro::Task<> QueueWorkerProcess::keepLease(semper::Process &process, Queue queue)
{
    while (!process.stopRequested()) {
        try {
            const qint64 jobs = co_await queue->renewLease();
            process.counter(u"recovered").add(double(jobs));
        } catch (const semper::RedisFailure &error) {
            qCDebug(logQueue, "the lease was not renewed: %s", error.what());
        }
        co_await process.sleep(m_settings.lease / 3);
    }
}

void QueueWorkerProcess::tell(semper::Process &process, const QString &trouble)
{
    if (std::exchange(m_trouble, trouble) == trouble)
        return;
    if (!trouble.isEmpty())
        qCWarning(logQueue, "%ls", qUtf16Printable(trouble));
    process.setStatus(trouble.isEmpty() ? u"working"_s : u"waiting: "_s + trouble);
}
