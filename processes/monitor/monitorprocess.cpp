// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorprocess.h"

#include "monitorsettings.h"
#include "recorder.h"

#include <semper/requesterror.h>

#include <QLoggingCategory>

#include <utility>

using namespace Qt::StringLiterals;

namespace {

Q_LOGGING_CATEGORY(logMonitor, "semper.process.monitor", QtInfoMsg)

template <class T>
void setIfKnown(semper::Gauge gauge, const std::optional<T> &value)
{
    if (value)
        gauge.set(*value);
}

} // namespace

SEMPER_USER_PROCESS(MonitorProcess)

QCoro::Task<> MonitorProcess::run(semper::Process &process)
{
    const MonitorSettings settings = MonitorSettings::fromJson(process.settings());
    process.setTitle(u"semper-monitor"_s);
    process.setStatus(u"writing to %1"_s.arg(settings.database));
    Recorder recorder(process, settings);
    while (!process.stopRequested()) {
        const std::optional<qint64> connections = co_await countConnections(process);
        setIfKnown(process.gauge(u"connections"), connections);
        const Measurement row{.at = QDateTime::currentDateTimeUtc(),
            .process = process.name(),
            .instance = process.instance(),
            .connections = connections,
            .host = {}};
        const Recording recording = co_await recorder.record(row);
        show(process, recording);
        if (recording.rowsWritten > 0)
            process.worked();
        tell(process, recording.error);
        co_await process.sleep(settings.interval);
    }
}

QCoro::Task<std::optional<qint64>> MonitorProcess::countConnections(semper::Process &process)
{
    try {
        const QList<semper::Connection> connections = co_await process.service().connections();
        co_return connections.size();
    } catch (const semper::RequestError &error) {
        qCWarning(logMonitor, "the connections are not known: %s", error.what());
        process.counter(u"connection_errors").add();
    }
    co_return std::nullopt;
}

void MonitorProcess::show(semper::Process &process, const Recording &recording)
{
    const HostLoad &host = recording.host;
    setIfKnown(process.gauge(u"load_1m"), host.load1m);
    setIfKnown(process.gauge(u"load_5m"), host.load5m);
    setIfKnown(process.gauge(u"memory_used_bytes"), host.memoryUsedBytes);
    setIfKnown(process.gauge(u"memory_available_bytes"), host.memoryAvailableBytes);
    setIfKnown(process.gauge(u"disk_used_ratio"), host.diskUsedRatio);
    setIfKnown(process.gauge(u"disk_free_bytes"), host.diskFreeBytes);
    process.counter(u"rows_written").add(recording.rowsWritten);
    process.counter(u"rows_dropped").add(recording.rowsDropped);
    process.counter(u"database_errors").add(recording.error.isEmpty() ? 0 : 1);
    if (recording.error.isEmpty())
        process.histogram(u"write_ms").record(recording.duration);
}

void MonitorProcess::tell(semper::Process &process, const QString &complaint)
{
    if (std::exchange(m_complaint, complaint) == complaint)
        return;
    if (complaint.isEmpty()) {
        process.setStatus(u"writing again"_s);
    } else {
        qCWarning(logMonitor, "%ls", qUtf16Printable(complaint));
        process.setStatus(u"not writing: %1"_s.arg(complaint));
    }
}
