// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "measurement.h"
#include "rowtable.h"

#include <QFuture>
#include <QList>
#include <QObject>
#include <QThread>

#include <chrono>

/// What became of one measurement.
struct Recording
{
    HostLoad host;
    qint64 rowsWritten = 0; ///< those that waited because of an earlier error are among them
    qint64 rowsDropped = 0; ///< the oldest of too many that waited
    std::chrono::microseconds duration{0}; ///< of the writing
    QString error; ///< empty for none; the row waits for the next time
};

/// Reads the host's load and writes rows, on a thread of its own: disks and file systems may be
/// slow, and the event loop may not.
class Recorder
{
public:
    /// Rows that wait while the database cannot be written.
    static constexpr qsizetype maximumWaiting = 1000;

    /// \a disk: any path on the file system to look at.
    Recorder(QString database, qint64 keepRows, QString disk);
    /// Waits until what record() was given is written: a stop loses no row.
    ~Recorder();
    Q_DISABLE_COPY_MOVE(Recorder)

    /// Completes \a row with the host's load and writes it.
    [[nodiscard]] QFuture<Recording> record(Measurement row);

private:
    [[nodiscard]] Recording recordNow(Measurement row);

    // All but m_thread itself are the thread's own.
    QThread m_thread;
    QObject m_onThread;
    QString m_disk;
    RowTable m_table;
    QList<Measurement> m_waiting;
};
