// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace semper {

/// SIGTERM and SIGINT as a signal of Qt, from the event loop. By a handler, not by blocking them:
/// what a user process starts would inherit a blocked signal. At most one object at a time.
class StopSignals : public QObject
{
    Q_OBJECT
public:
    /// What the second of either does: is told again, or ends the program as if unhandled.
    enum class Second { Told, Kills };

    explicit StopSignals(Second second, QObject *parent = nullptr);
    ~StopSignals() override;

Q_SIGNALS:
    void received();

private:
    Second m_second;
    int m_descriptor;
    QSocketNotifier m_notifier;
};

} // namespace semper
