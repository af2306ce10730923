// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "measurement.h"

#include <QList>
#include <QSqlDatabase>
#include <QString>

/// The table "measurements" of an SQLite file. Lives on one thread, and blocks it.
class RowTable
{
public:
    /// At most \a keepRows stay in it.
    RowTable(QString file, qint64 keepRows);
    ~RowTable();
    Q_DISABLE_COPY_MOVE(RowTable)

    /// Writes all of \a rows or none. Empty, or what went wrong; then the file is opened anew the
    /// next time. Makes the file, and its folder, when they are not there.
    [[nodiscard]] QString write(const QList<Measurement> &rows);

    /// On the thread that wrote. The next write() opens it again.
    void close();

private:
    [[nodiscard]] QString open();
    [[nodiscard]] QString insert(const QList<Measurement> &rows);

    QString m_file;
    qint64 m_keepRows;
    QString m_connection; ///< a name of its own among the program's connections
};
