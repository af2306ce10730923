// SPDX-License-Identifier: LGPL-3.0-or-later
#include "recorder.h"

#include <semper/databaseerror.h>

#include <QDir>
#include <QFileInfo>
#include <QPromise>
#include <QThreadPool>

#include <memory>
#include <utility>

using namespace Qt::StringLiterals;

namespace {

/// What file systems are asked for, and may not answer soon.
struct DiskWork
{
    HostLoad host;
    QString error; ///< of the folder; empty for none
};

QFuture<DiskWork> workOnDisk(const QString &disk, const QString &folder)
{
    auto promise = std::make_shared<QPromise<DiskWork>>();
    promise->start();
    QThreadPool::globalInstance()->start([promise, disk, folder] {
        const bool made = QDir().mkpath(folder);
        promise->addResult(DiskWork{.host = HostLoad::read(disk),
            .error = made ? QString() : u"cannot make the folder %1"_s.arg(folder)});
        promise->finish();
    });
    return promise->future();
}

semper::DatabaseOptions optionsOf(const MonitorSettings &settings)
{
    semper::DatabaseOptions options;
    options.name = settings.database;
    options.connections = 1;
    return options;
}

} // namespace

Recorder::Recorder(semper::Process &process, const MonitorSettings &settings)
    : m_process(process)
    , m_settings(settings)
    , m_database(process, optionsOf(settings))
{ }

QCoro::Task<Recording> Recorder::record(Measurement row)
{
    Recording recording;
    const QFuture<DiskWork> future
        = workOnDisk(m_settings.disk, QFileInfo(m_settings.database).absolutePath());
    const DiskWork work = co_await m_process.result(future);
    row.host = work.host;
    recording.host = work.host;
    recording.error = work.error;
    m_waiting.append(std::move(row));
    if (m_waiting.size() > maximumWaiting) {
        m_waiting.removeFirst();
        recording.rowsDropped = 1;
    }
    if (!recording.error.isEmpty())
        co_return recording;
    const auto begin = std::chrono::steady_clock::now();
    try {
        co_await write();
        recording.rowsWritten = m_waiting.size();
        m_waiting.clear();
    } catch (const semper::DatabaseError &error) {
        m_hasTable = false; // it may be another file the next time
        recording.error = QString::fromUtf8(error.what());
    }
    recording.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    co_return recording;
}

QCoro::Task<> Recorder::write()
{
    if (!m_hasTable)
        co_await m_database.execute(
            u"create table if not exists measurements (id integer primary key, at text not null,"
            " process text not null, instance integer not null, connections integer,"
            " load_1m real, load_5m real, memory_used_bytes integer,"
            " memory_available_bytes integer, disk_used_ratio real, disk_free_bytes integer)");
    m_hasTable = true;
    co_await m_database.transaction([&](semper::Transaction &transaction) -> QCoro::Task<> {
        for (const Measurement &row : std::as_const(m_waiting)) {
            const QString at = row.at.toUTC().toString(Qt::ISODateWithMs);
            co_await transaction.execute(
                u"insert into measurements (at, process, instance, connections, load_1m, load_5m,"
                " memory_used_bytes, memory_available_bytes, disk_used_ratio, disk_free_bytes)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                at, row.process, row.instance, row.connections, row.host.load1m, row.host.load5m,
                row.host.memoryUsedBytes, row.host.memoryAvailableBytes, row.host.diskUsedRatio,
                row.host.diskFreeBytes);
        }
        co_await transaction.execute(u"delete from measurements where id <="
                                     " (select max(id) from measurements) - ?",
            m_settings.keepRows);
    });
}
