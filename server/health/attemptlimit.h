// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <chrono>

namespace semper {

/// Tells when an attempt has had its time. Time in which this server was stopped itself, and could
/// not have seen an answer, does not count. Supervision's thread.
class SEMPER_SERVER_EXPORT AttemptLimit : public QObject
{
    Q_OBJECT
public:
    explicit AttemptLimit(std::chrono::milliseconds limit, QObject *parent = nullptr);

    void start();
    void stop() { m_timer.stop(); }

Q_SIGNALS:
    void elapsed(); ///< once for each start

private:
    void sliceElapsed();

    QTimer m_timer; ///< of a slice of the limit
    QElapsedTimer m_slice; ///< since it began
    int m_slicesLeft = 0;
};

} // namespace semper
