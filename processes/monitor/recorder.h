// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "measurement.h"
#include "monitorsettings.h"

#include <semper/database.h>
#include <semper/process.h>

#include <QList>

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

/// Completes measurements with the host's load and keeps them in the table "measurements" of an
/// SQLite file. Disks and file systems may be slow: other threads wait for them.
class Recorder
{
public:
    /// Rows that wait while the database cannot be written.
    static constexpr qsizetype maximumWaiting = 1000;

    /// \a process outlives it.
    Recorder(semper::Process &process, const MonitorSettings &settings);

    /// One at a time. Makes the file, and its folder, when they are not there.
    [[nodiscard]] QCoro::Task<Recording> record(Measurement row);

private:
    /// All that wait, or nothing.
    [[nodiscard]] QCoro::Task<> write();

    semper::Process &m_process;
    MonitorSettings m_settings;
    semper::Database m_database;
    bool m_hasTable = false; ///< as far as is known
    QList<Measurement> m_waiting;
};
