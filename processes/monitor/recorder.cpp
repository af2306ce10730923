// SPDX-License-Identifier: LGPL-3.0-or-later
#include "recorder.h"

#include <QPromise>

#include <memory>
#include <utility>

using namespace Qt::StringLiterals;

Recorder::Recorder(QString database, qint64 keepRows, QString disk)
    : m_disk(std::move(disk))
    , m_table(std::move(database), keepRows)
{
    m_thread.setObjectName(u"recorder"_s);
    m_onThread.moveToThread(&m_thread);
    m_thread.start();
}

Recorder::~Recorder()
{
    // Behind what waits already; QThread::quit() from here would overtake it.
    QMetaObject::invokeMethod(&m_onThread, [this] {
        m_table.close();
        m_thread.quit();
    });
    m_thread.wait();
}

QFuture<Recording> Recorder::record(Measurement row)
{
    auto promise = std::make_shared<QPromise<Recording>>();
    promise->start();
    QMetaObject::invokeMethod(&m_onThread, [this, promise, row = std::move(row)] {
        promise->addResult(recordNow(row));
        promise->finish();
    });
    return promise->future();
}

Recording Recorder::recordNow(Measurement row)
{
    Recording recording;
    row.host = HostLoad::read(m_disk);
    recording.host = row.host;
    m_waiting.append(std::move(row));
    if (m_waiting.size() > maximumWaiting) {
        m_waiting.removeFirst();
        recording.rowsDropped = 1;
    }
    const auto begin = std::chrono::steady_clock::now();
    recording.error = m_table.write(m_waiting);
    recording.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    if (recording.error.isEmpty()) {
        recording.rowsWritten = m_waiting.size();
        m_waiting.clear();
    }
    return recording;
}
